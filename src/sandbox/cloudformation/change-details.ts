import type { ResourceChange, ResourceChangeDetail, ResourceTargetDefinition } from '@aws-sdk/client-cloudformation';
import { functionCall } from './intrinsics.ts';
import { isMap, sameValue, type Value } from './value.ts';

/** Stands for a value that only the execution will give; inside, it also says of what. */
export const unknownMark = '{{changeSet:KNOWN_AFTER_APPLY:';
export const unknownValue = (name: string) => `${unknownMark}${name}}}`;

/** As the caller sees it: only that it is not known. */
export function withoutUnknownNames(text: string): string {
  return text.replace(/\{\{changeSet:KNOWN_AFTER_APPLY:[^}]*\}\}/g, '{{changeSet:KNOWN_AFTER_APPLY}}');
}

/** One place at which two values differ. */
export interface Difference {
  path: string[];
  before: Value;
  after: Value;
}

/** Every innermost place at which two values differ; lists are compared position by position. */
export function innermost(before: Value, after: Value, path: string[] = []): Difference[] {
  if (sameValue(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
      innermost(before[index], after[index], [...path, String(index)]),
    ).flat();
  }
  if (isMap(before) && isMap(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => innermost(before[name], after[name], [...path, name]));
  }
  return [{ path, before, after }];
}

/** The part of what the template writes that gives the value at a path, as far as it can be told. */
export function writtenAt(written: Value, path: readonly string[]): Value {
  let node = written;
  for (const part of path) {
    // An item that a function leaves out shifts those after it.
    if (Array.isArray(node) && !node.some((item) => isMap(item) && functionCall(item))) node = node[Number(part)];
    else if (isMap(node) && !functionCall(node) && node[part] !== undefined) node = node[part];
    else break;
  }
  return node;
}

/** A value as a change set and a drift show it: scalars as they are, the rest as JSON. */
export function shownValue(value: Value): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The target of a detail, with its values. */
export function target(
  name: string,
  requiresRecreation: 'Always' | 'Never',
  { path, before, after }: Difference,
  shown: (value: Value) => string,
): ResourceTargetDefinition {
  return {
    Attribute: name === 'Tags' ? 'Tags' : 'Properties',
    ...(name === 'Tags' ? {} : { Name: name }),
    RequiresRecreation: requiresRecreation,
    Path: `/Properties/${[name, ...path].join('/')}`,
    ...(before === undefined ? {} : { BeforeValue: shown(before) }),
    ...(after === undefined ? {} : { AfterValue: shown(after) }),
    AttributeChangeType: before === undefined ? 'Add' : after === undefined ? 'Remove' : 'Modify',
  };
}

/** A change as DescribeChangeSet gives it without IncludePropertyValues: by property, and no values. */
export function withoutValues(change: ResourceChange): ResourceChange {
  const { BeforeContext: _before, AfterContext: _after, Details = [], ...rest } = change;
  const plain = Details.map(({ Target, ...cause }): ResourceChangeDetail => {
    const { Path: _path, BeforeValue: _old, AfterValue: _new, AttributeChangeType: _type, ...kept } = Target ?? {};
    return { Target: kept, ...cause };
  });
  return {
    ...rest,
    Details: [...new Map(plain.map((detail) => [JSON.stringify(detail), detail])).values()],
  };
}
