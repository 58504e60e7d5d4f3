/** What AWS says, in the program's own shapes. All times are farm time in milliseconds since the epoch unless a name says otherwise. */

export interface StackFacts {
  readonly id: string;
  /** CloudFormation's StackStatus. */
  readonly status: string;
  readonly reason?: string;
  readonly createdAt: number;
  readonly updatedAt?: number;
  /** When its deletion was asked for. */
  readonly deletedAt?: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** Present only when the stack is complete, as on AWS. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Physical ids of the resources by logical id. */
  readonly resources: Readonly<Record<string, string>>;
}

export interface BalancerFacts {
  readonly name: string;
  readonly dnsName: string;
  /** The name people use: the Route 53 record when there is one, else the balancer's own. */
  readonly frontDoorUrl: string;
  readonly zones: readonly string[];
  readonly healthCheck: {
    readonly target: string;
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
  };
  readonly instances: readonly BalancedInstance[];
}

export interface BalancedInstance {
  readonly instanceId: string;
  readonly state: 'InService' | 'OutOfService' | 'Unknown';
  readonly reasonCode: string;
  readonly description: string;
}

export interface GroupFacts {
  readonly name: string;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly instances: readonly GroupInstance[];
  /** Newest first. */
  readonly activities: readonly GroupActivity[];
}

export interface GroupInstance {
  readonly instanceId: string;
  readonly zone: string;
  readonly lifecycle: string;
  readonly health: string;
}

export interface GroupActivity {
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly status: string;
  readonly startedAt: number;
  readonly endedAt?: number;
}

export interface ServiceFacts {
  readonly name: string;
  readonly arn: string;
  /** The tag `jdci:slot`. */
  readonly slot: string;
  readonly status: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  /** Newest first. */
  readonly events: readonly { readonly id: string; readonly at: number; readonly message: string }[];
}

export interface TaskFacts {
  readonly arn: string;
  /** The last part of the ARN. */
  readonly id: string;
  readonly slot?: string;
  readonly serviceName?: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly health: string;
  readonly containerInstanceArn?: string;
  readonly createdAt?: number;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  /** The master container's image: as the task definition names it, by digest once it was pulled. */
  readonly image?: string;
}

export interface ContainerInstanceFacts {
  readonly arn: string;
  readonly instanceId: string;
  readonly status: string;
  readonly agentConnected: boolean;
  readonly runningTasks: number;
  readonly pendingTasks: number;
}

export interface InstanceFacts {
  readonly id: string;
  readonly role: 'host' | 'agent';
  readonly state: string;
  readonly zone: string;
  readonly type: string;
  readonly privateIp?: string;
  readonly launchedAt: number;
  /** The tag `jdci:slot`: the master that started this agent. */
  readonly slot?: string;
  readonly tags: Readonly<Record<string, string>>;
}
