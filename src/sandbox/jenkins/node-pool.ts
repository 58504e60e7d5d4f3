import type { Build } from './job.ts';
import { freeExecutors, isOffline, type Node, type NodeSpec, type NodeState } from './node.ts';

/** Executors and nodes of one label, kept up to date so that nobody has to count over all nodes. */
export interface LabelTotals {
  nodes: number;
  onlineNodes: number;
  connectingNodes: number;
  defined: number;
  online: number;
  connecting: number;
  busy: number;
  available: number;
}

type Editable = { -readonly [K in keyof NodeState]: NodeState[K] };
interface Entry extends NodeSpec, Editable {
  readonly builds: Set<Build>;
  readonly sequence: number;
  idleSince: number;
}

const none = (): LabelTotals => ({
  nodes: 0,
  onlineNodes: 0,
  connectingNodes: 0,
  defined: 0,
  online: 0,
  connecting: 0,
  busy: 0,
  available: 0,
});

/** A master's nodes. Their state changes only through it, which keeps the totals true. */
export class NodePool {
  readonly #entries = new Map<string, Entry>();
  readonly #totals = new Map<string, LabelTotals>();
  /** By label: nodes that could take a build now. */
  readonly #free = new Map<string, Set<Entry>>();
  #sequence = 0;

  /** Adds a node; the one with the same name must be gone. */
  add(spec: NodeSpec, state: NodeState, now: number): Node {
    const entry: Entry = { ...spec, ...state, builds: new Set(), sequence: this.#sequence++, idleSince: now };
    this.#entries.set(spec.name, entry);
    this.#count(entry, 1);
    return entry;
  }

  remove(node: Node): void {
    const entry = this.#entries.get(node.name);
    if (!entry) return;
    this.#count(entry, -1);
    this.#entries.delete(node.name);
  }

  has(node: Node): boolean {
    return this.#entries.get(node.name) === node;
  }

  /** Changes a node's state; nothing happens to one that was removed. */
  set(node: Node, change: Partial<NodeState>): void {
    this.#edit(node, (entry) => Object.assign(entry, change));
  }

  /** A build takes one of the node's executors. */
  begin(node: Node, build: Build): void {
    this.#edit(node, (entry) => entry.builds.add(build));
  }

  /** A build gives its executor back. */
  end(node: Node, build: Build): void {
    this.#edit(node, (entry) => entry.builds.delete(build));
  }

  /** Oldest first. */
  all(): Node[] {
    return [...this.#entries.values()];
  }

  ofLabel(label: string): Node[] {
    return this.all().filter((node) => node.label === label);
  }

  /** The oldest node of the label that has an executor free: the others may idle out. */
  free(label: string): Node | undefined {
    let oldest: Entry | undefined;
    for (const entry of this.#free.get(label) ?? []) if (!oldest || entry.sequence < oldest.sequence) oldest = entry;
    return oldest;
  }

  totals(label: string): Readonly<LabelTotals> {
    return this.#totals.get(label) ?? none();
  }

  /** A total over every label. */
  sum(name: keyof LabelTotals): number {
    let sum = 0;
    for (const totals of this.#totals.values()) sum += totals[name];
    return sum;
  }

  #edit(node: Node, edit: (entry: Entry) => void): void {
    const entry = this.#entries.get(node.name);
    if (!entry) return;
    this.#count(entry, -1);
    edit(entry);
    this.#count(entry, 1);
  }

  #count(entry: Entry, sign: 1 | -1): void {
    let totals = this.#totals.get(entry.label);
    let free = this.#free.get(entry.label);
    if (!totals || !free) {
      totals = none();
      free = new Set();
      this.#totals.set(entry.label, totals);
      this.#free.set(entry.label, free);
    }
    const up = !isOffline(entry);
    const available = freeExecutors(entry);
    totals.nodes += sign;
    totals.onlineNodes += up ? sign : 0;
    totals.connectingNodes += entry.connecting ? sign : 0;
    totals.defined += sign * entry.executors;
    totals.online += up ? sign * entry.executors : 0;
    totals.connecting += entry.connecting ? sign * entry.executors : 0;
    totals.busy += sign * entry.builds.size;
    totals.available += sign * available;
    if (sign > 0 && available > 0) free.add(entry);
    else free.delete(entry);
  }
}
