/** What Jenkins says, in the program's own shapes. All times are farm time in milliseconds since the epoch. */

/** What one master says of itself. Ages are by `at` of the reading. */
export interface MasterFacts {
  readonly slot: string;
  /** Where it was asked: `http://10.0.1.7:8080`. */
  readonly url: string;
  readonly version?: string;
  /** `X-Jenkins-Session`: new at each boot. */
  readonly session?: string;
  readonly quietingDown: boolean;
  readonly jobs: readonly { readonly name: string; readonly color: string }[];
  readonly busyExecutors: number;
  readonly totalExecutors: number;
  readonly computers: readonly ComputerFacts[];
  readonly queue: readonly QueueItemFacts[];
}

export interface ComputerFacts {
  readonly name: string;
  /** Parsed from the EC2 plugin's node name; absent for the built-in node. */
  readonly instanceId?: string;
  readonly builtIn: boolean;
  readonly offline: boolean;
  readonly temporarilyOffline: boolean;
  readonly offlineReason?: string;
  readonly idle: boolean;
  readonly labels: readonly string[];
  readonly executors: readonly {
    readonly build?: { readonly name: string; readonly url: string };
    /** 0–100, or −1 when unknown. */
    readonly progress: number;
    readonly likelyStuck: boolean;
  }[];
}

export interface QueueItemFacts {
  readonly id: number;
  readonly job: string;
  readonly label?: string;
  /** Jenkins' own words; shown, never parsed. */
  readonly why: string;
  readonly since: number;
  readonly buildableSince?: number;
  readonly stuck: boolean;
  readonly kind: 'waiting' | 'blocked' | 'buildable' | 'pending';
}
