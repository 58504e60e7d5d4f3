import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { type Evaluation, resourcesUnknown } from './evaluation.ts';
import { functionCall } from './intrinsics.ts';
import { type Stack, type StackOutput, stacks } from './stack.ts';
import { isMap, type Value } from './value.ts';

/** An output that other stacks of the region may import by its name. */
export interface Export {
  name: string;
  value: string;
  stack: Stack;
}

/** The region's exports, by name. */
export function exportsOf(world: World): Export[] {
  const all = [...stacks(world).values()].flatMap((stack) =>
    stack.outputs.flatMap(({ exportName, value }) =>
      exportName === undefined ? [] : [{ name: exportName, value, stack }],
    ),
  );
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The value of an export, or undefined when nothing exports that name. */
export function exportedValue(world: World, name: string): string | undefined {
  for (const { outputs } of stacks(world).values()) {
    const found = outputs.find(({ exportName }) => exportName === name);
    if (found) return found.value;
  }
  return undefined;
}

/** Names of exports that a template imports, by the resource that does; outputs count under ''. */
export function importsIn(evaluated: Evaluation): { logicalId: string; name: string }[] {
  const { template, active } = evaluated;
  const found: { logicalId: string; name: string }[] = [];
  const look = (logicalId: string, value: Value): void => {
    if (Array.isArray(value)) for (const item of value) look(logicalId, item);
    if (!isMap(value)) return;
    const call = functionCall(value);
    if (call?.name === 'Fn::ImportValue') {
      found.push({ logicalId, name: String(evaluated.evaluate(call.argument, resourcesUnknown)) });
    } else if (call?.name === 'Fn::If' && Array.isArray(call.argument)) {
      look(logicalId, call.argument[evaluated.condition(String(call.argument[0])) ? 1 : 2]);
    } else {
      for (const item of Object.values(value)) look(logicalId, item);
    }
  };
  for (const logicalId of active) look(logicalId, template.resources.get(logicalId)?.properties);
  for (const { Condition, Value } of template.outputs.values()) {
    if (typeof Condition !== 'string' || evaluated.condition(Condition) === true) look('', Value);
  }
  return found;
}

/** CloudFormation's sentence on an import that nothing exports; undefined when every one is there. */
export function missingExport(world: World, evaluated: Evaluation): string | undefined {
  const missing = importsIn(evaluated).find(({ name }) => exportedValue(world, name) === undefined);
  return missing && noExport(missing.name).message;
}

function noExport(name: string): ServiceError {
  return new ServiceError('ValidationError', `No export named ${name} found.`);
}

/** States in which a stack has a template, and nothing that was made of it. */
const importsNothing = ['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'DELETE_COMPLETE'];

/**
 * Names of the stacks that import an export.
 *
 * @param evaluate binds the template that a stack has
 */
export function importersOf(world: World, name: string, evaluate: (stack: Stack) => Evaluation | undefined): string[] {
  return [...stacks(world).values()]
    .filter(({ status }) => !importsNothing.includes(status))
    .filter((stack) => {
      const evaluated = evaluate(stack);
      return evaluated !== undefined && importsIn(evaluated).some((one) => one.name === name);
    })
    .map((stack) => stack.name);
}

/**
 * Why a stack's exports cannot become what its new outputs say: a name that another stack has, or one whose value is in
 * use elsewhere and would change or go.
 */
export function exportConflict(
  world: World,
  stack: Stack,
  outputs: readonly StackOutput[],
  importers: (name: string) => readonly string[],
): string | undefined {
  const names = new Map<string, string>();
  for (const { exportName, value } of outputs) if (exportName !== undefined) names.set(exportName, value);
  for (const name of names.keys()) {
    const owner = exportsOf(world).find((one) => one.name === name && one.stack !== stack);
    if (owner) return `Export with name ${name} is already exported by stack ${owner.stack.name}`;
  }
  for (const { exportName: name, value } of stack.outputs) {
    if (name === undefined || names.get(name) === value) continue;
    const users = importers(name);
    if (users.length === 0) continue;
    return names.has(name)
      ? `Export ${name} cannot be updated as it is in use by ${users.join(' and ')}`
      : exportInUse(name, users).replace(/\.$/, '');
  }
  return undefined;
}

/** What a stack says whose export another one still imports. */
export function exportInUse(name: string, users: readonly string[]): string {
  return `Delete canceled. Cannot delete export ${name} as it is in use by ${users.join(' and ')}.`;
}
