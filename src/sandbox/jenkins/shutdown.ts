import { orphanAgents } from './agents.ts';
import { type Master, masters } from './master.ts';

/** The port of Jenkins in its container. */
export const containerPort = 8080;

/** The JVM begins to end: its port closes now, the process ends with `code` a while later. */
export function shutDown(master: Master, code: number): void {
  if (master.phase === 'ending') return;
  const { world, context } = master;
  vanish(master);
  world.scheduleWithin(world.settings.jenkins.stop, () => context.exit(code));
}

/** Everything of the JVM is gone at once, as after SIGKILL or with its host. */
export function vanish(master: Master): void {
  if (master.phase === 'ending') return;
  const { world, context } = master;
  master.halt();
  const port = context.hostPort(containerPort);
  if (port !== undefined) world.network.close(context.host.privateIp, port);
  masters(world).delete(master);
  orphanAgents(master);
}
