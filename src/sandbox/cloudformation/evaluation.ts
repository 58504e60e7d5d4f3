import { evaluate, type Scope } from './intrinsics.ts';
import type { ParameterValue } from './parameters.ts';
import type { Template } from './template.ts';
import { invalid } from './validation-error.ts';
import type { Value } from './value.ts';

/** The names of the stack that a template is evaluated for. */
export interface StackNames {
  stackName: string;
  stackId: string;
  region: string;
  account: string;
  notificationArns: readonly string[];
}

/** What resources stand for: their physical ids and attributes. */
export interface ResourceValues {
  reference(logicalId: string): Value;
  attribute(logicalId: string, attribute: string): Value;
}

/** A template with its parameters bound: conditions are decided, and values can be evaluated. */
export interface Evaluation {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly names: StackNames;
  condition(name: string): boolean | undefined;
  /** Logical ids of the resources whose condition holds, in the template's order. */
  readonly active: readonly string[];
  evaluate(value: Value, resources: ResourceValues): Value;
}

/** Parameters and pseudo parameters only: what conditions and rules may name. */
const noResources: ResourceValues = {
  reference: (name) => {
    throw invalid(
      `Template format error: Unresolved dependencies [${name}]. Cannot reference resources in the Conditions block of the template`,
    );
  },
  attribute: (name) => {
    throw invalid(
      `Template format error: Unresolved dependencies [${name}]. Cannot reference resources in the Conditions block of the template`,
    );
  },
};

/** What a template says by itself: a Ref gives the resource's own name, as it always gives text. */
export const resourcesUnknown: ResourceValues = {
  reference: (logicalId) => logicalId,
  attribute: (logicalId, attribute) => `${logicalId}.${attribute}`,
};

/** What a template sees of the account around its stack. */
export interface Surroundings {
  /** The zones of a region. */
  zones(region: string): readonly string[];
  /** The value of another stack's export. */
  exported(name: string): string | undefined;
}

/** Binds a template to its parameters. */
export function evaluation(
  template: Template,
  parameters: ReadonlyMap<string, ParameterValue>,
  names: StackNames,
  { zones, exported }: Surroundings,
): Evaluation {
  const decided = new Map<string, boolean>();
  const deciding = new Set<string>();
  const condition = (name: string): boolean | undefined => {
    const known = decided.get(name);
    if (known !== undefined) return known;
    const written = template.conditions[name];
    if (written === undefined) return undefined;
    if (deciding.has(name))
      throw invalid(`Template format error: Circular dependency between conditions: [${[...deciding].join(', ')}]`);
    deciding.add(name);
    const truth = evaluate(written, scope(noResources)) === true;
    deciding.delete(name);
    decided.set(name, truth);
    return truth;
  };
  const scope = (resources: ResourceValues): Scope => ({
    mappings: template.mappings,
    zones,
    exported,
    condition,
    attribute: (logicalId, attribute) => resources.attribute(logicalId, attribute),
    reference: (name) => {
      const parameter = parameters.get(name);
      if (parameter) return parameter.value;
      const pseudo = pseudoParameter(name, names);
      return pseudo === undefined ? resources.reference(name) : pseudo;
    },
  });
  const active = [...template.resources.values()]
    .filter(({ condition: name }) => {
      if (name === undefined) return true;
      return condition(name) === true;
    })
    .map(({ logicalId }) => logicalId);
  return {
    template,
    parameters,
    names,
    condition,
    active,
    evaluate: (value, resources) => evaluate(value, scope(resources)),
  };
}

export const pseudoParameters = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

function pseudoParameter(name: string, names: StackNames): Value {
  switch (name) {
    case 'AWS::AccountId':
      return names.account;
    case 'AWS::NotificationARNs':
      return [...names.notificationArns];
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::Region':
      return names.region;
    case 'AWS::StackId':
      return names.stackId;
    case 'AWS::StackName':
      return names.stackName;
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    default:
      return undefined;
  }
}
