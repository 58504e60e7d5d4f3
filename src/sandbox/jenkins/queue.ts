import { startBuild } from './builds.ts';
import { planAgents } from './cloud.ts';
import { quietPeriodSeconds } from './description.ts';
import type { Cause, Job } from './job.ts';
import type { Master } from './master.ts';
import { freeExecutors } from './node.ts';
import type { QueueItem } from './queue-item.ts';
import { restart } from './restart.ts';
import { shutDown } from './shutdown.ts';

/** How long Jenkins remembers an item that left the queue (Queue's leftItems cache). */
const rememberedMs = 5 * 60_000;

export const quietPeriodMs = quietPeriodSeconds * 1000;

/** Puts a build into the queue. An equal item (same job, same parameters) that waits there already is given instead. */
export function enqueue(
  master: Master,
  job: Job,
  parameters: Readonly<Record<string, string>>,
  cause: Cause,
  quietMs = quietPeriodMs,
): { item: QueueItem; created: boolean } {
  const same = master.queue.find((item) => item.job === job && equal(item.parameters, parameters));
  if (same) return { item: same, created: false };
  const item: QueueItem = {
    id: master.nextQueueId++,
    job,
    parameters,
    cause,
    since: master.world.now,
    stage: 'waiting',
    quietUntil: master.world.now + quietMs,
    cancelled: false,
  };
  master.queue.push(item);
  item.timer = master.after(quietMs, () => {
    item.stage = 'buildable';
    item.buildableSince = master.world.now;
    maintain(master);
  });
  return { item, created: true };
}

function equal(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Takes an item out of the queue; false when it is not there. */
export function cancelItem(master: Master, id: number): boolean {
  const item = master.queue.find((one) => one.id === id);
  if (!item) return false;
  item.timer?.cancel();
  item.cancelled = true;
  leave(master, item);
  return true;
}

function leave(master: Master, item: QueueItem): void {
  item.stage = 'left';
  const index = master.queue.indexOf(item);
  if (index >= 0) master.queue.splice(index, 1);
  master.left.set(item.id, item);
  master.after(rememberedMs, () => master.left.delete(item.id));
}

/** Gives executors to the items that can have them, in the order of the queue, and asks the cloud for what is missing. */
export function maintain(master: Master): void {
  if (master.phase !== 'serving') return;
  if (!master.quietingDown) {
    // Items that start leave the queue, so the loop goes over what it was.
    for (const item of master.queue.slice()) {
      if (item.stage !== 'blocked' && item.stage !== 'buildable') continue;
      item.stage = isBlocked(item) ? 'blocked' : 'buildable';
      if (item.stage === 'blocked') continue;
      const node = master.nodes.free(item.job.definition.label);
      if (!node) continue;
      leave(master, item);
      item.build = startBuild(master, item, node);
    }
  }
  planAgents(master);
  if (master.whenIdle === undefined || master.runningBuilds > 0) return;
  if (master.whenIdle === 'exit') shutDown(master, 0);
  else restart(master);
}

function isBlocked(item: QueueItem): boolean {
  return !item.job.definition.concurrent && item.job.builds.some((build) => build.result === undefined);
}

/** Why an item waits, in Jenkins' words (core, Messages.properties: curly quotes included). */
export function whyOf(master: Master, item: QueueItem): string | null {
  switch (item.stage) {
    case 'left':
      return null;
    case 'waiting':
      return `In the quiet period. Expires in ${timeSpan(item.quietUntil - master.world.now)}`;
    case 'blocked':
      return 'A build is already in progress';
    case 'buildable': {
      if (master.quietingDown) return 'Jenkins is about to shut down';
      const { label } = item.job.definition;
      const { builtIn } = master;
      if (master.nodes.sum('nodes') === 1) {
        // Without any agent Jenkins says why its own node does not take it, by another name than it shows.
        const refuses = label !== builtIn.label && freeExecutors(builtIn) > 0;
        return refuses ? `‘Jenkins’ doesn’t have label ‘${label}’` : 'Waiting for next available executor';
      }
      const { nodes, onlineNodes } = master.nodes.totals(label);
      if (nodes === 0) return `There are no nodes with the label ‘${label}’`;
      const only = nodes === 1 ? master.nodes.ofLabel(label)[0] : undefined;
      if (onlineNodes === 0) return only ? `‘${only.name}’ is offline` : `All nodes of label ‘${label}’ are offline`;
      return `Waiting for next available executor on ‘${only?.name ?? label}’`;
    }
  }
}

/** Jenkins calls an item stuck when its label has no node online, or when it waits ten times longer than a build takes. */
export function isStuck(master: Master, item: QueueItem, estimatedMs: number): boolean {
  if (item.stage !== 'buildable' || item.buildableSince === undefined) return false;
  if (master.nodes.totals(item.job.definition.label).onlineNodes === 0) return true;
  const waited = master.world.now - item.buildableSince;
  return estimatedMs >= 0 ? waited > Math.max(estimatedMs, 60_000) * 10 : waited > 24 * 3_600_000;
}

/** A time span as Jenkins prints it: `4.2 sec`, `42 sec`, `3 min 5 sec`, `2 hr 1 min`. */
function timeSpan(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} sec`;
  if (seconds < 60) return `${Math.floor(seconds)} sec`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} sec`;
  return `${Math.floor(seconds / 3600)} hr ${Math.floor((seconds % 3600) / 60)} min`;
}
