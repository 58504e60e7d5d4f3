import type { ResourceType } from './resources/resource-type.ts';
import type { StackResource } from './stack.ts';
import type { ResourceDefinition } from './template.ts';
import { sameValue, type ValueMap } from './value.ts';

/** Whether an update replaced the physical resource, or failed at making the new one. */
export function isReplacement(type: ResourceType, existing: StackResource, wanted: StackResource): boolean {
  if (existing.physicalId !== wanted.physicalId) return true;
  return (
    !sameValue(existing.properties, wanted.properties) &&
    needsReplacement(type, existing, wanted.definition, wanted.properties)
  );
}

/** Whether going from what a resource is to what is wanted takes a new physical resource. */
export function needsReplacement(
  type: ResourceType,
  existing: Pick<StackResource, 'definition' | 'properties'>,
  definition: ResourceDefinition,
  properties: ValueMap,
): boolean {
  if (existing.definition.type !== definition.type || !type.update) return true;
  return changedProperties(existing.properties, properties).some((name) => type.properties[name] === 'replace');
}

export function changedProperties(before: ValueMap, after: ValueMap): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !sameValue(before[name], after[name]));
}
