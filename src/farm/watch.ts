import { breathe } from '../core/event-loop.ts';
import type { Problem } from '../core/problem.ts';
import { problemOf } from '../core/problem.ts';
import { changes } from './changes.ts';
import type { Change, Verdict } from './finding.ts';
import { health } from './health.ts';
import { readingsOf } from './health-unseen.ts';
import { joiningFarm } from './joined.ts';
import { observe } from './observe.ts';
import { ObserveContext } from './observe-context.ts';
import { isMoving, PaceKeeper } from './pace.ts';
import { Probe } from './probe.ts';
import { fresh } from './reading.ts';
import type { Session } from './session.ts';
import type { Snapshot } from './snapshot.ts';
import { isAbsent } from './stack-status.ts';
import type { FarmStore, FarmView, History } from './view.ts';

const keptChanges = 500;
const keptPoints = 60;
/** Wall milliseconds between rounds while there is no farm: only its stack is asked for. */
const absentMs = 5_000;

const waiting: Verdict = { severity: 'unknown', summary: 'looking', findings: [] };

/** The pace of a close look in farm milliseconds, and the shortest that any poll may be in wall milliseconds. */
const close = { probeFarmMs: 1_000, probeLeastMs: 50, roundLeastMs: 500 } as const;

/** How one round is made; tests give their own. */
export type Observe = typeof observe;

/**
 * The store that observes: round after round, never two at once, each published when it is done. The front door is
 * asked by a loop of its own, once a second.
 */
export class FarmWatch implements FarmStore {
  readonly probe: Probe;
  readonly #session: Session;
  readonly #observe: Observe;
  readonly #context: ObserveContext;
  readonly #pace: PaceKeeper;
  readonly #listeners = new Set<() => void>();
  #view: FarmView;
  #running: AbortController | undefined;
  /** Ends the pause between two rounds. */
  #wake: AbortController | undefined;
  #refreshAsked = false;
  /** How many ask for a close look. */
  #closeLooks = 0;

  constructor(session: Session, options: { observe?: Observe; probe?: Probe } = {}) {
    this.#session = session;
    this.#observe = options.observe ?? observe;
    this.probe = options.probe ?? new Probe({ road: session.doorRoad, clock: session.clock });
    this.#context = new ObserveContext(this.probe);
    this.#pace = new PaceKeeper(session.refreshSeconds * 1000);
    this.#view = {
      presence: 'waiting',
      verdict: waiting,
      changes: [],
      history: { doorMs: [], agents: [], queue: [] },
      pace: { ...this.#pace.current, rounds: 0, lastRoundMs: 0, lastRoundCalls: 0 },
    };
  }

  current(): FarmView {
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  record(change: Change): void {
    this.#publish({ ...this.#view, changes: kept(this.#view.changes, [change]) });
  }

  refresh(): void {
    this.#refreshAsked = true;
    this.#wake?.abort();
  }

  watchClosely(): () => void {
    this.#closeLooks++;
    this.#paceProbe();
    this.#wake?.abort();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#closeLooks--;
      this.#paceProbe();
    };
  }

