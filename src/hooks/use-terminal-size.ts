import { useWindowSize } from 'ink';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The smallest terminal that the screens are made for. */
export const smallest: TerminalSize = { columns: 80, rows: 24 };

/** Whether the screens have room. */
export function fits(size: TerminalSize): boolean {
  return size.columns >= smallest.columns && size.rows >= smallest.rows;
}

/** The terminal's size; renders again when it changes. */
export function useTerminalSize(): TerminalSize {
  return useWindowSize();
}
