import { closest, distance } from 'fastest-levenshtein';

/** The known word nearest to what was typed, when it is near enough to be a slip of the fingers. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(typed.toLowerCase(), known as string[]);
  return distance(typed.toLowerCase(), best.toLowerCase()) <= Math.max(2, Math.floor(best.length / 3))
    ? best
    : undefined;
}

/** `; did you mean X?`, or nothing. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const word = nearest(typed, known);
  return word === undefined ? '' : `; did you mean ${word}?`;
}
