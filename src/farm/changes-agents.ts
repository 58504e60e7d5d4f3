import { instanceChanges } from './changes-hosts.ts';
import type { Change } from './finding.ts';
import { fresh } from './reading.ts';
import type { ComputerFacts, InstanceFacts, MasterFacts, Snapshot } from './snapshot.ts';

/** Agents that came, came to run, or end. */
export function agentChanges(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  return instanceChanges(before, after, 'agent');
}

/**
 * Farm milliseconds between two rounds beyond which it cannot be told whether a build that is no longer there was lost:
 * it may have ended and its agent been let go in between.
 */
const tellableMs = 90_000;

/** Builds that ran in the round before on an agent, or under a master, that is gone in this one. */
export function lostBuilds(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  if (!before || after.at - before.at > tellableMs) return [];
  const lostInstances = endedBetween(before, after);
  return Object.entries(before.masters).flatMap(([slot, reading]) => {
    const was = fresh(reading);
    if (!was) return [];
    const is = fresh(after.masters[slot] ?? {});
    if (masterIsGone(slot, before, after, was, is)) {
      const names = was.computers.flatMap(buildsOn);
      if (names.length === 0) return [];
      const change: Change = {
        at: after.at,
        source: 'Jenkins',
        event: `${count(names.length)} lost with the master of slot ${slot}: ${names.join(', ')}`,
        severity: 'warning',
      };
      return [change];
    }
    return was.computers.flatMap((computer) => {
      if (computer.instanceId === undefined || !lostInstances.has(computer.instanceId)) return [];
      const running = new Set(is?.computers.flatMap(buildsOn));
      return buildsOn(computer)
        .filter((name) => !running.has(name) || stillOn(computer, name, is))
        .map((name): Change => {
          const event = `${name} lost: agent ${computer.instanceId} of slot ${slot} is gone`;
          return { at: after.at, source: 'Jenkins', event, severity: 'warning' };
        });
    });
  });
}

/** A master takes some time to notice: until then it shows the build on the agent that is gone. */
function stillOn(computer: ComputerFacts, build: string, is: MasterFacts | undefined): boolean {
  const same = is?.computers.find((one) => one.name === computer.name);
  return same !== undefined && buildsOn(same).includes(build);
}

function buildsOn(computer: ComputerFacts): string[] {
  return computer.executors.flatMap((executor) => (executor.build ? [executor.build.name] : []));
}

/** Its task of the round before has ended, or it was started anew. */
function masterIsGone(
  slot: string,
  before: Snapshot,
  after: Snapshot,
  was: MasterFacts,
  is: MasterFacts | undefined,
): boolean {
  if (is?.session !== undefined && was.session !== undefined && is.session !== was.session) return true;
  const tasks = fresh(after.tasks);
  const ran = before.tasks.value?.find((task) => task.slot === slot && task.lastStatus === 'RUNNING');
  if (!tasks || !ran) return false;
  const now = tasks.find((task) => task.arn === ran.arn);
  return now === undefined || now.lastStatus === 'STOPPED';
}

/** Instances that were up in the round before and are not in this one. */
function endedBetween(before: Snapshot, after: Snapshot): ReadonlySet<string> {
  const now = fresh(after.instances);
  if (!now) return new Set();
  const up = new Set(now.filter(isUp).map((one) => one.id));
  return new Set((before.instances.value ?? []).filter((one) => isUp(one) && !up.has(one.id)).map((one) => one.id));
}

function isUp({ state }: InstanceFacts): boolean {
  return state === 'pending' || state === 'running';
}

function count(number: number): string {
  return number === 1 ? '1 build' : `${number} builds`;
}
