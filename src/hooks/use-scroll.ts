import { useState } from 'react';
import type { CommandHandlers } from './use-keys.ts';

/** The first line shown of `length` lines after a move by `by` lines, in a window of `height`. */
export function scrolled(top: number, by: number, length: number, height: number): number {
  return Math.min(Math.max(0, length - height), Math.max(0, top + by));
}

/** The first line shown of a text longer than the screen, and the handlers of its keys. */
export function useScroll(length: number, height: number): { top: number; handlers: CommandHandlers } {
  const [kept, setKept] = useState(0);
  const to = (by: number) => () => setKept((before) => scrolled(before, by, length, height));
  return {
    // A text that got shorter shows its end, not a blank.
    top: scrolled(kept, 0, length, height),
    handlers: {
      up: to(-1),
      down: to(1),
      'page-up': to(-height),
      'page-down': to(height),
      first: to(-length),
      last: to(length),
    },
  };
}
