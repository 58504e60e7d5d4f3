import { parameterType } from './parameter-types.ts';
import type { ParameterDefinition, Template } from './template.ts';
import { invalid } from './validation-error.ts';
import { isMap, type Value } from './value.ts';

/** A parameter as an operation gives it. */
export interface ParameterInput {
  ParameterKey?: string | undefined;
  ParameterValue?: string | undefined;
  UsePreviousValue?: boolean | undefined;
}

export interface ParameterValue {
  /** As given: text; the name of the SSM parameter for SSM-typed ones. */
  given: string;
  /** What Ref gives: text, or a list. */
  value: string | string[];
  /** Only of SSM-typed parameters: the text found in the Parameter Store. */
  resolved?: string;
  noEcho: boolean;
}

/** Looks into the account for what parameter types promise. */
export interface ParameterLookups {
  /** Whether an object of an AWS-specific type (`AWS::EC2::VPC::Id`) exists. */
  exists(type: string, id: string): boolean;
  /** Value of a Parameter Store parameter, or undefined. */
  ssm(name: string): string | undefined;
}

/**
 * Gives every parameter of a template its value, and checks it.
 *
 * @param previous values of the stack before, for UsePreviousValue
 * @throws ServiceError ValidationError
 */
export function bindParameters(
  template: Template,
  inputs: readonly ParameterInput[],
  lookups: ParameterLookups,
  previous?: ReadonlyMap<string, ParameterValue>,
): Map<string, ParameterValue> {
  const given = new Map(inputs.map((input) => [input.ParameterKey ?? '', input]));
  const strange = [...given.keys()].filter((name) => !template.parameters.has(name));
  if (strange.length > 0) throw invalid(`Parameters: [${strange.join(', ')}] do not exist in the template`);
  const texts = new Map<string, string>();
  const missing: string[] = [];
  for (const [name, { definition }] of template.parameters) {
    const input = given.get(name);
    if (input?.UsePreviousValue && !previous?.has(name)) {
      throw invalid(
        `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
      );
    }
    const before = input?.UsePreviousValue ? previous?.get(name)?.given : undefined;
    const chosen = before ?? input?.ParameterValue ?? defaultOf(definition.Default);
    if (chosen === undefined) missing.push(name);
    else texts.set(name, chosen);
  }
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  const values = new Map<string, ParameterValue>();
  for (const parameter of template.parameters.values()) {
    values.set(parameter.name, bind(parameter, texts.get(parameter.name) ?? '', lookups));
  }
  return values;
}

function defaultOf(value: Value): string | undefined {
  return value === undefined || isMap(value) || Array.isArray(value) ? undefined : String(value);
}

function bind(parameter: ParameterDefinition, given: string, lookups: ParameterLookups): ParameterValue {
  const { definition } = parameter;
  const type = parameterType(parameter.type);
  if (!type) throw invalid(`Template format error: Unrecognized parameter type: ${parameter.type}`);
  const noEcho = String(definition.NoEcho ?? 'false') === 'true';
  let text = given;
  if (type.ssm) {
    const found = lookups.ssm(given);
    if (found === undefined)
      throw invalid(`Unable to fetch parameters [${given}] from parameter store for this account.`);
    text = found;
  }
  const items = type.list ? (text === '' ? [] : text.split(',').map((item) => item.trim())) : [text];
  for (const item of items) checkItem(parameter, type.item, item, lookups);
  const value = type.list ? items : text;
  return { given, value, noEcho, ...(type.ssm ? { resolved: text } : {}) };
}

function checkItem(
  { name, definition }: ParameterDefinition,
  type: string,
  text: string,
  lookups: ParameterLookups,
): void {
  const said = definition.ConstraintDescription;
  const refuse = (message: string) =>
    invalid(typeof said === 'string' ? `Parameter ${name} failed to satisfy constraint: ${said}` : message);
  if (type === 'Number' && !(text.trim() !== '' && Number.isFinite(Number(text)))) {
    throw invalid(`Parameter '${name}' must be a number.`);
  }
  const allowed = definition.AllowedValues;
  if (Array.isArray(allowed) && !allowed.some((value) => String(value) === text)) {
    throw refuse(`Parameter '${name}' must be one of AllowedValues`);
  }
  const pattern = definition.AllowedPattern;
  // The whole value must match, as in Java's String.matches, which CloudFormation uses.
  if (typeof pattern === 'string' && !new RegExp(`^(?:${pattern})$`).test(text)) {
    throw refuse(`Parameter '${name}' must match pattern ${pattern}`);
  }
  const bound = (member: string) => (definition[member] === undefined ? undefined : Number(definition[member]));
  const [shortest, longest, least, most] = ['MinLength', 'MaxLength', 'MinValue', 'MaxValue'].map(bound);
  if (shortest !== undefined && text.length < shortest) {
    throw refuse(`Parameter '${name}' must contain at least ${shortest} characters`);
  }
  if (longest !== undefined && text.length > longest) {
    throw refuse(`Parameter '${name}' must contain at most ${longest} characters`);
  }
  if (least !== undefined && Number(text) < least)
    throw refuse(`Parameter '${name}' must be a number not less than ${least}`);
  if (most !== undefined && Number(text) > most) {
    throw refuse(`Parameter '${name}' must be a number not greater than ${most}`);
  }
  if (type !== 'String' && type !== 'Number' && !lookups.exists(type, text)) {
    throw invalid(`Parameter validation failed: parameter value ${text} for parameter name ${name} does not exist`);
  }
}
