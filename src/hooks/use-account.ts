import type { FarmStore } from '../farm/view.ts';
import { Observable, useObservable } from './observable.ts';

/**
 * The account that the calls are made in, for the header of every screen. Asked for at once, and again with each round
 * until there is an answer: signing in may take the operator a while.
 */
export class AccountControl extends Observable<string | undefined> {
  readonly #ask: () => Promise<string>;
  #asking: Promise<void> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(ask: () => Promise<string>) {
    super(undefined);
    this.#ask = ask;
  }

  /** Asks, unless it is known or being asked; never rejects. */
  look(): Promise<void> {
    if (this.current() !== undefined) return Promise.resolve();
    this.#asking ??= this.#ask()
      .then(
        (account) => {
          if (account !== '') this.set(account);
        },
        () => {}, // Why AWS cannot be asked is said by the farm's own readings.
      )
      .finally(() => {
        this.#asking = undefined;
        if (this.current() !== undefined) this.stop();
      });
    return this.#asking;
  }

  /** Asks again whenever the store publishes. */
  askWith(store: FarmStore): void {
    if (this.current() !== undefined) return;
    this.#unsubscribe = store.subscribe(() => void this.look());
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}

/** The account, once it is known. */
export function useAccount(control: AccountControl): string | undefined {
  return useObservable(control);
}