  #paceProbe(): void {
    const faster = Math.max(1, this.#session.clock.speed);
    this.probe.pace(this.#closeLooks > 0 ? Math.max(close.probeLeastMs, close.probeFarmMs / faster) : undefined);
  }

  /** Wall milliseconds between the starts of two rounds. */
  get #intervalMs(): number {
    const { intervalMs, reason } = this.#pace.current;
    if (this.#view.presence === 'absent') return Math.max(absentMs, intervalMs);
    if (this.#closeLooks === 0 || reason === 'throttled') return intervalMs;
    const { refreshSeconds, clock } = this.#session;
    const least = reason === 'large farm' ? intervalMs : close.roundLeastMs;
    return Math.max(least, (refreshSeconds * 1000) / Math.max(1, clock.speed));
  }

  /** Begins to observe; does nothing when it observes already. */
  start(): void {
    if (this.#running) return;
    const running = new AbortController();
    this.#running = running;
    void this.#rounds(running.signal);
  }

  /** Stops at once; an unfinished round is dropped. */
  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.probe.stop();
  }

  async #rounds(signal: AbortSignal): Promise<void> {
    const { clock } = this.#session;
    while (!signal.aborted) {
      const started = clock.wall();
      this.#refreshAsked = false;
      try {
        await this.#round(signal, started);
      } catch (error) {
        if (signal.aborted) return;
        // A fault of our own: said on the screen, and the next round is made all the same.
        this.#session.log.line('watch', error instanceof Error ? (error.stack ?? error.message) : String(error));
        this.#publish({ ...this.#view, problem: problemOf(error, 'watch') });
      }
      await this.#pause(Math.max(0, started + this.#intervalMs - clock.wall()), signal);
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#refreshAsked) return;
    const wake = new AbortController();
    this.#wake = wake;
    try {
      await this.#session.clock.after(ms, AbortSignal.any([signal, wake.signal]));
    } catch {
      // Woken: by a wish to refresh, or to stop, which the loop looks at itself.
    } finally {
      this.#wake = undefined;
    }
  }

  async #round(signal: AbortSignal, started: number): Promise<void> {
    const { aws, clock } = this.#session;
    const callsBefore = total(aws.calls);
    const loopBefore = performance.eventLoopUtilization();
    const before = this.#view.snapshot;
    const snapshot = await this.#observe(this.#session, this.#context, before, signal);
    if (signal.aborted) return;
    const absent = isAbsent(snapshot.stack);
    const problem = wholeProblem(snapshot);
    // Clients keep the credentials they met; made anew they read what the operator has signed in with meanwhile.
    if (problem?.kind === 'auth') aws.renew();
    if (absent) this.probe.stop();
    else if (snapshot.balancer.value) this.probe.start();

    const joining = joiningFarm(snapshot, this.#view.farm);
    let joined = joining.next();
    while (!joined.done) {
      await breathe();
      joined = joining.next();
    }
    const farm = joined.value;
    await breathe();
    const news = absent ? [] : changes(before && !isAbsent(before.stack) ? before : undefined, snapshot);
    await breathe();
    const verdict = health(snapshot, clock.now(), this.#view.verdict, farm);
    await breathe();
    if (signal.aborted) return;
    this.#pace.after({
      throttled: Object.values(readingsOf(snapshot)).some((reading) => reading.problem?.kind === 'throttled'),
      moving: (before !== undefined && news.length > 0) || isMoving(snapshot),
      busyMs: performance.eventLoopUtilization(loopBefore).active,
    });
    this.#publish({
      // Without ever having seen the stack there is nothing to show but why.
      presence: absent ? 'absent' : snapshot.stack.value ? 'present' : 'waiting',
      snapshot,
      farm,
      verdict,
      changes: kept(this.#view.changes, news),
      history: longer(this.#view.history, snapshot),
      pace: {
        ...this.#pace.current,
        rounds: this.#view.pace.rounds + 1,
        lastRoundMs: clock.wall() - started,
        lastRoundCalls: total(aws.calls) - callsBefore,
      },
      ...(problem ? { problem } : {}),
    });
  }

  #publish(view: FarmView): void {
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}

function total(calls: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const number of calls.values()) sum += number;
  return sum;
}

function kept(before: readonly Change[], news: readonly Change[]): readonly Change[] {
  return news.length === 0 ? before : [...before, ...news].slice(-keptChanges);
}

/** The problem that hides the farm as a whole: no credentials, no network, a stack that may not be read. */
function wholeProblem(snapshot: Snapshot): Problem | undefined {
  const { problem } = snapshot.stack;
  if (problem && !snapshot.stack.value && problem.kind !== 'not-found') return problem;
  if (problem && ['auth', 'unreachable', 'timeout'].includes(problem.kind)) return problem;
  const aws = [snapshot.services, snapshot.tasks, snapshot.instances, snapshot.balancer];
  const [first] = aws;
  return aws.every((reading) => reading.problem?.kind === first?.problem?.kind) &&
    ['auth', 'unreachable', 'timeout'].includes(first?.problem?.kind ?? '')
    ? first?.problem
    : undefined;
}

function longer(history: History, snapshot: Snapshot): History {
  const last = fresh(snapshot.probe)?.recent.at(-1);
  const alive = snapshot.instances.value?.filter(
    (one) => one.role === 'agent' && (one.state === 'running' || one.state === 'pending'),
  );
  const queued = Object.values(snapshot.masters).map((master) => master.value?.queue.length ?? 0);
  return {
    doorMs: point(history.doorMs, last?.ok ? last.ms : null),
    agents: point(history.agents, alive?.length ?? 0),
    queue: point(
      history.queue,
      queued.reduce((sum, length) => sum + length, 0),
    ),
  };
}

function point<T>(series: readonly T[], value: T): readonly T[] {
  return [...series, value].slice(-keptPoints);
}
