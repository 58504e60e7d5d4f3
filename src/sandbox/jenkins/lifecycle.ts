import type { Process, ProcessContext } from '../world/ecs-state.ts';
import { extraBootMs } from '../world/start-faults.ts';
import type { World } from '../world/world.ts';
import { endLeftovers } from './cloud.ts';
import { readIdentity } from './identity.ts';
import { Master, masters } from './master.ts';
import { maintain } from './queue.ts';
import { answer, bootingAnswer } from './remote-api.ts';
import { serve } from './restart.ts';
import { containerPort, shutDown, vanish } from './shutdown.ts';

/** Seconds until the image's boot steps run; a step that fails ends the JVM, which is better than an open Jenkins. */
const bootSteps = [12, 18] as const;
const statisticsMs = 10_000;
/** 128 + SIGTERM: what the JVM ends with when it is told to. */
const terminated = 143;

/** The program of the image `jdci-master`: boots a Jenkins in its container. */
export function runMaster(world: World, context: ProcessContext): Process {
  const port = context.hostPort(containerPort);
  const identity = readIdentity(context.environment);
  if ('problem' in identity) {
    const address = context.host.privateIp;
    if (port !== undefined) world.network.listen(address, port, () => bootingAnswer());
    const close = () => {
      if (port !== undefined) world.network.close(address, port);
    };
    const timer = world.scheduleWithin(bootSteps, () => {
      context.log(`SEVERE\tjdci: 00-values failed, ending the JVM: ${identity.problem}`);
      close();
      context.exit(1);
    });
    const stop = () => {
      timer.cancel();
      close();
    };
    return {
      terminate: () => {
        stop();
        context.exit(terminated);
      },
      kill: stop,
    };
  }
  const master = new Master(world, context, identity, maintain);
  masters(world).add(master);
  master.log('INFO', 'hudson.lifecycle.Lifecycle#onStatusUpdate: Running from: /usr/share/jenkins/jenkins.war');
  master.log('INFO', `jdci: slot ${identity.slot} of ${identity.farm} on ${context.host.id}`);
  if (port !== undefined) {
    world.network.listen(context.host.privateIp, port, (request) => answer(master, request));
  }
  const bootMs = world.drawMs(world.settings.jenkins.boot) + extraBootMs(world, identity.slot);
  master.after(bootMs, () => {
    endLeftovers(master);
    serve(master);
  });
  return { terminate: () => shutDown(master, terminated), kill: () => vanish(master) };
}

/** Samples the load of every master that serves, with one timer for all. */
export function startStatistics(world: World): void {
  world.every(statisticsMs, () => {
    for (const master of masters(world)) if (master.phase === 'serving') takeSample(master);
  });
}

function takeSample(master: Master): void {
  const { nodes } = master;
  const onlineExecutors = nodes.sum('online');
  const busyExecutors = nodes.sum('busy');
  master.statistics.update({
    definedExecutors: nodes.sum('defined'),
    onlineExecutors,
    connectingExecutors: nodes.sum('connecting'),
    busyExecutors,
    idleExecutors: Math.max(0, onlineExecutors - busyExecutors),
    queueLength: master.queue.reduce((sum, item) => sum + (item.stage === 'buildable' ? 1 : 0), 0),
    availableExecutors: nodes.sum('available'),
  });
}
