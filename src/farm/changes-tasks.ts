import type { Change } from './finding.ts';
import type { Snapshot, TaskFacts } from './snapshot.ts';

/** Tasks that were started, came to run, or stopped, each with what ECS gives as the reason. */
export function taskChanges(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  const earlier = new Map((before?.tasks.value ?? []).map((task) => [task.arn, task]));
  // What ECS has forgotten did not change.
  const firstLook = before?.tasks.value === undefined;
  return (after.tasks.value ?? []).flatMap((task) => {
    const was = earlier.get(task.arn);
    if (was && was.lastStatus === task.lastStatus) return [];
    const told: Change[] = [];
    const host = hostOf(after, task);
    if (!was && !firstLook && task.createdAt !== undefined) {
      told.push({ at: task.createdAt, source: 'ECS', event: `${label(task)} started${host}`, severity: 'ok' });
    }
    if (task.startedAt !== undefined && was?.startedAt === undefined && (was || !firstLook || !task.stoppedAt)) {
      told.push({ at: task.startedAt, source: 'ECS', event: `${label(task)} RUNNING${host}`, severity: 'ok' });
    }
    if (task.lastStatus === 'STOPPED') {
      const reason = [task.stopCode, task.stoppedReason].filter(Boolean).join(': ') || 'no reason given';
      told.push({
        at: task.stoppedAt ?? after.at,
        source: 'ECS',
        event: `${label(task)} stopped: ${reason}`,
        severity: 'warning',
      });
    }
    return told;
  });
}

function label(task: TaskFacts): string {
  return `task ${task.id.slice(0, 4)}${task.slot === undefined ? '' : ` of slot ${task.slot}`}`;
}

function hostOf(snapshot: Snapshot, task: TaskFacts): string {
  const host = snapshot.containerInstances.value?.find((one) => one.arn === task.containerInstanceArn);
  return host ? ` on ${host.instanceId}` : '';
}

/**
 * What the services' own events add. That a task was started or stopped is told from the task itself, with its reason,
 * as long as ECS still describes that task.
 */
export function eventChanges(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  const known = new Set((before?.services.value ?? []).flatMap((service) => service.events.map((event) => event.id)));
  const tasks = new Set((after.tasks.value ?? []).map((task) => task.id));
  return (after.services.value ?? []).flatMap((service) =>
    service.events
      .filter((event) => !known.has(event.id) && !isTold(event.message, tasks))
      .map(
        (event): Change => ({
          at: event.at,
          source: 'ECS',
          event: words(event.message),
          severity: weight(event.message),
        }),
      ),
  );
}

function isTold(message: string, tasks: ReadonlySet<string>): boolean {
  if (!/has started \d+ tasks|has stopped \d+ running tasks/.test(message)) return false;
  const ids = [...message.matchAll(/\(task ([0-9a-f]+)\)/g)].map((match) => match[1] ?? '');
  return ids.length > 0 && ids.every((id) => tasks.has(id));
}

/** `(service jdci-master-b) registered …` as `jdci-master-b registered …`. */
function words(message: string): string {
  return message.replace(/^\(service ([^)]+)\)/, '$1').replace(/\.$/, '');
}

function weight(message: string): Change['severity'] {
  if (/unable to|is unhealthy|failed/.test(message)) return 'warning';
  return 'ok';
}
