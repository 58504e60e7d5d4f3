import { pseudoParameters } from './evaluation.ts';
import { refuseUnknownFunctions } from './intrinsics.ts';
import { conditionsIn, type Reference, referencesIn } from './references.ts';
import type { ResourceDefinition, Template } from './template.ts';
import { invalid } from './validation-error.ts';

/** What the registry knows of a resource type; undefined: no such type. */
export type TypeLookup = (type: string) => { attributes: readonly string[] } | undefined;

/**
 * Checks what a template says beyond its form: resource types that exist, names that resolve, no circle.
 *
 * @throws ServiceError ValidationError
 */
export function checkTemplate(template: Template, typeOf: TypeLookup): void {
  const strange = [...new Set([...template.resources.values()].map(({ type }) => type))].filter(
    (type) => !typeOf(type),
  );
  if (strange.length > 0) throw invalid(`Template format error: Unrecognized resource types: [${strange.join(', ')}]`);
  for (const { properties } of template.resources.values()) refuseUnknownFunctions(properties);
  for (const output of template.outputs.values()) refuseUnknownFunctions(output);
  checkConditions(template);
  const unresolved = new Set<string>();
  for (const resource of template.resources.values()) {
    for (const reference of referencesIn(resource.properties)) {
      if (!resolves(template, reference)) unresolved.add(reference.name);
      else checkAttribute(template, reference, typeOf);
    }
    for (const name of resource.dependsOn) if (!template.resources.has(name)) unresolved.add(name);
  }
  if (unresolved.size > 0) {
    throw invalid(
      `Template format error: Unresolved resource dependencies [${[...unresolved].join(', ')}] in the Resources block of the template`,
    );
  }
  for (const output of template.outputs.values()) {
    for (const reference of referencesIn(output)) {
      if (!resolves(template, reference)) unresolved.add(reference.name);
      else checkAttribute(template, reference, typeOf);
    }
  }
  if (unresolved.size > 0) {
    throw invalid(
      `Unresolved resource dependencies [${[...unresolved].join(', ')}] in the Outputs block of the template`,
    );
  }
  refuseCircle(dependencies(template, [...template.resources.keys()]));
}

function checkConditions(template: Template): void {
  for (const resource of template.resources.values()) {
    if (resource.condition !== undefined && template.conditions[resource.condition] === undefined) {
      throw invalid(
        `Template format error: Unresolved condition dependency ${resource.condition} in the Resources block of the template`,
      );
    }
    for (const name of conditionsIn(resource.properties)) {
      if (template.conditions[name] === undefined) {
        throw invalid(`Template error: unresolved condition dependency ${name} in Fn::If`);
      }
    }
  }
}

function resolves(template: Template, { name, attribute }: Reference): boolean {
  if (template.resources.has(name)) return true;
  return attribute === undefined && (template.parameters.has(name) || pseudoParameters.includes(name));
}

function checkAttribute(template: Template, { name, attribute }: Reference, typeOf: TypeLookup): void {
  const resource = template.resources.get(name);
  if (!resource || attribute === undefined) return;
  if (!typeOf(resource.type)?.attributes.includes(attribute)) {
    throw invalid(`Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`);
  }
}

/**
 * On which of `among` each of them waits: by Ref, Fn::GetAtt, Fn::Sub and DependsOn. With `condition`, only what the
 * branches that hold refer to.
 */
export function dependencies(
  template: Template,
  among: readonly string[],
  condition?: (name: string) => boolean | undefined,
): Map<string, Set<string>> {
  const members = new Set(among);
  const waits = (resource: ResourceDefinition) => {
    const names = [...referencesIn(resource.properties, condition).map(({ name }) => name), ...resource.dependsOn];
    return new Set(names.filter((name) => members.has(name)));
  };
  const graph = new Map<string, Set<string>>();
  for (const logicalId of among) {
    const resource = template.resources.get(logicalId);
    if (resource) graph.set(logicalId, waits(resource));
  }
  return graph;
}

function refuseCircle(graph: ReadonlyMap<string, ReadonlySet<string>>): void {
  const left = new Map([...graph].map(([name, waits]) => [name, new Set(waits)]));
  for (;;) {
    const free = [...left].filter(([, waits]) => waits.size === 0).map(([name]) => name);
    if (free.length === 0) break;
    for (const name of free) left.delete(name);
    for (const waits of left.values()) for (const name of free) waits.delete(name);
  }
  if (left.size > 0) throw invalid(`Circular dependency between resources: [${[...left.keys()].join(', ')}]`);
}
