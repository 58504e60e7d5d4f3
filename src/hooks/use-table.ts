import { useReducer, useRef } from 'react';
import type { CommandHandlers } from './use-keys.ts';

/** Which row is selected, by key, and which part of the rows is on the screen. */
export interface TableState {
  readonly key: string | undefined;
  /** Where the selected row was: when it goes, the row that took its place is selected. */
  readonly index: number;
  /** Index of the first row on the screen. */
  readonly top: number;
}

export const firstRow: TableState = { key: undefined, index: 0, top: 0 };

/**
 * The state for these rows and this height. The selected thing stays selected wherever it went; the window moves only
 * as far as it must to keep it on the screen (a table that scrolls costs ten times the bytes of a cursor that moves).
 */
export function settle(state: TableState, keys: readonly string[], height: number): TableState {
  if (keys.length === 0 || height <= 0) return { ...state, index: 0, top: 0 };
  const found = state.key === undefined ? -1 : keys.indexOf(state.key);
  const index = found >= 0 ? found : Math.min(state.index, keys.length - 1);
  let top = Math.min(state.top, Math.max(0, keys.length - height));
  if (index < top) top = index;
  if (index >= top + height) top = index - height + 1;
  return { key: keys[index], index, top };
}

export type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

/** The state after a move. */
export function move(state: TableState, keys: readonly string[], height: number, to: Move): TableState {
  const at = settle(state, keys, height);
  if (keys.length === 0) return at;
  const targets: Readonly<Record<Move, number>> = {
    up: at.index - 1,
    down: at.index + 1,
    'page-up': at.index - height,
    'page-down': at.index + height,
    first: 0,
    last: keys.length - 1,
  };
  const index = Math.min(keys.length - 1, Math.max(0, targets[to]));
  return settle({ ...at, key: keys[index], index }, keys, height);
}

/** The state of a table whose newest row is the last: while that is selected, the selection goes with what is new. */
export function settleAtEnd(
  state: TableState,
  keysBefore: readonly string[] | undefined,
  keys: readonly string[],
  height: number,
): TableState {
  const follows = keysBefore === undefined || state.key === keysBefore.at(-1);
  return settle(follows ? { ...state, key: keys.at(-1) } : state, keys, height);
}

/** A table's selection and the handlers of its keys. With `newestLast` it begins at the end and follows it, otherwise at `firstKey`. */
export function useTable(
  keys: readonly string[],
  height: number,
  newestLast = false,
  firstKey?: string,
): { state: TableState; handlers: CommandHandlers } {
  // A ref, because the state settles anew with each set of rows, while rendering; only a key asks for a new frame.
  const kept = useRef<TableState>({ ...firstRow, key: firstKey });
  const [, redraw] = useReducer((frames: number) => frames + 1, 0);
  const keysBefore = useRef<readonly string[]>(undefined);
  kept.current = newestLast
    ? settleAtEnd(kept.current, keysBefore.current, keys, height)
    : settle(kept.current, keys, height);
  keysBefore.current = keys;
  const to = (where: Move) => () => {
    kept.current = move(kept.current, keys, height, where);
    redraw();
  };
  return {
    state: kept.current,
    handlers: {
      up: to('up'),
      down: to('down'),
      'page-up': to('page-up'),
      'page-down': to('page-down'),
      first: to('first'),
      last: to('last'),
    },
  };
}
