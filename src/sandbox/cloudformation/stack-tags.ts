import { maps, type ResourceContext, type ResourceType, text } from './resources/resource-type.ts';
import type { StackResource, Tag } from './stack.ts';
import { sameValue, type ValueMap } from './value.ts';

/** Whether two sets of a stack's tags are one, whatever their order. */
export function sameStackTags(a: readonly Tag[], b: readonly Tag[]): boolean {
  return sameValue(Object.fromEntries(a.map(pair)), Object.fromEntries(b.map(pair)));
}

function pair({ Key, Value }: Tag): [string, string] {
  return [Key, Value];
}

/** Every tag of a resource: the stack's, and its own, which win. */
function allTags({ properties, stackTags }: { properties: ValueMap; stackTags: readonly Tag[] }): Map<string, string> {
  const own = maps(properties.Tags).map((tag): [string, string] => [text(tag.Key), text(tag.Value)]);
  return new Map([...stackTags.map(pair), ...own]);
}

/** Brings the tags of an updated resource to what the template and the stack say now, if its type can. */
export function retag(
  type: ResourceType,
  resource: StackResource,
  before: StackResource,
  context: ResourceContext,
): void {
  const [old, wanted] = [allTags(before), allTags(resource)];
  if (!type.tag || sameValue(Object.fromEntries(old), Object.fromEntries(wanted))) return;
  const removed = [...old.keys()].filter((key) => !wanted.has(key));
  type.tag(resource.physicalId ?? '', resource.properties, removed, context);
}
