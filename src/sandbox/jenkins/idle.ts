import { terminateInstance } from '../world/ec2-lifecycle.ts';
import type { Master } from './master.ts';
import type { Node } from './node.ts';
import { mayCall } from './own-calls.ts';

/** A node got a build: it does not idle. */
export function nodeTaken(node: Node): void {
  node.idleTimer?.cancel();
  delete node.idleTimer;
}

/** A node has no build: after the idle time its instance is ended. */
export function nodeIdle(master: Master, node: Node): void {
  if (node.builds.size > 0) return;
  node.idleSince = master.world.now;
  node.idleTimer?.cancel();
  const minutes = master.identity.agents.idleMinutes;
  if (node.builtIn || node.instanceId === undefined) return;
  node.idleTimer = master.after(minutes * 60_000, () => {
    master.log(
      'INFO',
      `hudson.plugins.ec2.EC2RetentionStrategy: Idle timeout of ${node.name} after ${minutes} idle minutes`,
    );
    dropNode(master, node);
  });
}

/** Takes a node without builds out of its master and ends its instance. */
export function dropNode(master: Master, node: Node): void {
  nodeTaken(node);
  master.nodes.remove(node);
  const { instanceId } = node;
  if (instanceId !== undefined && mayCall(master, 'TerminateInstances', { InstanceIds: [instanceId] })) {
    terminateInstance(master.world, instanceId);
  }
  master.touch();
}
