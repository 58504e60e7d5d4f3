import type { Timer } from '../world/world.ts';
import { description } from './description.ts';
import type { Build } from './job.ts';

/** What a node is. */
export interface NodeSpec {
  /** Jenkins' displayName. */
  readonly name: string;
  readonly builtIn: boolean;
  readonly label: string;
  readonly executors: number;
  /** The agent's EC2 instance. */
  readonly instanceId?: string;
}

/** What changes on a node, by its pool only. */
export interface NodeState {
  readonly online: boolean;
  /** Its launcher is at work. */
  readonly connecting: boolean;
  readonly temporarilyOffline: boolean;
  /** Why it is offline, in Jenkins' words; empty when it is not. */
  readonly offlineReason: string;
  /** `_class` of the offline cause; empty when there is none. */
  readonly offlineCause: string;
  /** Since when there is a cause. */
  readonly offlineSince?: number;
}

/** A computer of a master: its built-in node, or an agent. */
export interface Node extends NodeSpec, NodeState {
  readonly builds: ReadonlySet<Build>;
  idleSince: number;
  idleTimer?: Timer;
}

/** The name the EC2 plugin gives a node: the instance is told nowhere else. */
export function agentName(cloud: string, instanceId: string): string {
  return `EC2 (${cloud}) - ${description.agents.description} (${instanceId})`;
}

/** Executors that can take a build now. */
export function freeExecutors(node: Pick<Node, 'online' | 'temporarilyOffline' | 'executors' | 'builds'>): number {
  return node.online && !node.temporarilyOffline ? node.executors - node.builds.size : 0;
}

/** Offline in the API's sense: not connected, or taken offline by somebody. */
export function isOffline(node: Pick<Node, 'online' | 'temporarilyOffline'>): boolean {
  return !node.online || node.temporarilyOffline;
}

/** The name in URLs. */
export function urlName(node: Node): string {
  return node.builtIn ? '(built-in)' : node.name;
}
