import { subnetBlocks } from './cidr-blocks.ts';
import { invalid } from './validation-error.ts';
import { isMap, type Value, type ValueMap } from './value.ts';

/** What names stand for while a template is evaluated. */
export interface Scope {
  /** Value of `Ref name`: a parameter, a pseudo parameter or a resource. `AWS::NoValue` never gets here. */
  reference(name: string): Value;
  /** Value of `Fn::GetAtt [logicalId, attribute]`. */
  attribute(logicalId: string, attribute: string): Value;
  /** Truth of a condition; undefined when the template has none of that name. */
  condition(name: string): boolean | undefined;
  readonly mappings: ValueMap;
  /** Zones of a region. */
  zones(region: string): readonly string[];
  /** Value of another stack's export. */
  exported?(name: string): string | undefined;
}

// Stands for `Ref: AWS::NoValue`: the property or list item that has this value is left out.
const noValue: ValueMap = Object.freeze({ Ref: 'AWS::NoValue' });

/** Evaluates every intrinsic function in a value. */
export function evaluate(value: Value, scope: Scope): Value {
  const result = evaluateNode(value, scope);
  return result === noValue ? undefined : result;
}

function evaluateNode(value: Value, scope: Scope): Value {
  if (Array.isArray(value)) return value.map((item) => evaluateNode(item, scope)).filter((item) => item !== noValue);
  if (!isMap(value)) return value;
  const call = functionCall(value);
  if (call) {
    const known = functions[call.name];
    if (known) return known(call.argument, scope);
    if (call.name.startsWith('Fn::')) throw unsupportedFunction(call.name);
  }
  const map: ValueMap = {};
  for (const [key, item] of Object.entries(value)) {
    const evaluated = evaluateNode(item, scope);
    if (evaluated !== noValue) map[key] = evaluated;
  }
  return map;
}

/** The intrinsic function that a map of one key stands for. `Condition` counts only where conditions are written. */
export function functionCall(value: ValueMap): { name: string; argument: Value } | undefined {
  const keys = Object.keys(value);
  const name = keys[0];
  if (keys.length !== 1 || name === undefined) return undefined;
  if (name.startsWith('Fn::') || name === 'Ref') return { name, argument: value[name] };
  if (name === 'Condition' && typeof value[name] === 'string') return { name, argument: value[name] };
  return undefined;
}

/** Every function that a template may use somewhere, in the order in which CloudFormation lists them. */
const supported = [
  'Fn::Base64',
  'Fn::GetAtt',
  'Fn::GetAZs',
  'Fn::ImportValue',
  'Fn::Join',
  'Fn::Split',
  'Fn::FindInMap',
  'Fn::Select',
  'Ref',
  'Fn::Equals',
  'Fn::If',
  'Fn::Not',
  'Condition',
  'Fn::And',
  'Fn::Or',
  'Fn::Contains',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
  'Fn::ValueOf',
  'Fn::ValueOfAll',
  'Fn::RefAll',
  'Fn::Sub',
  'Fn::Cidr',
];

function unsupportedFunction(name: string) {
  return invalid(
    `Template error: Encountered unsupported function: ${name} Supported functions are: [${supported.join(', ')}]`,
  );
}

/** Refuses a function that no template knows, such as those that only AWS::LanguageExtensions brings. */
export function refuseUnknownFunctions(value: Value): void {
  if (Array.isArray(value)) for (const item of value) refuseUnknownFunctions(item);
  if (!isMap(value)) return;
  const call = functionCall(value);
  if (call?.name.startsWith('Fn::') && !supported.includes(call.name)) throw unsupportedFunction(call.name);
  for (const item of Object.values(value)) refuseUnknownFunctions(item);
}

type IntrinsicFunction = (argument: Value, scope: Scope) => Value;

function pair(argument: Value): [Value, Value] | undefined {
  return Array.isArray(argument) && argument.length === 2 ? [argument[0], argument[1]] : undefined;
}

