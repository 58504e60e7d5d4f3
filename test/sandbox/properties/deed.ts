import type { WholeFarm } from './whole-farm.ts';

/** Calls an operation that changes something; throws its service's error when it is refused. */
export type Ask = (service: string, operation: string, input: object) => void;

/** One thing that an operator does. The numbers choose whom it is done to, and how; many choices are refused. */
export type Deed = (farm: WholeFarm, ask: Ask, which: number, how: number) => void;

/** One of a list by a number; undefined when there is none. */
export function nth<T>(list: readonly T[], number: number): T | undefined {
  return list.length === 0 ? undefined : list[number % list.length];
}
