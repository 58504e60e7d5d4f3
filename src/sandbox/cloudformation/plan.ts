import type { ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import type { World } from '../world/world.ts';
import { changedProperties, needsReplacement } from './deployment.ts';
import { type Engine, evaluationFor, valuesOf } from './engine.ts';
import type { Evaluation, ResourceValues } from './evaluation.ts';
import { dependencies } from './graph.ts';
import { referencesIn } from './intrinsics.ts';
import type { Source, Stack, StackResource } from './stack.ts';
import type { ResourceDefinition } from './template.ts';
import { isMap, type Value, type ValueMap } from './value.ts';

/** Stands for a value that only the execution will give. */
const unknown = (name: string) => `{{changeSet:KNOWN_AFTER_APPLY:${name}}}`;
const unknownMark = '{{changeSet:KNOWN_AFTER_APPLY:';

/**
 * What bringing a stack to a source would change, resource by resource. Nothing is made; a value that hangs on a
 * resource yet to be made or replaced counts as changed.
 */
export function plan(engine: Engine, world: World, stack: Stack, source: Source): ResourceChange[] {
  const evaluated = evaluationFor(world, stack, source);
  const changes = new Map<string, ResourceChange>();
  const replacedOrNew = new Set<string>();
  const values = plannedValues(engine, stack, changes, replacedOrNew);
  for (const logicalId of inOrder(dependencies(source.template, evaluated.active, evaluated.condition))) {
    const definition = source.template.resources.get(logicalId);
    if (!definition) continue;
    const existing = stack.resources.get(logicalId);
    if (!existing || existing.physicalId === undefined) {
      replacedOrNew.add(logicalId);
      changes.set(logicalId, {
        Action: 'Add',
        LogicalResourceId: logicalId,
        ResourceType: definition.type,
        Scope: [],
        Details: [],
      });
      continue;
    }
    const change = modification(engine, stack, evaluated, existing, definition, values);
    if (!change) continue;
    changes.set(logicalId, change);
    if (change.Replacement !== 'False') replacedOrNew.add(logicalId);
  }
  const active = new Set(evaluated.active);
  const removals = [...stack.resources.values()]
    .filter(({ logicalId, physicalId }) => !active.has(logicalId) && physicalId !== undefined)
    .map(
      (resource): ResourceChange => ({
        Action: 'Remove',
        PolicyAction: resource.definition.deletionPolicy === 'Retain' ? 'Retain' : 'Delete',
        LogicalResourceId: resource.logicalId,
        PhysicalResourceId: resource.physicalId,
        ResourceType: resource.definition.type,
        Scope: [],
        Details: [],
      }),
    );
  return [...changes.values(), ...removals].sort((a, b) =>
    (a.LogicalResourceId ?? '') < (b.LogicalResourceId ?? '') ? -1 : 1,
  );
}

function plannedValues(
  engine: Engine,
  stack: Stack,
  changes: ReadonlyMap<string, ResourceChange>,
  replacedOrNew: ReadonlySet<string>,
): ResourceValues {
  const known = valuesOf(stack.resources);
  return {
    reference: (logicalId) => (replacedOrNew.has(logicalId) ? unknown(logicalId) : known.reference(logicalId)),
    attribute: (logicalId, attribute) => {
      const type = engine.types[stack.resources.get(logicalId)?.definition.type ?? ''];
      const moves = changes.has(logicalId) && type?.volatile?.includes(attribute);
      if (replacedOrNew.has(logicalId) || moves) return unknown(`${logicalId}.${attribute}`);
      return known.attribute(logicalId, attribute);
    },
  };
}

function modification(
  engine: Engine,
  stack: Stack,
  evaluated: Evaluation,
  existing: StackResource,
  definition: ResourceDefinition,
  values: ResourceValues,
): ResourceChange | undefined {
  const type = engine.types[definition.type];
  if (!type) return undefined;
  const evaluatedProperties = evaluated.evaluate(definition.properties, values);
  const properties: ValueMap = isMap(evaluatedProperties) ? evaluatedProperties : {};
  const changed = changedProperties(existing.properties, properties);
  if (changed.length === 0 && existing.definition.type === definition.type) return undefined;
  const details = changed.map((name) => {
    const recreation = !type.update || type.properties[name] === 'replace';
    const dynamic = JSON.stringify(properties[name] ?? null).includes(unknownMark);
    return detail(stack, evaluated, definition.properties[name], name, recreation, dynamic);
  });
  const must = needsReplacement(type, existing, definition, properties);
  const surely = details.some(({ Target }) => Target?.RequiresRecreation === 'Always');
  return {
    Action: 'Modify',
    LogicalResourceId: existing.logicalId,
    PhysicalResourceId: existing.physicalId,
    ResourceType: definition.type,
    Replacement: must ? (surely ? 'True' : 'Conditional') : 'False',
    Scope: [...new Set(changed.map((name) => (name === 'Tags' ? 'Tags' : 'Properties')))],
    Details: details,
  };
}

function detail(
  stack: Stack,
  evaluated: Evaluation,
  written: Value,
  name: string,
  recreation: boolean,
  dynamic: boolean,
): ResourceChangeDetail {
  const references = referencesIn(written, evaluated.condition);
  const parameter = references.find((reference) => parameterChanged(stack, evaluated, reference.name));
  const resource = dynamic
    ? references.find((reference) => evaluated.template.resources.has(reference.name))
    : undefined;
  const target = {
    Attribute: name === 'Tags' ? ('Tags' as const) : ('Properties' as const),
    ...(name === 'Tags' ? {} : { Name: name }),
    RequiresRecreation: !recreation ? ('Never' as const) : dynamic ? ('Conditionally' as const) : ('Always' as const),
  };
  if (resource) {
    return {
      Target: target,
      Evaluation: 'Dynamic',
      ChangeSource: resource.attribute === undefined ? 'ResourceReference' : 'ResourceAttribute',
      CausingEntity: resource.attribute === undefined ? resource.name : `${resource.name}.${resource.attribute}`,
    };
  }
  if (parameter) {
    return { Target: target, Evaluation: 'Static', ChangeSource: 'ParameterReference', CausingEntity: parameter.name };
  }
  return { Target: target, Evaluation: 'Static', ChangeSource: 'DirectModification' };
}

function parameterChanged(stack: Stack, evaluated: Evaluation, name: string): boolean {
  const after = evaluated.parameters.get(name);
  if (!after) return false;
  return JSON.stringify(stack.source?.parameters.get(name)?.value) !== JSON.stringify(after.value);
}

/** Names so that each comes after all that it waits for; the graph has no circle, its template was checked. */
function inOrder(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const before of graph.get(name) ?? []) visit(before);
    order.push(name);
  };
  for (const name of graph.keys()) visit(name);
  return order;
}
