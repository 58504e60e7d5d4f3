import type { Target } from '../actions/action.ts';
import { type Problem, problemOf } from '../core/problem.ts';
import type { Drill, DrillProgress, DrillReport, DrillRun } from '../drills/drill.ts';
import type { Session } from '../farm/session.ts';
import type { FarmStore } from '../farm/view.ts';
import { Observable, useObservable } from './observable.ts';

/** The drill that runs, or the last one of this program's run. */
export interface DrillState {
  readonly drill?: Drill;
  readonly target?: Target;
  readonly running: boolean;
  /** Asked to stop: the rollback is under way. */
  readonly stopping: boolean;
  readonly progress?: DrillProgress;
  readonly report?: DrillReport;
  /** Why there is no report. */
  readonly problem?: Problem;
}

export type DrillHappening =
  | { readonly type: 'started'; readonly drill: Drill; readonly target: Target }
  | { readonly type: 'progressed'; readonly progress: DrillProgress }
  | { readonly type: 'stopping' }
  | { readonly type: 'reported'; readonly report: DrillReport }
  | { readonly type: 'broken'; readonly problem: Problem };

export const noDrill: DrillState = { running: false, stopping: false };

/** The state after a happening. */
export function drillAfter(state: DrillState, happening: DrillHappening): DrillState {
  switch (happening.type) {
    case 'started':
      return { drill: happening.drill, target: happening.target, running: true, stopping: false };
    case 'progressed':
      return { ...state, progress: happening.progress };
    case 'stopping':
      return state.running ? { ...state, stopping: true } : state;
    case 'reported':
      return { ...state, running: false, stopping: false, report: happening.report };
    case 'broken':
      return { ...state, running: false, stopping: false, problem: happening.problem };
  }
}

export type RunDrill = (run: DrillRun) => Promise<DrillReport>;

/** Runs one drill at a time; it goes on whatever screen is shown. */
export class DrillControl extends Observable<DrillState> {
  readonly #run: RunDrill;
  readonly #session: Session;
  readonly #store: FarmStore;
  #abort: AbortController | undefined;
  #settled: Promise<void> = Promise.resolve();

  constructor(run: RunDrill, session: Session, store: FarmStore) {
    super(noDrill);
    this.#run = run;
    this.#session = session;
    this.#store = store;
  }

  /** Starts a drill, unless one runs. */
  start(drill: Drill, target: Target): void {
    if (this.current().running) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#happen({ type: 'started', drill, target });
    this.#settled = this.#run({
      session: this.#session,
      store: this.#store,
      drill,
      target,
      onProgress: (progress) => this.#happen({ type: 'progressed', progress }),
      signal: abort.signal,
    }).then(
      (report) => this.#happen({ type: 'reported', report }),
      (error: unknown) => this.#happen({ type: 'broken', problem: problemOf(error, `drill ${drill.name}`) }),
    );
  }

  /** Asks the drill to roll back and end; resolves when it has. */
  stop(): Promise<void> {
    if (this.current().running) {
      this.#happen({ type: 'stopping' });
      this.#abort?.abort();
    }
    return this.#settled;
  }

  #happen(happening: DrillHappening): void {
    this.set(drillAfter(this.current(), happening));
  }
}

/** The state of the drill. */
export function useDrill(control: DrillControl): DrillState {
  return useObservable(control);
}
