import { useEffect, useState } from 'react';
import type { Clock } from '../core/clock.ts';

/** Calls `tick` with the farm time every `wallMs` of wall time until aborted. */
export async function tickEvery(
  clock: Clock,
  wallMs: number,
  tick: (now: number) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.after(wallMs, signal);
    } catch {
      return; // Aborted while waiting: the screen is gone.
    }
    if (!signal.aborted) tick(clock.now());
  }
}

/**
 * Farm time for ages: renewed when something was `published`, and each `wallMs` of wall time when nothing is. In between
 * it stands still, so that a key redraws only what the key changed.
 */
export function useNow(clock: Clock, published: unknown, wallMs: number): number {
  const [moment, setMoment] = useState({ published, now: clock.now() });
  // Set while rendering, as React has it for state that follows a prop: no frame shows new facts with old ages.
  const fresh = moment.published === published ? moment : { published, now: clock.now() };
  if (fresh !== moment) setMoment(fresh);
  useEffect(() => {
    const stop = new AbortController();
    void tickEvery(clock, wallMs, (now) => setMoment({ published, now }), stop.signal);
    return () => stop.abort();
  }, [clock, published, wallMs]);
  return fresh.now;
}
