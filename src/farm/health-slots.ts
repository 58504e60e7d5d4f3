import { booting } from '../jenkins/problems.ts';
import type { Judgement } from './finding.ts';
import type { Farm } from './joined.ts';
import type { Slot } from './joined-slots.ts';
import { fresh } from './reading.ts';
import type { ServiceFacts, Snapshot } from './snapshot.ts';
import { isInProgress } from './stack-status.ts';

/** Slots that do not serve, and masters that will not build. */
export function slotFindings(snapshot: Snapshot, farm: Farm): readonly Judgement[] {
  const services = fresh(snapshot.services);
  if (!services) return [];
  const settled = !isInProgress(snapshot.stack.value?.status ?? '');
  if (services.every(isDeleted)) {
    if (!settled) return [];
    return [
      {
        id: 'no-masters',
        severity: 'critical',
        subject: 'masters',
        message: 'the stack has no service of a master',
        advice: 'they were deleted outside of the stack: update the farm with provision',
      },
    ];
  }
  const anyServes = farm.slots.some((slot) => slot.state === 'serving');
  return [
    ...(settled ? missing(snapshot, services) : []),
    ...farm.slots.flatMap((slot) => [...down(slot, anyServes), ...unready(slot), ...quieting(slot)]),
  ];
}

/** ECS goes on describing a deleted service as INACTIVE for a while, and then leaves it out. */
function isDeleted({ status }: ServiceFacts): boolean {
  return status === 'INACTIVE' || status === 'DRAINING';
}

/** Masters that the stack made and that ECS no longer has: without this a farm that lost one would look whole. */
function missing({ stack }: Snapshot, services: readonly ServiceFacts[]): readonly Judgement[] {
  const there = new Set(services.filter((one) => !isDeleted(one)).flatMap(({ arn, name }) => [arn, name]));
  return Object.entries(stack.value?.resources ?? {}).flatMap(([logicalId, physicalId]): readonly Judgement[] => {
    const slot = /^Service([A-Z])$/.exec(logicalId)?.[1]?.toLowerCase();
    if (slot === undefined || there.has(physicalId)) return [];
    return [
      {
        id: `service-missing:${slot}`,
        severity: 'warning',
        subject: `slot ${slot}`,
        message: `the service of slot ${slot} is in the stack and not in ECS`,
        advice: 'it was deleted outside of the stack: destroy the farm and provision it again to have it back',
      },
    ];
  });
}

function down(slot: Slot, anyServes: boolean): readonly Judgement[] {
  if (slot.state === 'serving' || slot.state === 'unseen') return [];
  const since = slot.lastStopped?.stoppedAt ?? slot.since;
  return [
    {
      id: `slot-down:${slot.slot}`,
      severity: anyServes ? 'warning' : 'critical',
      subject: `slot ${slot.slot}`,
      message: `slot ${slot.slot} has no healthy master: ${stateWords(slot)}`,
      advice: adviceFor(slot),
      ...(since === undefined ? {} : { since }),
    },
  ];
}

/** The balancer sends users to a master that answers 503 to everything: it starts anew, or hangs, unnoticed so far. */
function unready(slot: Slot): readonly Judgement[] {
  if (slot.state !== 'serving' || slot.master.problem?.message !== booting) return [];
  return [
    {
      id: `slot-unready:${slot.slot}`,
      severity: 'warning',
      subject: `slot ${slot.slot}`,
      message: `slot ${slot.slot} answers 503 and the balancer still sends users to it`,
      advice: 'its health check takes it out soon; if this lasts more than a minute, see the log of the task',
    },
  ];
}

function stateWords(slot: Slot): string {
  const host = slot.containerInstance ? ` on ${slot.containerInstance.instanceId}` : '';
  const ended = slot.lastStopped;
  const why = ended ? `task stopped (${ended.stopCode ?? ended.stoppedReason ?? 'no reason given'}); ` : '';
  switch (slot.state) {
    case 'booting':
      return `${why}replacement boots${host}`;
    case 'pending':
      return `${why}replacement ${slot.task?.lastStatus ?? 'PENDING'}${host}`;
    case 'failing':
      return `its task runs${host}, the balancer says: ${slot.balanced?.description ?? 'not registered'}`;
    case 'stopping':
      return `its task is stopping${host}`;
    case 'off':
      return 'its service wants no task (desired count 0)';
    default:
      return `${why}no task is being started`;
  }
}

function adviceFor(slot: Slot): string {
  switch (slot.state) {
    case 'failing':
      return 'see the log of the task; ECS replaces it when the health check goes on failing';
    case 'off':
      return 'set the desired count of its service back to 1';
    case 'gone':
      return slot.service?.events[0] ? `ECS says: ${slot.service.events[0].message}` : 'see the events of its service';
    default:
      return 'ECS is replacing it; nothing to do unless it lasts more than 5 minutes';
  }
}

function quieting(slot: Slot): readonly Judgement[] {
  if (!fresh(slot.master)?.quietingDown) return [];
  return [
    {
      id: `quieting:${slot.slot}`,
      severity: 'warning',
      subject: `slot ${slot.slot}`,
      message: `the master of slot ${slot.slot} is about to shut down and starts no builds`,
      advice: 'cancel its quiet-down in Jenkins when nobody means to restart it',
    },
  ];
}
