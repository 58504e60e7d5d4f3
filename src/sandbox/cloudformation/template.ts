import { parameterType } from './parameter-types.ts';
import { readTemplate } from './template-text.ts';
import { formatError, invalid } from './validation-error.ts';
import { isMap, type Value, type ValueMap } from './value.ts';

/** One entry of the Resources section; `properties` still holds its intrinsic functions. */
export interface ResourceDefinition {
  logicalId: string;
  type: string;
  properties: ValueMap;
  condition: string | undefined;
  dependsOn: readonly string[];
  deletionPolicy: string;
  updateReplacePolicy: string;
  updatePolicy: ValueMap;
  metadata: Value;
}

export interface ParameterDefinition {
  name: string;
  type: string;
  definition: ValueMap;
}

/** A template whose form has been checked; what it says has not been evaluated. */
export interface Template {
  body: string;
  description: string | undefined;
  metadata: Value;
  /** Names of the macros that would make another template of it. */
  transforms: readonly string[];
  parameters: ReadonlyMap<string, ParameterDefinition>;
  mappings: ValueMap;
  conditions: ValueMap;
  rules: ValueMap;
  resources: ReadonlyMap<string, ResourceDefinition>;
  outputs: ReadonlyMap<string, ValueMap>;
}

const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Resources',
  'Outputs',
];

const resourceMembers = [
  'Type',
  'Properties',
  'Condition',
  'DependsOn',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'UpdatePolicy',
  'CreationPolicy',
  'Metadata',
];

/** The most resources that a template may have (user guide, CloudFormation quotas). */
const mostResources = 500;

const removalPolicies: Readonly<Record<string, readonly string[]>> = {
  DeletionPolicy: ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'],
  UpdateReplacePolicy: ['Delete', 'Retain', 'Snapshot'],
};

/**
 * Reads a template, JSON or YAML with the short forms of the intrinsic functions, and checks its form.
 *
 * @throws ServiceError ValidationError, in CloudFormation's words
 */
export function parseTemplate(body: string): Template {
  const root = readTemplate(body);
  if (!isMap(root)) throw formatError('unsupported structure.');
  const unknown = Object.keys(root).filter((key) => !sections.includes(key));
  if (unknown.length > 0) throw invalid(`Invalid template property or properties [${unknown.join(', ')}]`);
  const version = root.AWSTemplateFormatVersion;
  if (version !== undefined && version !== '2010-09-09') {
    throw formatError('unsupported value for AWSTemplateFormatVersion.');
  }
  refuseNull(root, '');
  const transforms = transformsOf(root.Transform);
  return {
    body,
    description: typeof root.Description === 'string' ? root.Description : undefined,
    metadata: root.Metadata,
    transforms,
    parameters: parametersOf(section(root, 'Parameters')),
    mappings: mappingsOf(section(root, 'Mappings')),
    conditions: section(root, 'Conditions'),
    rules: section(root, 'Rules'),
    resources: resourcesOf(root.Resources),
    outputs: outputsOf(section(root, 'Outputs')),
  };
}

/** A macro's name, or a list of names; with parameters it is an object that has a Name. */
function transformsOf(value: Value): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map((item) => {
    const name = isMap(item) ? item.Name : item;
    if (typeof name !== 'string') throw invalid('Key Name of transform definition must be a string.');
    return name;
  });
}

function section(root: ValueMap, name: string): ValueMap {
  const value = root[name];
  if (value === undefined) return {};
  if (!isMap(value)) throw formatError(`${name} must be an object.`);
  return value;
}

function refuseNull(value: Value, path: string): void {
  if (value === null) throw invalid(`[${path}] 'null' values are not allowed in templates`);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseNull(item, `${path}/${index}`);
  } else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) refuseNull(item, `${path}/${key}`);
  }
}

function alphanumeric(kind: string, name: string): void {
  if (!/^[A-Za-z0-9]+$/.test(name)) throw formatError(`${kind} name ${name} is non alphanumeric.`);
}

function parametersOf(entries: ValueMap): Map<string, ParameterDefinition> {
  const parameters = new Map<string, ParameterDefinition>();
  for (const [name, definition] of Object.entries(entries)) {
    alphanumeric('Parameter', name);
    if (!isMap(definition)) throw formatError('Any Parameters member must be an object.');
    if (typeof definition.Type !== 'string') {
      throw formatError(`[/Parameters/${name}] Every Parameters object must contain a Type member.`);
    }
    if (!parameterType(definition.Type)) throw formatError(`Unrecognized parameter type: ${definition.Type}`);
    parameters.set(name, { name, type: definition.Type, definition });
  }
  return parameters;
}

function mappingsOf(entries: ValueMap): ValueMap {
  for (const mapping of Object.values(entries)) {
    if (!isMap(mapping)) throw formatError('Every Mappings member must be a map');
    for (const [key, attributes] of Object.entries(mapping)) {
      if (!isMap(attributes)) throw formatError(`Every Mappings member ${key} must be a map`);
      if (Object.values(attributes).some(isMap)) {
        throw formatError('Every Mappings attribute must be a String or a List.');
      }
    }
  }
  return entries;
}

function resourcesOf(entries: Value): Map<string, ResourceDefinition> {
  if (entries === undefined || (isMap(entries) && Object.keys(entries).length === 0)) {
    throw formatError('At least one Resources member must be defined.');
  }
  if (!isMap(entries)) throw formatError('Resources must be an object.');
  const count = Object.keys(entries).length;
  if (count > mostResources) {
    throw formatError(`Number of resources, ${count}, is greater than maximum allowed, ${mostResources}`);
  }
  const resources = new Map<string, ResourceDefinition>();
  for (const [logicalId, definition] of Object.entries(entries)) {
    alphanumeric('Resource', logicalId);
    if (!isMap(definition)) throw formatError('Any Resources member must be an object.');
    if (typeof definition.Type !== 'string') {
      throw formatError(`[/Resources/${logicalId}] Every Resources object must contain a Type member.`);
    }
    const strange = Object.keys(definition).find((key) => !resourceMembers.includes(key));
    if (strange) throw invalid(`Invalid template resource property '${strange}'`);
    for (const [name, policies] of Object.entries(removalPolicies)) {
      const policy = definition[name];
      if (policy !== undefined && !policies.includes(String(policy))) {
        throw formatError(`Unrecognized ${name} ${String(policy)} for resource ${logicalId}`);
      }
    }
    resources.set(logicalId, {
      logicalId,
      type: definition.Type,
      properties: isMap(definition.Properties) ? definition.Properties : {},
      condition: typeof definition.Condition === 'string' ? definition.Condition : undefined,
      dependsOn: namesOf(definition.DependsOn),
      deletionPolicy: typeof definition.DeletionPolicy === 'string' ? definition.DeletionPolicy : 'Delete',
      updateReplacePolicy:
        typeof definition.UpdateReplacePolicy === 'string' ? definition.UpdateReplacePolicy : 'Delete',
      updatePolicy: isMap(definition.UpdatePolicy) ? definition.UpdatePolicy : {},
      metadata: definition.Metadata,
    });
  }
  return resources;
}

function namesOf(value: Value): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function outputsOf(entries: ValueMap): Map<string, ValueMap> {
  const outputs = new Map<string, ValueMap>();
  for (const [name, definition] of Object.entries(entries)) {
    alphanumeric('Output', name);
    if (!isMap(definition) || definition.Value === undefined) {
      throw formatError('Every Outputs member must contain a Value object');
    }
    outputs.set(name, definition);
  }
  return outputs;
}
