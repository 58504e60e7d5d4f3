import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

/** Wall milliseconds of work in one turn of the event loop after which whoever can wait does. */
const turnMs = 4;

/** When work in this turn was first asked about; undefined: not yet. */
let began: number | undefined;
const waiting: (() => void)[] = [];
const now = Promise.resolve();

/**
 * To be awaited before a piece of work that can wait a moment: a key that was pressed meanwhile comes first. Goes on at
 * once while this turn of the event loop is young, and otherwise in a later one, in the order of asking. A hundred
 * answers that arrive together then hold the thread for as long as one of them does.
 */
export function breathe(): Promise<void> {
  if (began === undefined) {
    began = performance.now();
    setImmediate(turnOver);
  }
  if (waiting.length === 0 && performance.now() - began < turnMs) return now;
  return new Promise((resolve) => waiting.push(resolve));
}

/** Resolves when nobody waits any more; at once when nobody does. */
export async function calm(): Promise<void> {
  while (waiting.length > 0) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A new turn: one of those who wait goes on. */
function turnOver(): void {
  const next = waiting.shift();
  if (next === undefined) {
    began = undefined;
    return;
  }
  began = performance.now();
  setImmediate(turnOver);
  next();
}
