import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

export interface Parameter {
  name: string;
  type: 'String' | 'StringList' | 'SecureString';
  version: number;
  description?: string;
  lastModified: number;
  tags: Tags;
  /** Read at need: an RSA key is made only when somebody asks for it. */
  value: () => string;
  tier: string;
  /** Of a SecureString: what it is encrypted with. */
  keyId?: string;
  dataType: string;
  allowedPattern?: string;
  /** ARN of who wrote this version. */
  modifiedBy: string;
  labels: Set<string>;
  /** What it was before, oldest first. */
  earlier: Parameter[];
}

/** Versions that are kept of a parameter (user guide, Working with parameter versions). */
const keptVersions = 100;

/** Parameter Store's parameters, by name. AWS's public ones are among them, below `/aws/service/`. */
export const parameters = perWorld(() => new Map<string, Parameter>());

/** The parameter, or SSM's `ParameterNotFound`, whose message is empty on AWS too. */
export function parameterOf(world: World, name: string): Parameter {
  const parameter = parameters(world).get(nameOf(name));
  if (!parameter) throw new ServiceError('ParameterNotFound', '');
  return parameter;
}

/** A parameter is asked for by name or by ARN: `arn:aws:ssm:REGION:ACCOUNT:parameter/a/b`, `parameter/x` standing for `x`. */
export function nameOf(nameOrArn: string): string {
  const match = /^arn:[^:]+:ssm:[^:]*:[^:]*:parameter(\/.+)$/.exec(nameOrArn);
  if (!match?.[1]) return nameOrArn;
  const path = match[1];
  return path.indexOf('/', 1) < 0 ? path.slice(1) : path;
}

/** A parameter's versions, oldest first. */
export function versionsOf(parameter: Parameter): Parameter[] {
  return [...parameter.earlier, parameter];
}

/** `name`, `name:3` or `name:label`: the version that is meant, or the newest. */
export function selected(world: World, asked: string): { parameter: Parameter; selector: string | undefined } {
  const bare = nameOf(asked);
  const match = /^(.*?):([^:/]+)$/.exec(bare);
  if (!match?.[1] || match[2] === undefined) return { parameter: parameterOf(world, bare), selector: undefined };
  const [, name, wanted] = match;
  const versions = versionsOf(parameterOf(world, name));
  const number = /^\d+$/.test(wanted);
  const found = versions.find(({ version, labels }) => (number ? version === Number(wanted) : labels.has(wanted)));
  if (!found) {
    throw new ServiceError(
      'ParameterVersionNotFound',
      number
        ? `Systems Manager could not find version ${wanted} of ${name}. Verify the version and try again.`
        : `Systems Manager could not find label ${wanted} of ${name}. Verify the label and try again.`,
    );
  }
  return { parameter: found, selector: `:${wanted}` };
}

/** Sets a parameter's value; without `overwrite`, one that is there is an error and stays as it is. */
export function putParameter(
  world: World,
  spec: {
    name: string;
    value: string | (() => string);
    type?: Parameter['type'];
    description?: string;
    overwrite?: boolean;
    tags?: Tags;
    tier?: string;
    dataType?: string;
    allowedPattern?: string;
    keyId?: string;
    modifiedBy?: string;
  },
): Parameter {
  const before = parameters(world).get(spec.name);
  if (before && !spec.overwrite) {
    throw new ServiceError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const { value } = spec;
  const oldest = before && [...before.earlier, before][0];
  if (before && before.earlier.length + 1 >= keptVersions && oldest && oldest.labels.size > 0) {
    throw new ServiceError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${spec.name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    );
  }
  const allowedPattern = spec.allowedPattern ?? before?.allowedPattern;
  const type = spec.type ?? before?.type ?? 'String';
  const parameter: Parameter = {
    name: spec.name,
    type,
    version: (before?.version ?? 0) + 1,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    lastModified: world.now,
    tags: spec.tags ?? before?.tags ?? new Map(),
    value: typeof value === 'string' ? () => value : value,
    tier: spec.tier ?? before?.tier ?? 'Standard',
    // The account's own key where none is named (Systems Manager API, PutParameter, KeyId).
    ...(type === 'SecureString' ? { keyId: spec.keyId ?? before?.keyId ?? 'alias/aws/ssm' } : {}),
    dataType: spec.dataType ?? before?.dataType ?? 'text',
    ...(allowedPattern === undefined ? {} : { allowedPattern }),
    modifiedBy: spec.modifiedBy ?? 'arn:aws:iam::aws:root',
    labels: new Set(),
    earlier: before ? [...before.earlier, { ...before, earlier: [] }].slice(1 - keptVersions) : [],
  };
  parameters(world).set(spec.name, parameter);
  return parameter;
}
