import type { PolicyAction, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import type { World } from '../world/world.ts';
import {
  innermost,
  shownValue,
  target,
  unknownMark,
  unknownValue,
  withoutUnknownNames,
  writtenAt,
} from './change-details.ts';
import { type Engine, evaluationFor, valuesOf } from './engine.ts';
import type { Evaluation, ResourceValues } from './evaluation.ts';
import { exportedValue } from './exports.ts';
import { dependencies } from './graph.ts';
import { secretsOf, withoutSecrets } from './no-echo.ts';
import { outputsOf } from './outputs.ts';
import { referencesIn } from './references.ts';
import { changedProperties } from './replacement.ts';
import { asItStands, type Source, type Stack, type StackResource } from './stack.ts';
import { sameStackTags } from './stack-tags.ts';
import type { ResourceDefinition } from './template.ts';
import { invalid } from './validation-error.ts';
import { isMap, sameValue, type Value, type ValueMap } from './value.ts';

export interface Plan {
  /** With the values of properties, which DescribeChangeSet shows when asked to. */
  changes: ResourceChange[];
  /** Whether an output would change by itself: an update may consist of nothing else. */
  outputs: boolean;
}

/** What a plan is made from. */
interface Planning {
  engine: Engine;
  stack: Stack;
  source: Source;
  evaluated: Evaluation;
  values: ResourceValues;
  changes: Map<string, ResourceChange>;
  shown: (value: Value) => string;
}

/**
 * What bringing a stack to a source would change, resource by resource. Nothing is made; a value that hangs on a
 * resource yet to be made or replaced counts as changed.
 *
 * @throws ServiceError ValidationError for what no update can do
 */
export function plan(engine: Engine, world: World, stack: Stack, source: Source): Plan {
  const evaluated = evaluationFor(
    world,
    stack,
    source,
    (name) => exportedValue(world, name) ?? unknownValue(`export ${name}`),
  );
  refuseOtherTypes(stack, evaluated);
  const changes = new Map<string, ResourceChange>();
  const secrets = [...secretsOf(stack.source?.parameters), ...secretsOf(source.parameters)];
  const shown = (value: Value) => withoutSecrets(withoutUnknownNames(shownValue(value)), secrets);
  const values = plannedValues(engine, stack, changes);
  const planning: Planning = { engine, stack, source, evaluated, values, changes, shown };
  for (const logicalId of inOrder(dependencies(source.template, evaluated.active, evaluated.condition))) {
    const definition = source.template.resources.get(logicalId);
    if (!definition) continue;
    const existing = stack.resources.get(logicalId);
    const change =
      existing?.physicalId === undefined || existing.status === 'CREATE_FAILED'
        ? addition(planning, definition)
        : modification(planning, asItStands(stack, existing), definition);
    if (change) changes.set(logicalId, change);
  }
  const active = new Set(evaluated.active);
  const removals = [...stack.resources.values()]
    .filter(({ logicalId, physicalId }) => !active.has(logicalId) && physicalId !== undefined)
    .map((resource) => removal(planning, resource));
  const all = [...changes.values(), ...removals];
  return {
    changes: all.sort((a, b) => ((a.LogicalResourceId ?? '') < (b.LogicalResourceId ?? '') ? -1 : 1)),
    outputs: !sameOutputs(stack, evaluated, values),
  };
}

function refuseOtherTypes(stack: Stack, { template, active }: Evaluation): void {
  const changed = active.filter((logicalId) => {
    const existing = stack.resources.get(logicalId);
    return existing?.physicalId !== undefined && existing.definition.type !== template.resources.get(logicalId)?.type;
  });
  if (changed.length === 0) return;
  throw invalid(
    `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changed.join(', ')}]`,
  );
}

function sameOutputs(stack: Stack, evaluated: Evaluation, values: ResourceValues): boolean {
  const plain = (outputs: Stack['outputs']): Value =>
    outputs.map(({ key, value, description, exportName }) => ({ key, value, description, exportName }));
  return sameValue(plain(stack.outputs), plain(outputsOf(evaluated, values)));
}

function plannedValues(engine: Engine, stack: Stack, changes: ReadonlyMap<string, ResourceChange>): ResourceValues {
  const known = valuesOf(stack.resources);
  const another = (logicalId: string) => {
    const change = changes.get(logicalId);
    return change !== undefined && change.Replacement !== 'False';
  };
  return {
    reference: (logicalId) => (another(logicalId) ? unknownValue(logicalId) : known.reference(logicalId)),
    attribute: (logicalId, attribute) => {
      const type = engine.types[stack.resources.get(logicalId)?.definition.type ?? ''];
      const moves = changes.has(logicalId) && type?.volatile?.includes(attribute);
      if (another(logicalId) || moves) return unknownValue(`${logicalId}.${attribute}`);
      return known.attribute(logicalId, attribute);
    },
  };
}

function properties({ evaluated, values }: Planning, definition: ResourceDefinition): ValueMap {
  const value = evaluated.evaluate(definition.properties, values);
  return isMap(value) ? value : {};
}

function addition(planning: Planning, definition: ResourceDefinition): ResourceChange {
  return {
    Action: 'Add',
    LogicalResourceId: definition.logicalId,
    ResourceType: definition.type,
    Scope: [],
    Details: [],
    AfterContext: planning.shown({ Properties: properties(planning, definition) }),
  };
}

function removal({ shown }: Planning, resource: StackResource): ResourceChange {
  const { logicalId, physicalId, definition } = resource;
  return {
    Action: 'Remove',
    PolicyAction: definition.deletionPolicy === 'Delete' ? 'Delete' : 'Retain',
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: definition.type,
    Scope: [],
    Details: [],
    BeforeContext: shown({ Properties: resource.properties }),
  };
}

function modification(
  planning: Planning,
  existing: StackResource,
  definition: ResourceDefinition,
): ResourceChange | undefined {
  const { engine, source, shown } = planning;
  const type = engine.types[definition.type];
  if (!type) return undefined;
  const after = properties(planning, definition);
  const changed = changedProperties(existing.properties, after);
  const tagged = type.tag !== undefined && !sameStackTags(existing.stackTags, source.tags);
  if (changed.length === 0 && !tagged) return undefined;
  const details = changed.flatMap((name) => {
    const recreation = !type.update || type.properties[name] === 'replace' ? 'Always' : 'Never';
    return innermost(existing.properties[name], after[name]).flatMap((difference) => {
      const written = writtenAt(definition.properties[name], difference.path);
      const Target = target(name, recreation, difference, shown);
      return causes(planning, written, difference.after).map((cause): ResourceChangeDetail => ({ Target, ...cause }));
    });
  });
  if (tagged) {
    const Target = { Attribute: 'Tags', RequiresRecreation: 'Never' } as const;
    details.push({ Target, Evaluation: 'Static', ChangeSource: 'DirectModification' });
  }
  const recreating = details.filter(({ Target }) => Target?.RequiresRecreation === 'Always');
  // Certain as soon as one of them is decided before the execution (API reference, ResourceChange).
  const certain = recreating.some(({ Evaluation }) => Evaluation === 'Static');
  const replacement = recreating.length === 0 ? 'False' : certain ? 'True' : 'Conditional';
  return {
    Action: 'Modify',
    ...(replacement === 'False' ? {} : { PolicyAction: replacePolicy(definition) }),
    LogicalResourceId: existing.logicalId,
    PhysicalResourceId: existing.physicalId,
    ResourceType: definition.type,
    Replacement: replacement,
    Scope: [...new Set(details.flatMap(({ Target }) => Target?.Attribute ?? []))],
    Details: details,
    BeforeContext: shown({ Properties: existing.properties }),
    AfterContext: shown({ Properties: after }),
  };
}

function replacePolicy({ updateReplacePolicy }: ResourceDefinition): PolicyAction {
  return updateReplacePolicy === 'Retain' ? 'ReplaceAndRetain' : 'ReplaceAndDelete';
}

type Cause = Omit<ResourceChangeDetail, 'Target'>;

/** Why a value changes: a parameter, a resource it refers to, or the template itself. */
function causes({ stack, evaluated, changes }: Planning, written: Value, after: Value): Cause[] {
  const references = referencesIn(written, evaluated.condition);
  const parameters = unique(
    references.map(({ name }) => name).filter((name) => parameterChanged(stack, evaluated, name)),
  );
  const byParameter = parameters.map(
    (name): Cause => ({ Evaluation: 'Static', ChangeSource: 'ParameterReference', CausingEntity: name }),
  );
  const unknown = after === undefined ? '' : JSON.stringify(after);
  const byResource = references
    .filter(({ name, attribute }) => {
      const mark = attribute === undefined ? name : `${name}.${attribute}`;
      return unknown.includes(`${unknownMark}${mark}}}`);
    })
    .map(
      ({ name, attribute }): Cause => ({
        // What surely is another resource surely has another id; the rest is known when it is done.
        Evaluation: changes.get(name)?.Replacement === 'True' && attribute === undefined ? 'Static' : 'Dynamic',
        ChangeSource: attribute === undefined ? 'ResourceReference' : 'ResourceAttribute',
        CausingEntity: attribute === undefined ? name : `${name}.${attribute}`,
      }),
    );
  if (byParameter.length > 0) {
    // Recorded: a parameter that changed leaves open whether the template changed there as well.
    return [...byParameter, ...byResource, { Evaluation: 'Dynamic', ChangeSource: 'DirectModification' }];
  }
  if (byResource.length > 0) return [...new Map(byResource.map((cause) => [cause.CausingEntity, cause])).values()];
  return [{ Evaluation: 'Static', ChangeSource: 'DirectModification' }];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
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
