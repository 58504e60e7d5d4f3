import { type Problem, problemOf } from '../core/problem.ts';
import type { PastDrill } from '../drills/journal.ts';
import { Observable, useObservable } from './observable.ts';

/** The drills of this farm that were cut off, and how undoing them goes. */
export interface InterruptedState {
  readonly drills: readonly PastDrill[];
  readonly working: boolean;
  /** What was done about them, one line each. */
  readonly told: readonly string[];
  readonly problem?: Problem;
}

/** What the screens need of `drills/` for them. */
export interface Interrupted {
  /** The drills that are cut off now. */
  find(): readonly PastDrill[];
  /** Undoes what they left and closes them, under the farm's lock; `tell` gets a line for each. */
  close(tell: (line: string) => void): Promise<void>;
}

/** Keeps drills that were cut off in view until they are closed. */
export class InterruptedControl extends Observable<InterruptedState> {
  readonly #interrupted: Interrupted;

  constructor(interrupted: Interrupted) {
    super({ drills: interrupted.find(), working: false, told: [] });
    this.#interrupted = interrupted;
  }

  /** Rolls back and closes them all. */
  async close(): Promise<void> {
    const { drills, working } = this.current();
    if (working || drills.length === 0) return;
    this.set({ drills, working: true, told: [] });
    const tell = (line: string) => this.set({ ...this.current(), told: [...this.current().told, line] });
    let problem: Problem | undefined;
    try {
      await this.#interrupted.close(tell);
    } catch (error) {
      problem = problemOf(error, 'closing drills');
    }
    const { told } = this.current();
    this.set({ drills: this.#interrupted.find(), working: false, told, ...(problem ? { problem } : {}) });
  }
}

/** The drills that were cut off. */
export function useInterrupted(control: InterruptedControl): InterruptedState {
  return useObservable(control);
}
