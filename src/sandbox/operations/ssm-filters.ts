import type { ParameterStringFilter } from '@aws-sdk/client-ssm';
import { ServiceError } from '../world/service-error.ts';
import { type Parameter, versionsOf } from '../world/ssm.ts';

/** Parameter Store's word for a request that cannot be. */
export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** What a filter looks at. */
function valuesOf(parameter: Parameter, key: string): string[] {
  switch (key) {
    case 'Name':
      return [parameter.name];
    case 'Type':
      return [parameter.type];
    case 'Tier':
      return [parameter.tier];
    case 'DataType':
      return [parameter.dataType];
    case 'KeyId':
      return parameter.keyId === undefined ? [] : [parameter.keyId];
    case 'Label':
      return versionsOf(parameter).flatMap(({ labels }) => [...labels]);
    default: {
      const value = parameter.tags.get(key.slice('tag:'.length));
      return value === undefined ? [] : [value];
    }
  }
}

/**
 * Whether a parameter passes every filter.
 *
 * @param keys the filters that the operation takes, `tag:` standing for all tags
 */
export function filtering(
  filters: readonly ParameterStringFilter[] | undefined,
  keys: readonly string[],
): (parameter: Parameter) => boolean {
  const tests = (filters ?? []).map(({ Key = '', Option, Values = [] }) => {
    const kind = Key.startsWith('tag:') ? 'tag:' : Key;
    if (!keys.includes(kind)) {
      throw new ServiceError(
        'InvalidFilterKey',
        `The following filter key is not valid: ${Key}. Valid filter keys include: [${keys.join(', ')}]`,
      );
    }
    const options =
      kind === 'Path'
        ? ['OneLevel', 'Recursive']
        : kind === 'Name'
          ? ['Equals', 'BeginsWith', 'Contains']
          : ['Equals', 'BeginsWith'];
    const option = Option ?? options[0] ?? 'Equals';
    if (!options.includes(option)) {
      throw new ServiceError(
        'InvalidFilterOption',
        `The following filter option is not valid: ${option}. Valid options include: [${options.join(', ')}]`,
      );
    }
    if (kind !== 'tag:' && Values.length === 0) {
      throw new ServiceError(
        'InvalidFilterValue',
        `The following filter values are missing : null for filter key ${Key}`,
      );
    }
    if (kind === 'Path')
      return (parameter: Parameter) => Values.some((path) => isBelow(parameter.name, path, option === 'Recursive'));
    const fits = (value: string, wanted: string) => {
      if (option === 'BeginsWith') return value.startsWith(wanted);
      if (option === 'Contains') return value.includes(wanted);
      // A name is the same one with and without its first slash.
      return value === wanted || (kind === 'Name' && value === `/${wanted}`);
    };
    return (parameter: Parameter) => {
      const given = valuesOf(parameter, Key);
      return Values.length === 0
        ? given.length > 0
        : given.some((value) => Values.some((wanted) => fits(value, wanted)));
    };
  });
  return (parameter) => tests.every((test) => test(parameter));
}

function isBelow(name: string, path: string, recursive: boolean): boolean {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  return name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes('/'));
}
