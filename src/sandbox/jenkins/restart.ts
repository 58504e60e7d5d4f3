import { reconnectAgents } from './agents.ts';
import { finishBuild } from './builds.ts';
import type { Master } from './master.ts';

/** The boot is done: from now on requests are answered. */
export function serve(master: Master): void {
  master.phase = 'serving';
  master.log('INFO', 'hudson.lifecycle.Lifecycle#onStatusUpdate: Jenkins is fully up and running');
  master.touch();
}

/**
 * Jenkins restarts inside its container: its process runs the JVM anew, so the task and the home with jobs, builds and the
 * queue stay. Builds that run are aborted.
 */
export function restart(master: Master): void {
  master.log('INFO', 'hudson.lifecycle.Lifecycle#onStatusUpdate: Restarting Jenkins');
  master.bootAgain();
  for (const node of master.nodes.all()) {
    for (const build of [...node.builds]) finishBuild(master, build, 'ABORTED', []);
  }
  const bootMs = master.world.drawMs(master.world.settings.jenkins.boot);
  reconnectAgents(master, bootMs);
  master.after(bootMs, () => serve(master));
}
