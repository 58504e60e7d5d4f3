/** Milliseconds since the epoch of a time in an answer. */
export function time(date: Date | undefined): number | undefined {
  const ms = date?.getTime();
  return ms === undefined || Number.isNaN(ms) ? undefined : ms;
}

/** `{ key: value }`, or nothing when there is no value: facts leave out what is unknown. */
export function orAbsent<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

/** Asks for a list in pages of at most `size`, all at once, and gives the answers in order. No items, no call. */
export function inPagesOf<T, O>(size: number, items: readonly T[], ask: (page: T[]) => Promise<O>): Promise<O[]> {
  const pages: T[][] = [];
  for (let from = 0; from < items.length; from += size) pages.push(items.slice(from, from + size));
  return Promise.all(pages.map(ask));
}
