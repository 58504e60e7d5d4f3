import type { Clock } from '../core/clock.ts';
import type { FarmStore, FarmView } from '../farm/view.ts';

/**
 * The store's view after its next publication, or after `wallMs` of wall time without one: a drill's budget ends even
 * when nothing is observed any more. Rejects with the signal's reason when aborted.
 */
export async function nextView(
  store: FarmStore,
  clock: Clock,
  wallMs: number,
  signal?: AbortSignal,
): Promise<FarmView> {
  const waiting = new AbortController();
  const stop = signal ? AbortSignal.any([signal, waiting.signal]) : waiting.signal;
  let unsubscribe = (): void => {};
  try {
    await Promise.race([
      new Promise<void>((resolve) => {
        unsubscribe = store.subscribe(() => resolve());
      }),
      clock.after(wallMs, stop).catch((error: unknown) => {
        // Ended by ourselves once the publication has won: nobody listens any more.
        if (!waiting.signal.aborted) throw error;
      }),
    ]);
  } finally {
    unsubscribe();
    waiting.abort();
  }
  return store.current();
}
