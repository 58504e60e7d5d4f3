import { nodeIdle, nodeTaken } from './idle.ts';
import { type Build, estimate, keptBuilds, type Result } from './job.ts';
import { failureLines, made, seed } from './jobs.ts';
import type { Master } from './master.ts';
import type { Node } from './node.ts';
import type { QueueItem } from './queue-item.ts';

/** Starts what a queue item stands for on a node that has an executor free. */
export function startBuild(master: Master, item: QueueItem, node: Node): Build {
  const { job } = item;
  const { definition } = job;
  const seconds = definition.seconds?.(item.parameters);
  const [from, to] = master.world.settings.load.duration;
  const drawn = from + master.random.next() * (to - from);
  const build: Build = {
    job,
    number: job.nextNumber++,
    queueId: item.id,
    cause: item.cause,
    parameters: item.parameters,
    node,
    startedAt: master.world.now,
    plannedMs: Math.round((seconds ?? drawn) * 1000),
    estimatedMs: estimate(job),
    epilogue: [],
  };
  job.builds.unshift(build);
  const kept = definition.keep ?? keptBuilds;
  if (job.builds.length > kept) job.builds.length = kept;
  master.nodes.begin(node, build);
  nodeTaken(node);
  const fails = master.random.int(1, 100) <= definition.failurePercent;
  build.timer = master.after(build.plannedMs, () =>
    finishBuild(master, build, fails ? 'FAILURE' : 'SUCCESS', fails ? failureLines(build) : []),
  );
  return build;
}

/** Ends a build; one that has ended stays as it is. */
export function finishBuild(master: Master, build: Build, result: Result, epilogue: readonly string[]): void {
  if (build.result !== undefined) return;
  build.timer?.cancel();
  build.result = result;
  build.endedAt = master.world.now;
  build.epilogue = epilogue;
  master.nodes.end(build.node, build);
  if (build.job.definition === seed && result === 'SUCCESS') for (const definition of made) master.makeJob(definition);
  nodeIdle(master, build.node);
  master.touch();
}

/** What a build says whose agent is gone: the channel's end, and that nobody will go on with it. */
export function lostAgentLines(node: Node): string[] {
  return [
    'FATAL: command execution failed',
    'java.nio.channels.ClosedChannelException',
    `Caused: java.io.IOException: Backing channel '${node.name}' is disconnected.`,
    'ERROR: Agent went offline during the build',
    'ERROR: Connection was broken',
  ];
}
