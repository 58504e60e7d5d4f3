import type { Judgement } from './finding.ts';
import type { Farm } from './joined.ts';
import type { Host } from './joined-hosts.ts';
import { fresh } from './reading.ts';
import type { Snapshot } from './snapshot.ts';
import { isBeingDeleted } from './stack-status.ts';

/** Hosts that cannot take a master, and a group that is short of them. */
export function hostFindings(snapshot: Snapshot, farm: Farm): readonly Judgement[] {
  return [...groupShort(snapshot), ...farm.hosts.flatMap(hostFinding)];
}

function groupShort(snapshot: Snapshot): readonly Judgement[] {
  const group = fresh(snapshot.group);
  if (!group || isBeingDeleted(snapshot.stack.value?.status ?? '')) return [];
  const inService = group.instances.filter((one) => one.lifecycle === 'InService' && one.health === 'Healthy').length;
  if (inService >= group.desired) return [];
  const newest = group.activities[0];
  const failed = newest && ['Failed', 'Cancelled'].includes(newest.status);
  return [
    {
      id: 'group-short',
      severity: 'warning',
      subject: 'hosts',
      message: `${inService} of ${group.desired} hosts are in service in the Auto Scaling group`,
      advice: failed
        ? `its last launch failed: ${newest.cause || newest.description}`
        : 'it is starting what is missing; a host takes about 2 minutes',
    },
  ];
}

function hostFinding(host: Host): readonly Judgement[] {
  const carries = host.slots.length === 0 ? '' : ` (slot ${host.slots.join(', ')})`;
  const finding = (word: string, message: string, advice: string): readonly Judgement[] => [
    { id: `host-${word}:${host.id}`, severity: 'warning', subject: `host ${host.id}`, message, advice },
  ];
  switch (host.state) {
    case 'disconnected':
      return finding(
        'disconnected',
        `the ECS agent of ${host.id}${carries} is disconnected`,
        'ECS does not replace its tasks by itself: if it lasts more than some minutes, terminate the host',
      );
    case 'missing':
      return finding(
        'missing',
        `${host.id} runs but has not joined the cluster`,
        'see its console output; terminate it and the group starts another',
      );
    case 'draining':
      return finding(
        'draining',
        `${host.id}${carries} is draining and takes no new task`,
        'nothing to do when someone drains it on purpose; otherwise set it back to ACTIVE',
      );
    default:
      return [];
  }
}