function text(value: Value): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

const functions: Readonly<Record<string, IntrinsicFunction>> = {
  Ref: (argument, scope) => {
    if (typeof argument !== 'string')
      throw invalid('Template error: every Ref object must have a single String value.');
    return argument === 'AWS::NoValue' ? noValue : scope.reference(argument);
  },
  'Fn::GetAtt': (argument, scope) => {
    const target = attributeTarget(argument);
    const attribute = text(evaluateNode(target.attribute, scope));
    if (attribute === undefined) throw getAttForm();
    return scope.attribute(target.logicalId, attribute);
  },
  'Fn::Sub': (argument, scope) => {
    const [template, variables]: Value[] = Array.isArray(argument) ? argument : [argument, {}];
    if (typeof template !== 'string' || !isMap(variables)) {
      throw invalid(
        'Template error: One or more Fn::Sub intrinsic functions don’t specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string',
      );
    }
    return template.replace(/\$\{([^}]*)\}/g, (whole, inner: string) => {
      if (inner.startsWith('!')) return `\${${inner.slice(1)}}`;
      const name = inner.trim();
      const own = variables[name];
      const value = own === undefined ? named(name, scope) : evaluateNode(own, scope);
      const replaced = Array.isArray(value) ? undefined : text(value);
      if (replaced === undefined)
        throw invalid(`Template error: variable ${name} in Fn::Sub expression does not resolve to a string`);
      return replaced ?? whole;
    });
  },
  'Fn::Join': (argument, scope) => {
    const parts = pair(argument);
    const list = parts ? evaluateNode(parts[1], scope) : undefined;
    const delimiter = parts?.[0];
    const words = Array.isArray(list) ? list.map(text) : undefined;
    if (typeof delimiter !== 'string' || !words || words.includes(undefined)) {
      throw invalid(
        'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
      );
    }
    return words.join(delimiter);
  },
  'Fn::Split': (argument, scope) => {
    const parts = pair(argument);
    const source = parts ? evaluateNode(parts[1], scope) : undefined;
    if (typeof parts?.[0] !== 'string' || typeof source !== 'string') {
      throw invalid(
        'Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
      );
    }
    return source.split(parts[0]);
  },
  'Fn::Select': (argument, scope) => {
    const parts = pair(argument);
    const index = Number(text(parts ? evaluateNode(parts[0], scope) : undefined));
    const list = parts ? evaluateNode(parts[1], scope) : undefined;
    if (!Number.isInteger(index) || !Array.isArray(list)) {
      throw invalid(
        'Template error: Fn::Select requires a list argument with two elements: an integer index and a list',
      );
    }
    const chosen = list[index];
    if (chosen === undefined)
      throw invalid(`Template error: Fn::Select cannot select nonexistent value at index ${index}`);
    return chosen;
  },
  'Fn::GetAZs': (argument, scope) => {
    const region = text(evaluateNode(argument, scope)) ?? '';
    return [...scope.zones(region === '' ? String(scope.reference('AWS::Region')) : region)];
  },
  'Fn::Base64': (argument, scope) => {
    const source = text(evaluateNode(argument, scope));
    if (source === undefined) throw invalid('Template error: every Fn::Base64 object must have a String-typed value.');
    return Buffer.from(source, 'utf8').toString('base64');
  },
  'Fn::FindInMap': (argument, scope) => {
    const keys = Array.isArray(argument) ? argument.map((item) => text(evaluateNode(item, scope))) : [];
    const [map, top, second] = keys;
    if (keys.length !== 3 || map === undefined || top === undefined || second === undefined) {
      throw invalid(
        'Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value',
      );
    }
    const mapping = scope.mappings[map];
    if (!isMap(mapping))
      throw invalid(`Template error: Mapping named '${map}' is not present in the 'Mappings' section of template.`);
    const row = mapping[top];
    const found = isMap(row) ? row[second] : undefined;
    if (found === undefined) throw invalid(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
    return found;
  },
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = Array.isArray(argument) ? argument : [];
    if (!Array.isArray(argument) || argument.length !== 3 || typeof name !== 'string') {
      throw invalid('Template error: Fn::If requires a list argument with three elements');
    }
    const truth = scope.condition(name);
    if (truth === undefined) throw invalid(`Template error: unresolved condition dependency ${name} in Fn::If`);
    return evaluateNode(truth ? whenTrue : whenFalse, scope);
  },
  'Fn::Cidr': (argument, scope) => {
    const [block, count, bits] = Array.isArray(argument) ? argument.map((item) => text(evaluateNode(item, scope))) : [];
    const blocks = subnetBlocks(block ?? '', Number(count), Number(bits ?? 8));
    if (!blocks)
      throw invalid(
        'Template error: Fn::Cidr requires an IPv4 block, a count from 1 to 256 and a number of bits that fit',
      );
    return blocks;
  },
  'Fn::ImportValue': (argument, scope) => {
    const name = text(evaluateNode(argument, scope));
    if (name === undefined) {
      throw invalid(
        'Template error: the attribute in Fn::ImportValue must be a string or a function that returns a string',
      );
    }
    const value = scope.exported?.(name);
    if (value === undefined) throw invalid(`No export named ${name} found.`);
    return value;
  },
  'Fn::Equals': (argument, scope) => {
    const parts = pair(argument);
    const values = parts?.map((item) => text(evaluateNode(item, scope)));
    if (!values || values.includes(undefined)) {
      throw invalid('Template error: every Fn::Equals object requires a list of 2 string parameters.');
    }
    return values[0] === values[1];
  },
  'Fn::And': (argument, scope) => truths('Fn::And', argument, scope).every(Boolean),
  'Fn::Or': (argument, scope) => truths('Fn::Or', argument, scope).some(Boolean),
  'Fn::Not': (argument, scope) => {
    const value = Array.isArray(argument) && argument.length === 1 ? evaluateNode(argument[0], scope) : undefined;
    if (typeof value !== 'boolean')
      throw invalid('Template error: every Fn::Not object requires one boolean parameter.');
    return !value;
  },
  Condition: (argument, scope) => {
    // A policy document also has members named Condition, but theirs are objects.
    const truth = typeof argument === 'string' ? scope.condition(argument) : undefined;
    if (truth === undefined) {
      throw invalid(
        `Template format error: Unresolved condition dependency ${text(argument) ?? ''} in the Conditions block of the template`,
      );
    }
    return truth;
  },
};

function truths(name: string, argument: Value, scope: Scope): Value[] {
  const list = Array.isArray(argument) ? argument.map((item) => evaluateNode(item, scope)) : [];
  if (list.length < 2 || list.length > 10 || list.some((item) => typeof item !== 'boolean')) {
    throw invalid(
      `Template error: every ${name} object requires a list of at least 2 and at most 10 boolean parameters.`,
    );
  }
  return list;
}

/** `name` or `logicalId.attribute`, as Fn::Sub writes them. */
function named(name: string, scope: Scope): Value {
  const dot = name.indexOf('.');
  return dot < 0 ? scope.reference(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
}

function getAttForm() {
  return invalid(
    'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
  );
}

/** The two parts of a Fn::GetAtt's argument, in its list form or its dotted one. */
export function attributeTarget(argument: Value): { logicalId: string; attribute: Value } {
  if (typeof argument === 'string' && argument.includes('.')) {
    const dot = argument.indexOf('.');
    return { logicalId: argument.slice(0, dot), attribute: argument.slice(dot + 1) };
  }
  const parts = pair(argument);
  if (typeof parts?.[0] !== 'string' || parts[0] === '' || parts[1] === '') throw getAttForm();
  return { logicalId: parts[0], attribute: parts[1] };
}
