import { useEffect, useState } from 'react';
import type { Clock } from '../core/clock.ts';
import { useKeyListener } from './use-keys.ts';

export interface CountdownOptions {
  readonly clock: Clock;
  /** Wall seconds. */
  readonly seconds: number;
  readonly active: boolean;
  /** The key that is the countdown's own end, come early; every other key stops it, and does what it does besides. */
  readonly key: string;
  readonly onEnd: () => void;
  readonly onStop: () => void;
}

/** Wall seconds left until something happens by itself; undefined when nothing will. */
export function useCountdown({ clock, seconds, active, key, onEnd, onStop }: CountdownOptions): number | undefined {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    if (!active || left <= 0) return;
    const stop = new AbortController();
    clock.after(1000, stop.signal).then(
      () => setLeft((before) => before - 1),
      () => {}, // Aborted: a key stopped it, or the screen is gone.
    );
    return () => stop.abort();
  }, [clock, active, left]);
  const over = active && left <= 0;
  useEffect(() => {
    if (over) onEnd();
  }, [over, onEnd]);
  useKeyListener(
    (press) => {
      if (press.name !== key) onStop();
      return false;
    },
    'entry',
    active,
  );
  return active ? Math.max(0, left) : undefined;
}
