import type { PropertyDifference, StackResourceDrift } from '@aws-sdk/client-cloudformation';
import type { Call } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import { shownValue } from './change-details.ts';
import { withReferences } from './dynamic-references.ts';
import { contextFor, type Engine } from './engine.ts';
import type { Stack, StackResource } from './stack.ts';
import { isMap, sameValue, type Value, type ValueMap } from './value.ts';

/** By which of its members an item of a list is known, so that a changed one is not taken for another. */
const identities = [
  'Key',
  'PolicyName',
  'Name',
  'Sid',
  'LoadBalancerPort',
  'ResourceType',
  'DeviceName',
  'ContainerName',
];

/**
 * Compares a resource with what the template expects of it. Only properties that the template gives a value, itself or
 * by a parameter, are compared (user guide, Detect unmanaged configuration changes).
 *
 * @returns undefined when the resource's type knows no drift, or when the resource is not there yet
 * @throws ServiceError of the service that was asked
 */
export function detectDrift(
  engine: Engine,
  call: Call,
  stack: Stack,
  resource: StackResource,
): StackResourceDrift | undefined {
  const type = engine.types[resource.definition.type];
  const { physicalId } = resource;
  if (!type?.read || physicalId === undefined) return undefined;
  // The stack's tags that are on it: of a type that is tagged only when it is made, those of that time.
  const context = { ...contextFor(engine, call, stack, resource), stackTags: resource.stackTags };
  const properties = withReferences(resource.properties, context.aws);
  const live = type.read(physicalId, properties, context);
  const common = {
    StackId: stack.id,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: resource.definition.type,
    Timestamp: call.world.date(),
  };
  if (!live) {
    return { ...common, StackResourceDriftStatus: 'DELETED', ExpectedProperties: JSON.stringify(properties) };
  }
  const names = Object.keys(properties)
    .filter((name) => properties[name] !== undefined && name in live)
    .sort();
  const expected = Object.fromEntries(names.map((name) => [name, properties[name]]));
  const actual: ValueMap = Object.fromEntries(
    names.filter((name) => live[name] !== undefined).map((name) => [name, live[name]]),
  );
  const found = differences(expected, actual);
  return {
    ...common,
    StackResourceDriftStatus: found.length === 0 ? 'IN_SYNC' : 'MODIFIED',
    ExpectedProperties: JSON.stringify(expected),
    ActualProperties: JSON.stringify(actual),
    PropertyDifferences: found,
  };
}

/** Whether a resource's type can be compared at all. */
export function knowsDrift(engine: Engine, resource: StackResource): boolean {
  return engine.types[resource.definition.type]?.read !== undefined;
}

/** Where two values differ. Lists are compared as sets, because services answer them in an order of their own. */
export function differences(expected: Value, actual: Value, path = ''): PropertyDifference[] {
  if (sameValue(expected, actual)) return [];
  if (Array.isArray(expected) && Array.isArray(actual)) return listDifferences(expected, actual, path);
  if (isMap(expected) && isMap(actual)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
    return names.flatMap((name) => differences(expected[name], actual[name], `${path}/${name}`));
  }
  return [
    {
      PropertyPath: path,
      ExpectedValue: expected === undefined ? 'null' : shownValue(expected),
      ActualValue: actual === undefined ? 'null' : shownValue(actual),
      DifferenceType: expected === undefined ? 'ADD' : actual === undefined ? 'REMOVE' : 'NOT_EQUAL',
    },
  ];
}

function listDifferences(expected: Value[], actual: Value[], path: string): PropertyDifference[] {
  const left = new Set(actual.keys());
  const take = (fits: (item: Value) => boolean): number | undefined => {
    const index = [...left].find((one) => fits(actual[one]));
    if (index !== undefined) left.delete(index);
    return index;
  };
  const missing = [...expected.entries()].filter(([, item]) => take((other) => sameValue(item, other)) === undefined);
  const changed = missing.flatMap(([index, item]) => {
    const partner = take((other) => sameIdentity(item, other));
    return differences(item, partner === undefined ? undefined : actual[partner], `${path}/${index}`);
  });
  const added = [...left].flatMap((index) => differences(undefined, actual[index], `${path}/${index}`));
  return [...changed, ...added];
}

function sameIdentity(a: Value, b: Value): boolean {
  if (!isMap(a) || !isMap(b)) return false;
  const identity = identities.find((name) => a[name] !== undefined);
  return identity !== undefined && sameValue(a[identity], b[identity]);
}

/** One resource's drift, or why it could not be told. */
export function tryDrift(
  engine: Engine,
  call: Call,
  stack: Stack,
  resource: StackResource,
): StackResourceDrift | string | undefined {
  try {
    return detectDrift(engine, call, stack, resource);
  } catch (error) {
    if (error instanceof ServiceError) return error.message;
    throw error;
  }
}
