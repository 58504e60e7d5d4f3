import { isGone, map, maps, type ResourceContext, type ResourceType, text } from '../resources/resource-type.ts';
import { isMap, type Value, type ValueMap } from '../value.ts';

/** What a resource type adds to its handlers: how it is read back, and how its tags are changed. */
export type LiveType = Pick<ResourceType, 'read' | 'tag'>;

/** What `look` finds; undefined when its service says that there is no such thing. */
export function found<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** What an answer of the API holds, as values of a template; dates and functions do not occur in it. */
export function values(shape: unknown): Value {
  if (Array.isArray(shape)) return shape.map(values);
  if (typeof shape === 'object' && shape !== null) {
    const pairs = Object.entries(shape).filter(([, item]) => item !== undefined);
    return Object.fromEntries(pairs.map(([key, item]) => [key, values(item)]));
  }
  return typeof shape === 'string' || typeof shape === 'number' || typeof shape === 'boolean' ? shape : undefined;
}

/**
 * What is live, without what the template does not state: services fill in defaults, which are no drift. Items of lists
 * are matched by `key`, and those without a partner are kept whole.
 */
export function stated(expected: Value, live: Value, key?: string): Value {
  if (isMap(expected) && isMap(live)) {
    const names = Object.keys(expected).filter((name) => live[name] !== undefined);
    return Object.fromEntries(names.map((name) => [name, stated(expected[name], live[name], key)]));
  }
  if (Array.isArray(expected) && Array.isArray(live)) {
    return live.map((item, index) => {
      const partner =
        key === undefined
          ? expected[index]
          : maps(expected).find((one) => isMap(item) && text(one[key]) === text(item[key]));
      return partner === undefined ? item : stated(partner, item, key);
    });
  }
  return live;
}

/**
 * A resource's own tags: without those that AWS sets (`aws:`) and those of its stack, unless the template states them
 * too.
 */
export function ownTags(expected: Value, live: readonly object[] | undefined, context: ResourceContext): Value {
  const own = new Set(maps(expected).map((tag) => text(tag.Key)));
  const ofStack = new Set(context.stackTags.map(({ Key }) => Key));
  const all = maps((live ?? []).map(values)).map((tag) => map(tag));
  return all.filter((tag) => {
    const name = text(tag.Key);
    return !name.startsWith('aws:') && (own.has(name) || !ofStack.has(name));
  });
}

/** Properties that have a value. */
export function given(properties: ValueMap): ValueMap {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
