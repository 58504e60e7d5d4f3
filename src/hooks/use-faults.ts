import { type FaultChoice, isFault, type SandboxFault } from '../actions/sandbox-faults.ts';
import { type Problem, problemOf } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import type { FarmStore } from '../farm/view.ts';
import { safeLine } from '../terminal/safe-text.ts';
import { Observable, useObservable } from './observable.ts';

/** The sandbox's faults in force. */
export interface FaultsState {
  /** Absent before the first answer. */
  readonly active?: readonly SandboxFault[];
  readonly working: boolean;
  readonly problem?: Problem;
}

/** What the screen needs of `actions/sandbox-faults.ts`. */
export interface SandboxFaults {
  active(): Promise<readonly SandboxFault[]>;
  put(choice: FaultChoice): Promise<readonly SandboxFault[]>;
  /** What somebody wrote, as JSON. */
  write(text: string): Promise<readonly SandboxFault[]>;
  /** One by its id, or all. */
  clear(id?: string): Promise<readonly SandboxFault[]>;
}

/** Puts faults into the sandbox and takes them out again, one request at a time. */
export class FaultsControl extends Observable<FaultsState> {
  readonly #faults: SandboxFaults;
  readonly #session: Session;
  readonly #store: FarmStore;

  constructor(faults: SandboxFaults, session: Session, store: FarmStore) {
    super({ working: false });
    this.#faults = faults;
    this.#session = session;
    this.#store = store;
  }

  look(): Promise<boolean> {
    return this.#ask(() => this.#faults.active());
  }

  /** Puts a fault in, or takes it out where it is in force; what others have put in meanwhile is looked at first. */
  toggle(choice: FaultChoice): Promise<boolean> {
    let event = `fault put into the sandbox: ${choice.label}`;
    return this.#ask(
      async () => {
        const found = (await this.#faults.active()).find((one) => isFault(one, choice.fault));
        if (!found) return this.#faults.put(choice);
        event = `fault taken out of the sandbox: ${choice.label}`;
        return this.#faults.clear(String(found.id));
      },
      () => event,
    );
  }

  /** Puts in what somebody wrote. */
  write(text: string): Promise<boolean> {
    return this.#ask(
      () => this.#faults.write(text),
      () => `put into the sandbox: ${safeLine(text)}`,
    );
  }

  clear(): Promise<boolean> {
    return this.#ask(
      () => this.#faults.clear(),
      () => 'faults of the sandbox cleared',
    );
  }

  /** Whether it was done; not when the sandbox refuses it, nor while another request is under way. */
  async #ask(work: () => Promise<readonly SandboxFault[]>, event?: () => string): Promise<boolean> {
    const { active, working } = this.current();
    if (working) return false;
    const known = active ? { active } : {};
    this.set({ ...known, working: true });
    try {
      this.set({ active: await work(), working: false });
    } catch (error) {
      this.set({ ...known, working: false, problem: problemOf(error, 'sandbox faults') });
      return false;
    }
    if (event === undefined) return true;
    this.#store.record({ at: this.#session.clock.now(), source: 'operator', event: event(), severity: 'warning' });
    this.#store.refresh();
    return true;
  }
}

/** The sandbox's faults. */
export function useFaults(control: FaultsControl): FaultsState {
  return useObservable(control);
}
