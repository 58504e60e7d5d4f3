import { describeTasks, listTasks } from '../aws/ecs.ts';
import { problemOf } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import type { TaskFacts } from '../farm/snapshot.ts';
import type { FailingTasks } from './form.ts';
import type { OperationLog } from './progress.ts';

/** Farm milliseconds between two looks at the tasks. */
const everyMs = 15_000;
/** One task that stops may be bad luck; the second of the same slot says that it will not get better by itself. */
const enough = 2;

/**
 * Looks, while CloudFormation waits for a master's service, whether its tasks start at all. CloudFormation does not tell:
 * it waits for the service to become stable, for up to three hours.
 */
export class TaskWatch {
  /** What the newest look found. */
  last: FailingTasks | undefined;
  /** What was found last before it was over: why an operation that did not succeed had to be broken off. */
  remembered: FailingTasks | undefined;
  readonly #session: Session;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(session: Session) {
    this.#session = session;
  }

  async look(log: OperationLog, signal?: AbortSignal): Promise<FailingTasks | undefined> {
    const { aws, clock } = this.#session;
    const waiting = waitingForService(log);
    if (!waiting) {
      this.last = undefined;
      return undefined;
    }
    if (clock.now() - this.#lookedAt < everyMs) return this.last;
    this.#lookedAt = clock.now();
    try {
      const arns = await listTasks(aws, waiting.cluster, 'STOPPED', signal);
      this.last = failing(await describeTasks(aws, waiting.cluster, arns, signal), waiting.since);
    } catch (error) {
      if (signal?.aborted) throw error;
      // Only a help: provisioning goes on without it.
      this.#session.log.line('provision', `tasks not seen: ${problemOf(error).message}`);
    }
    this.remembered = this.last ?? this.remembered;
    return this.last;
  }
}

/** The cluster, when a service is being made or changed, and since when. */
function waitingForService(log: OperationLog): { cluster: string; since: number } | undefined {
  const newest = new Map(log.events.map((event) => [event.logicalId, event]));
  const waiting = [...newest.values()].some(
    (event) => event.type === 'AWS::ECS::Service' && /^(CREATE|UPDATE)_IN_PROGRESS$/.test(event.status),
  );
  const service = log.events.find((event) => event.type === 'AWS::ECS::Service' && event.physicalId !== '');
  // The service's ARN names its cluster, also in an update, which has no event about the cluster:
  // arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/NAME
  const cluster = service?.physicalId.split('/').at(-2) ?? newest.get('Cluster')?.physicalId;
  const since = log.events.find((event) => event.type === 'AWS::ECS::Service')?.at;
  return waiting && cluster && since !== undefined ? { cluster, since } : undefined;
}

/** The slot whose tasks stop again and again, from the tasks stopped since the services were begun. */
export function failing(stopped: readonly TaskFacts[], since: number): FailingTasks | undefined {
  const bySlot = new Map<string, TaskFacts[]>();
  for (const task of stopped) {
    const byItself = task.stopCode === 'TaskFailedToStart' || task.stopCode === 'EssentialContainerExited';
    if (!byItself || (task.createdAt ?? 0) < since) continue;
    const slot = task.slot ?? task.serviceName ?? '?';
    bySlot.set(slot, [...(bySlot.get(slot) ?? []), task]);
  }
  const worst = [...bySlot].sort(([, a], [, b]) => b.length - a.length)[0];
  if (!worst || worst[1].length < enough) return undefined;
  const newest = worst[1].reduce((a, b) => ((b.stoppedAt ?? 0) > (a.stoppedAt ?? 0) ? b : a));
  return { slot: worst[0], failures: worst[1].length, reason: newest.stoppedReason ?? newest.stopCode ?? '' };
}
