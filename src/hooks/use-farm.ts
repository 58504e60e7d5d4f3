import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { FarmStore, FarmView } from '../farm/view.ts';

/** What a component selects of the store; it renders again only when that is another object. */
export function useFarm<T>(store: FarmStore, select: (view: FarmView) => T): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  const current = useMemo(() => rememberSelection(() => store.current(), select), [store, select]);
  return useSyncExternalStore(subscribe, current);
}

/** `select` run once for each published view, because it may build a new object each time. */
export function rememberSelection<V, T>(current: () => V, select: (view: V) => T): () => T {
  let before: { readonly view: V; readonly selected: T } | undefined;
  return () => {
    const view = current();
    if (before === undefined || before.view !== view) before = { view, selected: select(view) };
    return before.selected;
  };
}
