import type { Change } from './finding.ts';
import type { InstanceFacts, Snapshot } from './snapshot.ts';

/** Hosts that came into service behind the balancer or left it. */
export function balancerChanges(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  const was = before?.balancer.value?.instances;
  const is = after.balancer.value?.instances;
  if (!was || !is || was === is) return [];
  const earlier = new Map(was.map((one) => [one.instanceId, one]));
  const now = new Set(is.map((one) => one.instanceId));
  const told = is.flatMap((one): Change[] => {
    const previous = earlier.get(one.instanceId);
    const name = `${one.instanceId}${slotOn(after, one.instanceId)}`;
    if (!previous && one.state !== 'InService') {
      return [{ at: after.at, source: 'ELB', event: `${name} registered`, severity: 'ok' }];
    }
    if (previous?.state === one.state) return [];
    return one.state === 'InService'
      ? [{ at: after.at, source: 'ELB', event: `${name} in service`, severity: 'ok' }]
      : [{ at: after.at, source: 'ELB', event: `${name} out of service: ${one.description}`, severity: 'warning' }];
  });
  const gone = was
    .filter((one) => !now.has(one.instanceId))
    .map((one): Change => {
      const severity = one.state === 'InService' ? 'warning' : 'ok';
      return { at: after.at, source: 'ELB', event: `${one.instanceId} deregistered`, severity };
    });
  return [...told, ...gone];
}

function slotOn(snapshot: Snapshot, instanceId: string): string {
  const host = snapshot.containerInstances.value?.find((one) => one.instanceId === instanceId);
  const task = snapshot.tasks.value?.find(
    (one) => one.lastStatus === 'RUNNING' && one.containerInstanceArn === host?.arn && host !== undefined,
  );
  return task?.slot === undefined ? '' : ` (slot ${task.slot})`;
}

/** What the Auto Scaling group did and why. */
export function activityChanges(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  const earlier = new Map((before?.group.value?.activities ?? []).map((activity) => [activity.id, activity]));
  return (after.group.value?.activities ?? []).flatMap((activity): Change[] => {
    const was = earlier.get(activity.id);
    const failed = ['Failed', 'Cancelled'].includes(activity.status);
    if (!was) {
      const event = failed ? `${activity.description}: ${activity.status}. ${activity.cause}` : activity.description;
      return [{ at: activity.startedAt, source: 'ASG', event, severity: failed ? 'warning' : 'ok' }];
    }
    if (was.status === activity.status || !(failed || activity.status === 'Successful')) return [];
    return [
      {
        at: activity.endedAt ?? after.at,
        source: 'ASG',
        event: failed
          ? `${activity.description}: ${activity.status}. ${activity.cause}`
          : `${activity.description}: done`,
        severity: failed ? 'warning' : 'ok',
      },
    ];
  });
}

/** Hosts that EC2 shows for the first time, that came to run, or that end; and hosts whose place in the cluster changed. */
export function hostChanges(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  return [...instanceChanges(before, after, 'host'), ...clusterChanges(before, after)];
}

function clusterChanges(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  const was = before?.containerInstances.value;
  const is = after.containerInstances.value;
  if (!was || !is || was === is) return [];
  const earlier = new Map(was.map((one) => [one.arn, one]));
  const told = is.flatMap((one): Change[] => {
    const previous = earlier.get(one.arn);
    const change = (event: string, severity: Change['severity']): Change[] => [
      { at: after.at, source: 'ECS', event: `${one.instanceId} ${event}`, severity },
    ];
    if (!previous) return change('joined the cluster', 'ok');
    if (previous.agentConnected !== one.agentConnected) {
      return one.agentConnected ? change('agent connected', 'ok') : change('agent disconnected', 'warning');
    }
    return previous.status === one.status ? [] : change(`is ${one.status}`, one.status === 'ACTIVE' ? 'ok' : 'warning');
  });
  const now = new Set(is.map((one) => one.arn));
  const gone = was
    .filter((one) => !now.has(one.arn))
    .map(
      (one): Change => ({
        at: after.at,
        source: 'ECS',
        event: `${one.instanceId} left the cluster`,
        severity: 'warning',
      }),
    );
  return [...told, ...gone];
}

/** Instances of one role that came, came to run, or end. */
export function instanceChanges(
  before: Snapshot | undefined,
  after: Snapshot,
  role: InstanceFacts['role'],
): readonly Change[] {
  const was = before?.instances.value;
  const is = after.instances.value;
  if (!was || !is || was === is) return [];
  const earlier = new Map(was.map((one) => [one.id, one]));
  const source = 'EC2';
  const named = (one: InstanceFacts) =>
    role === 'agent' && one.slot !== undefined ? `agent ${one.id} of slot ${one.slot}` : `${role} ${one.id}`;
  const told = is
    .filter((one) => one.role === role)
    .flatMap((one): Change[] => {
      const previous = earlier.get(one.id);
      if (!previous) {
        return one.state === 'terminated'
          ? []
          : [
              {
                at: one.launchedAt || after.at,
                source,
                event: `${named(one)} launched in ${one.zone}`,
                severity: 'ok',
              },
            ];
      }
      if (previous.state === one.state) return [];
      const ended = ['shutting-down', 'terminated', 'stopping', 'stopped'];
      // The way to its end is one entry, and not one for each state on it.
      if (ended.includes(previous.state) && ended.includes(one.state)) return [];
      const severity = role === 'host' && ended.includes(one.state) ? 'warning' : 'ok';
      return [{ at: after.at, source, event: `${named(one)} ${one.state}`, severity }];
    });
  const now = new Set(is.map((one) => one.id));
  const gone = was
    .filter((one) => one.role === role && !now.has(one.id) && one.state !== 'terminated')
    .map(
      (one): Change => ({
        at: after.at,
        source,
        event: `${named(one)} is gone`,
        severity: role === 'host' ? 'warning' : 'ok',
      }),
    );
  return [...told, ...gone];
}
