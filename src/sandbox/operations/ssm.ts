import {
  DeleteParameter$,
  type DeleteParameterRequest,
  type DeleteParameterResult,
  GetParameter$,
  type GetParameterRequest,
  type GetParameterResult,
  GetParameters$,
  GetParametersByPath$,
  type GetParametersByPathRequest,
  type GetParametersByPathResult,
  type GetParametersRequest,
  type GetParametersResult,
  type ParameterTier,
  PutParameter$,
  type PutParameterRequest,
  type PutParameterResult,
  type Parameter as WireParameter,
} from '@aws-sdk/client-ssm';
import { ServiceError } from '../world/service-error.ts';
import { nameOf, type Parameter, parameterOf, parameters, putParameter } from '../world/ssm.ts';
import { tagsFrom } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { operation, type Service } from './operation.ts';
import { page, pageSize } from './paging.ts';

function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** A parameter's ARN has one slash after `parameter`, whether its name begins with one or not; AWS's own have no account. */
function arnOf(world: World, name: string): string {
  const resource = `parameter${name.startsWith('/') ? '' : '/'}${name}`;
  return name.startsWith('/aws/service/')
    ? `arn:aws:ssm:${world.settings.region}::${resource}`
    : world.arn('ssm', resource);
}

function view(world: World, parameter: Parameter, decrypt: boolean | undefined): WireParameter {
  return {
    Name: parameter.name,
    Type: parameter.type,
    // Without WithDecryption a SecureString comes as what KMS made of it.
    Value:
      parameter.type === 'SecureString' && !decrypt
        ? Buffer.from(`AQICAHh ${parameter.name} ${parameter.version}`).toString('base64')
        : parameter.value(),
    Version: parameter.version,
    LastModifiedDate: new Date(parameter.lastModified),
    ARN: arnOf(world, parameter.name),
    DataType: parameter.dataType,
  };
}

/** `name:3` asks for a version; only the newest is kept here. */
function lookUp(world: World, asked: string): Parameter {
  const bare = nameOf(asked);
  const match = /^(.*):(\d+)$/.exec(bare);
  if (!match?.[1] || match[2] === undefined) return parameterOf(world, bare);
  const parameter = parameterOf(world, match[1]);
  if (parameter.version !== Number(match[2])) {
    throw new ServiceError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${match[2]} of ${match[1]}. Verify the version and try again.`,
    );
  }
  return parameter;
}

function checkName(name: string): void {
  if (!/^[A-Za-z0-9_.\-/]+$/.test(name)) {
    throw validation(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw /^\/?aws/i.test(name)
      ? new ServiceError('AccessDeniedException', `No access to reserved parameter name: ${name}.`)
      : validation('Parameter name: can\'t be prefixed with "ssm" (case-insensitive).');
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw validation('Parameter name must be a fully qualified name.');
  }
}

/** AWS Systems Manager: its Parameter Store. */
export const ssm: Service = {
  signingName: 'ssm',
  operations: {
    GetParameter: operation<GetParameterRequest, GetParameterResult>(GetParameter$, (input, { world }) => ({
      Parameter: view(world, lookUp(world, input.Name ?? ''), input.WithDecryption),
    })),

    GetParameters: operation<GetParametersRequest, GetParametersResult>(GetParameters$, (input, { world }) => {
      const names = [...new Set(input.Names ?? [])];
      if (names.length === 0 || names.length > 10) {
        throw validation(
          `1 validation error detected: Value '[${names.join(', ')}]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10`,
        );
      }
      const found = names.map((name) => [name, parameters(world).get(nameOf(name).replace(/:\d+$/, ''))] as const);
      return {
        Parameters: found.flatMap(([, parameter]) => (parameter ? [view(world, parameter, input.WithDecryption)] : [])),
        InvalidParameters: found.flatMap(([name, parameter]) => (parameter ? [] : [name])),
      };
    }),

    GetParametersByPath: operation<GetParametersByPathRequest, GetParametersByPathResult>(
      GetParametersByPath$,
      (input, { world }) => {
        const path = input.Path ?? '';
        if (!path.startsWith('/')) throw validation('The parameter path must begin with a forward slash (/).');
        const prefix = path.endsWith('/') ? path : `${path}/`;
        const below = [...parameters(world).values()]
          .filter(({ name }) => name.startsWith(prefix))
          .filter(({ name }) => input.Recursive || !name.slice(prefix.length).includes('/'))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
        const size = pageSize(input.MaxResults, { min: 1, max: 10, default: 10 }, (asked) =>
          validation(
            `1 validation error detected: Value '${asked}' at 'maxResults' failed to satisfy constraint: Member must have value ${asked < 1 ? 'greater than or equal to 1' : 'less than or equal to 10'}`,
          ),
        );
        const { items, nextToken } = page(
          below,
          size,
          input.NextToken,
          () => new ServiceError('InvalidNextToken', "The specified token isn't valid."),
        );
        return {
          Parameters: items.map((parameter) => view(world, parameter, input.WithDecryption)),
          ...(nextToken === undefined ? {} : { NextToken: nextToken }),
        };
      },
    ),

    PutParameter: operation<PutParameterRequest, PutParameterResult>(PutParameter$, (input, { world }) => {
      const name = input.Name ?? '';
      checkName(name);
      const value = input.Value ?? '';
      if (value === '') throw validation("Parameter value can't be empty.");
      if (Buffer.byteLength(value) > 4_096 && input.Tier !== 'Advanced' && input.Tier !== 'Intelligent-Tiering') {
        throw validation(
          'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.',
        );
      }
      if (input.Overwrite && input.Tags?.length) {
        throw validation(
          "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag.",
        );
      }
      const before = parameters(world).get(name);
      if (input.Type === undefined && !before) {
        throw validation('A parameter type is required when you create a parameter.');
      }
      if (before && input.Overwrite && input.Type !== undefined && input.Type !== before.type) {
        throw new ServiceError(
          'HierarchyTypeMismatchException',
          "Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
        );
      }
      const parameter = putParameter(world, {
        name,
        value,
        ...(input.Type === undefined ? {} : { type: input.Type }),
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.Overwrite === undefined ? {} : { overwrite: input.Overwrite }),
        ...(input.Tags === undefined ? {} : { tags: tagsFrom(input.Tags) }),
        tier: input.Tier === 'Advanced' ? 'Advanced' : 'Standard',
        ...(input.DataType === undefined ? {} : { dataType: input.DataType }),
      });
      return { Version: parameter.version, Tier: parameter.tier as ParameterTier };
    }),

    DeleteParameter: operation<DeleteParameterRequest, DeleteParameterResult>(DeleteParameter$, (input, { world }) => {
      const parameter = parameterOf(world, input.Name ?? '');
      parameters(world).delete(parameter.name);
      return {};
    }),
  },
};
