import type { Random } from '../../core/random.ts';
import type { ProcessContext } from '../world/ecs-state.ts';
import { perWorld, type Timer, type World } from '../world/world.ts';
import { description } from './description.ts';
import type { Identity } from './identity.ts';
import type { Job, JobDefinition } from './job.ts';
import { made, seed } from './jobs.ts';
import { LoadStatistics } from './load-statistics.ts';
import type { Node } from './node.ts';
import { NodePool } from './node-pool.ts';
import type { QueueItem } from './queue-item.ts';

/** A Jenkins controller: what its JVM holds. It ends with its container, and its home with it. */
export class Master {
  readonly world: World;
  readonly context: ProcessContext;
  readonly identity: Identity;
  /** New at each boot: the header X-Jenkins-Session. */
  session: string;
  /** Counts the web sessions that were given out. */
  nextWebSession = 1;
  readonly random: Random;
  phase: 'booting' | 'serving' | 'ending' = 'booting';
  quietingDown = false;
  /** What was said to those who ask why. */
  quietDownReason: string | undefined;
  /** safeExit or safeRestart was asked for: it happens with the end of the last build. */
  whenIdle: 'exit' | 'restart' | undefined;
  /** `/health/` answers 503 until then, as a drill asked. */
  healthFailsUntil = 0;
  readonly jobs = new Map<string, Job>();
  readonly nodes = new NodePool();
  readonly builtIn: Node;
  /** Oldest first. */
  readonly queue: QueueItem[] = [];
  /** Items that left the queue, for the few minutes that Jenkins remembers them. */
  readonly left = new Map<number, QueueItem>();
  nextQueueId = 1;
  /** Agents decided on and not launched yet. */
  plannedAgents = 0;
  /** The cloud found its cap or an error and asks EC2 again only then. */
  cloudPausedUntil = 0;
  readonly statistics = new LoadStatistics();
  readonly #timers = new Set<Timer>();
  readonly #maintain: (master: Master) => void;

  /** `maintain` looks after the queue; it is called whenever something changed that may let an item go on. */
  constructor(world: World, context: ProcessContext, identity: Identity, maintain: (master: Master) => void) {
    this.#maintain = maintain;
    this.world = world;
    this.context = context;
    this.identity = identity;
    this.session = world.hex(8);
    this.random = world.random.fork(`master ${context.task.id}`);
    this.builtIn = this.nodes.add(
      { name: 'Built-In Node', builtIn: true, label: 'built-in', executors: description.master.executors },
      { online: true, connecting: false, temporarilyOffline: false, offlineReason: '', offlineCause: '' },
      world.now,
    );
    for (const definition of [seed, ...made]) this.makeJob(definition);
  }

  /** Adds a job, or makes the one of that name as it is described. */
  makeJob(definition: JobDefinition): void {
    const known = this.jobs.get(definition.name);
    if (known) {
      known.description = definition.description;
      return;
    }
    const { name, description: about } = definition;
    this.jobs.set(name, { definition, description: about, disabled: false, nextNumber: 1, builds: [] });
  }

  /** Runs `run` after `ms` of world time, unless the JVM has ended by then. */
  after(ms: number, run: () => void): Timer {
    const timer = this.world.schedule(ms, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
    return timer;
  }

  log(level: 'INFO' | 'WARNING' | 'SEVERE', text: string): void {
    const stamp = this.world.date().toISOString().slice(0, 23).replace('T', ' ');
    this.context.log(`${stamp}+0000 [id=1]\t${level}\t${text}`);
  }

  /** Something changed that the queue may have waited for. */
  touch(): void {
    this.#maintain(this);
  }

  /** How many items would start if they had an executor of the label. */
  buildableItems(label: string): number {
    if (this.quietingDown) return 0;
    return this.queue.filter((item) => item.stage === 'buildable' && item.job.definition.label === label).length;
  }

  /** The JVM takes its own place: whoever talked to it has to sign in anew. */
  bootAgain(): void {
    this.phase = 'booting';
    this.session = this.world.hex(8);
    this.quietingDown = false;
    this.quietDownReason = undefined;
    this.whenIdle = undefined;
    this.healthFailsUntil = 0;
    this.left.clear();
  }

  /** Nothing of this JVM happens any more. */
  halt(): void {
    this.phase = 'ending';
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  get runningBuilds(): number {
    return this.nodes.sum('busy');
  }
}

/** The masters whose JVM runs, in the order in which they started. */
export const masters = perWorld(() => new Set<Master>());
