import type {
  BalancerFacts,
  ContainerInstanceFacts,
  GroupFacts,
  InstanceFacts,
  ServiceFacts,
  StackFacts,
  TaskFacts,
} from '../aws/facts.ts';
import type { MasterFacts } from '../jenkins/facts.ts';
import type { Reading } from './reading.ts';

// The facts are shaped where they are fetched; the model is what the floors above know them by.
export type {
  BalancedInstance,
  BalancerFacts,
  ContainerInstanceFacts,
  GroupActivity,
  GroupFacts,
  GroupInstance,
  InstanceFacts,
  ServiceFacts,
  StackFacts,
  TaskFacts,
} from '../aws/facts.ts';
export type { ComputerFacts, MasterFacts, QueueItemFacts } from '../jenkins/facts.ts';

/** All times are farm time in milliseconds since the epoch unless a name says otherwise. */

export interface FarmIdentity {
  readonly stack: string;
  readonly region: string;
}

/** What a user of the front door meets, from this program's own requests. */
export interface ProbeFacts {
  readonly requests: number;
  readonly failures: number;
  /** Latest requests, oldest first, at most 120. */
  readonly recent: readonly ProbeSample[];
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  /** Longest run of failures so far, seconds. */
  readonly longestOutageSeconds: number;
}

export interface ProbeSample {
  readonly at: number;
  readonly ok: boolean;
  /** Wall milliseconds until the answer's head. */
  readonly ms: number;
  /** HTTP status, or a short reason (`time-out`, `refused`) when there was no answer. */
  readonly outcome: string;
}

/** All readings of one round. */
export interface Snapshot {
  readonly farm: FarmIdentity;
  readonly at: number;
  readonly stack: Reading<StackFacts>;
  readonly balancer: Reading<BalancerFacts>;
  readonly probe: Reading<ProbeFacts>;
  readonly group: Reading<GroupFacts>;
  readonly services: Reading<readonly ServiceFacts[]>;
  /** Running, and stopped as long as ECS remembers them. */
  readonly tasks: Reading<readonly TaskFacts[]>;
  readonly containerInstances: Reading<readonly ContainerInstanceFacts[]>;
  /** Hosts and agents. */
  readonly instances: Reading<readonly InstanceFacts[]>;
  /** By slot; every slot that a service names has an entry. */
  readonly masters: Readonly<Record<string, Reading<MasterFacts>>>;
}
