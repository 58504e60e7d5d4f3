import { useMemo } from 'react';
import { type Farm, joinFarm } from '../farm/joined.ts';
import type { FarmStore, FarmView } from '../farm/view.ts';
import { useFarm } from './use-farm.ts';

/** A selector of the joined farm that hands each snapshot what was joined of the one before. */
export function joiner(join: typeof joinFarm = joinFarm): (view: FarmView) => Farm | undefined {
  let snapshot: FarmView['snapshot'];
  let farm: Farm | undefined;
  return (view) => {
    if (view.snapshot !== snapshot) {
      snapshot = view.snapshot;
      farm = snapshot && join(snapshot, farm);
    }
    return farm;
  };
}

/** The farm as one thing; undefined before the first round. */
export function useJoined(store: FarmStore): Farm | undefined {
  const select = useMemo(() => joiner(), []);
  return useFarm(store, select);
}
