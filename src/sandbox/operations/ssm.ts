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
import { parameterOf, parameters, putParameter, selected } from '../world/ssm.ts';
import { tagsFrom } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { operation, type Service } from './operation.ts';
import { describingOperations } from './ssm-describing.ts';
import { filtering, validation } from './ssm-filters.ts';
import { ssmPage } from './ssm-page.ts';
import { parameterView } from './ssm-views.ts';

/** A parameter by name, version or label, or by the ARN of one. */
function one(world: World, asked: string, decrypt: boolean | undefined): WireParameter {
  const { parameter, selector } = selected(world, asked);
  return parameterView(world, parameter, decrypt, selector);
}

/** What is there; undefined when the service says that it is not. */
function known<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
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
      Parameter: one(world, input.Name ?? '', input.WithDecryption),
    })),

    GetParameters: operation<GetParametersRequest, GetParametersResult>(GetParameters$, (input, { world }) => {
      const names = [...new Set(input.Names ?? [])];
      const found = names.map((name) => [name, known(() => one(world, name, input.WithDecryption))] as const);
      return {
        Parameters: found.flatMap(([, parameter]) => parameter ?? []),
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
          .filter(
            ({ name }) => name.startsWith(prefix) && (!name.startsWith('/aws/service/') || path.startsWith('/aws/')),
          )
          .filter(({ name }) => input.Recursive || !name.slice(prefix.length).includes('/'))
          .filter(filtering(input.ParameterFilters, ['Type', 'KeyId', 'Label']))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
        const { items, rest } = ssmPage(below, input, 10);
        return {
          Parameters: items.map((parameter) => parameterView(world, parameter, input.WithDecryption)),
          ...rest,
        };
      },
    ),

    PutParameter: operation<PutParameterRequest, PutParameterResult>(PutParameter$, (input, call) => {
      const { world } = call;
      const name = input.Name ?? '';
      checkName(name);
      const value = input.Value ?? '';
      if (value === '') throw validation("Parameter value can't be empty.");
      const before = parameters(world).get(name);
      const large = Buffer.byteLength(value) > 4_096;
      const tier = input.Tier === 'Intelligent-Tiering' ? (large ? 'Advanced' : before?.tier) : input.Tier;
      if (large && (tier ?? before?.tier) !== 'Advanced') {
        throw validation(
          'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.',
        );
      }
      if (input.Overwrite && input.Tags?.length) {
        throw validation(
          "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag.",
        );
      }
      const pattern = input.AllowedPattern ?? before?.allowedPattern;
      if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) {
        throw new ServiceError(
          'ParameterPatternMismatchException',
          `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
        );
      }
      if (input.Policies !== undefined && input.Policies !== '' && input.Policies !== '[]') {
        throw validation('This sandbox acts on no parameter policies: leave Policies out.');
      }
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
        ...(tier === undefined ? {} : { tier }),
        ...(input.KeyId === undefined ? {} : { keyId: input.KeyId }),
        ...(input.DataType === undefined ? {} : { dataType: input.DataType }),
        ...(input.AllowedPattern === undefined ? {} : { allowedPattern: input.AllowedPattern }),
        modifiedBy: call.caller.arn,
      });
      return { Version: parameter.version, Tier: parameter.tier as ParameterTier };
    }),

    ...describingOperations,
    DeleteParameter: operation<DeleteParameterRequest, DeleteParameterResult>(DeleteParameter$, (input, { world }) => {
      const parameter = parameterOf(world, input.Name ?? '');
      parameters(world).delete(parameter.name);
      return {};
    }),
  },
};
