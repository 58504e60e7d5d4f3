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
  dataType: string;
}

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
  const parameter: Parameter = {
    name: spec.name,
    type: spec.type ?? before?.type ?? 'String',
    version: (before?.version ?? 0) + 1,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    lastModified: world.now,
    tags: spec.tags ?? before?.tags ?? new Map(),
    value: typeof value === 'string' ? () => value : value,
    tier: spec.tier ?? before?.tier ?? 'Standard',
    dataType: spec.dataType ?? before?.dataType ?? 'text',
  };
  parameters(world).set(spec.name, parameter);
  return parameter;
}
