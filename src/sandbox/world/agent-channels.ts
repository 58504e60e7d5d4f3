import type { Instance } from './ec2.ts';
import { perWorld, Signal, type World } from './world.ts';

/** The process on a build agent that its master speaks to: it has ended, or it is there again. */
export interface AgentChannel {
  readonly instance: Instance;
  readonly up: boolean;
}

const channels = perWorld(() => new Signal<AgentChannel>());

/** Told when a fault ends or restores the process of a build agent while its instance runs on. */
export const agentChannel = (world: World): Signal<AgentChannel> => channels(world);
