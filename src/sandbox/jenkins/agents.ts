import { agentChannel } from '../world/agent-channels.ts';
import { type Instance, instanceBooted, instanceChanged } from '../world/ec2.ts';
import { shutDownFromInside } from '../world/ec2-lifecycle.ts';
import { perWorld, type Timer, type World } from '../world/world.ts';
import { finishBuild, lostAgentLines } from './builds.ts';
import { description } from './description.ts';
import { dropNode, nodeIdle } from './idle.ts';
import type { Master } from './master.ts';
import type { Node } from './node.ts';

/** The EC2 plugin looks once a minute for nodes whose instance is gone. */
const nodeCleanUpMs = 60_000;

/** An agent of some farm, for as long as its instance runs. */
export interface Agent {
  readonly instance: Instance;
  readonly farm: string;
  readonly slot: string;
  /** The master that speaks to it; undefined when that is gone. */
  master: Master | undefined;
  readonly node: Node;
  /**
   * Minutes after which it ends itself when no master speaks to it, so that a lost master costs nothing for ever: the
   * image's cloud-init/agent.yaml.
   */
  readonly silentMinutes: number;
  watchdog?: Timer;
}

class Agents {
  readonly byInstance = new Map<string, Agent>();
  readonly byFarm = new Map<string, Set<Agent>>();
}

const agents = perWorld(() => new Agents());

/** How many agents a farm has: pending and running, those that a lost master left behind included. */
export function countAgents(world: World, farm: string): number {
  return agents(world).byFarm.get(farm)?.size ?? 0;
}

/** Notes a launched agent. */
export function addAgent(world: World, agent: Agent): void {
  const state = agents(world);
  state.byInstance.set(agent.instance.id, agent);
  const ofFarm = state.byFarm.get(agent.farm) ?? new Set();
  ofFarm.add(agent);
  state.byFarm.set(agent.farm, ofFarm);
  // By then the EC2 plugin gives up an agent that has not connected.
  agent.master?.after(description.agents.launchTimeoutSeconds * 1000, () => giveUp(agent));
}

function giveUp({ master, node }: Agent): void {
  if (!master?.nodes.has(node) || !node.connecting) return;
  master.log('WARNING', `hudson.plugins.ec2.EC2RetentionStrategy: Startup timeout of ${node.name}`);
  dropNode(master, node);
}

/** Watches EC2 for what happens to agents. */
export function startAgents(world: World): void {
  instanceBooted(world).on((instance) => {
    const agent = agents(world).byInstance.get(instance.id);
    if (!agent) return;
    if (!agent.master) {
      watch(world, agent);
      return;
    }
    const delay = world.drawMs(world.settings.jenkins.agentConnect);
    agent.master.after(delay, () => connect(agent));
  });
  instanceChanged(world).on(({ instance }) => {
    const agent = agents(world).byInstance.get(instance.id);
    const { name } = instance.state;
    if (!agent || name === 'pending' || name === 'running') return;
    // A stopped instance is no agent any more either: nobody starts it again.
    agents(world).byInstance.delete(instance.id);
    agents(world).byFarm.get(agent.farm)?.delete(agent);
    agent.watchdog?.cancel();
    const { master } = agent;
    agent.master = undefined;
    if (master) lose(master, agent.node);
  });
  agentChannel(world).on(({ instance, up }) => {
    const agent = agents(world).byInstance.get(instance.id);
    if (!agent?.master) return;
    if (up) agent.master.after(world.drawMs(world.settings.jenkins.agentConnect), () => connect(agent));
    else breakChannel(agent.master, agent.node);
  });
}

function connect(agent: Agent): void {
  const { master, node } = agent;
  if (!master || agent.instance.state.name !== 'running' || !master.nodes.has(node)) return;
  master.nodes.set(node, { online: true, connecting: false });
  master.log('INFO', `hudson.plugins.ec2.EC2Cloud#log: Connected via SSH: ${node.name}`);
  nodeIdle(master, node);
  master.touch();
}

/** An agent's instance is gone: its node goes at the plugin's next look. */
function lose(master: Master, node: Node): void {
  if (!master.nodes.has(node)) return;
  breakChannel(master, node);
  node.idleTimer?.cancel();
  master.after(nodeCleanUpMs, () => {
    master.nodes.remove(node);
    master.touch();
  });
}

/** The channel to an agent breaks: its builds fail now. A node that stays offline and idle is ended like any idle one. */
function breakChannel(master: Master, node: Node): void {
  if (!master.nodes.has(node)) return;
  master.nodes.set(node, {
    online: false,
    connecting: false,
    offlineReason: 'Connection was broken',
    offlineCause: 'hudson.slaves.OfflineCause$ChannelTermination',
    offlineSince: master.world.now,
  });
  for (const build of [...node.builds]) finishBuild(master, build, 'FAILURE', lostAgentLines(node));
  master.log('WARNING', `hudson.remoting: ${node.name}: Connection was broken`);
  master.touch();
}

/** A master restarts: the channels to its agents break, and it reaches each again in the time that connecting takes. */
export function reconnectAgents(master: Master, bootMs: number): void {
  for (const agent of agents(master.world).byFarm.get(master.identity.farm) ?? []) {
    if (agent.master !== master) continue;
    master.nodes.set(agent.node, { online: false, connecting: true });
    master.after(bootMs + master.world.drawMs(master.world.settings.jenkins.agentConnect), () => connect(agent));
  }
}

/** Takes an agent out of its master and ends its instance, as deleting an EC2 node does. */
export function removeAgent(master: Master, node: Node): void {
  // No build may come to it while those that it has are ended.
  master.nodes.set(node, { online: false });
  for (const build of [...node.builds]) finishBuild(master, build, 'FAILURE', lostAgentLines(node));
  dropNode(master, node);
}

/** A master is gone: its agents run on, and end themselves in the end. */
export function orphanAgents(master: Master): void {
  for (const agent of agents(master.world).byFarm.get(master.identity.farm) ?? []) {
    if (agent.master !== master) continue;
    agent.master = undefined;
    if (agent.instance.bootedAt !== undefined) watch(master.world, agent);
  }
}

function watch(world: World, agent: Agent): void {
  agent.watchdog?.cancel();
  agent.watchdog = world.schedule(agent.silentMinutes * 60_000, () => shutDownFromInside(world, agent.instance.id));
}
