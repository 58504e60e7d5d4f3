import type { Filter } from '@aws-sdk/client-ec2';
import { ServiceError } from '../world/service-error.ts';

/** The values a resource has for a filter name; undefined when resources of its kind have no such filter. */
export type FilterFields<T> = (resource: T, name: string) => readonly (string | undefined)[] | undefined;

/** The tags of what has none, for the filters. */
export const noTags: ReadonlyMap<string, string> = new Map();

/** EC2's wildcards: `*` stands for any text, `?` for one character; a backslash takes their meaning away. */
function pattern(text: string): (value: string) => boolean {
  if (!/[*?\\]/.test(text)) return (value) => value === text;
  const source = text.replace(/\\([*?\\])|([*?])|[.+^${}()|[\]\\/]/g, (all, escaped?: string, wild?: string) => {
    if (escaped !== undefined) return `\\${escaped}`;
    if (wild !== undefined) return wild === '*' ? '.*' : '.';
    return `\\${all}`;
  });
  const regex = new RegExp(`^${source}$`, 's');
  return (value) => regex.test(value);
}

/** Keeps what passes every filter; a filter passes when any of its values fits any of the resource's. */
export function filtered<T extends { tags: ReadonlyMap<string, string> }>(
  resources: Iterable<T>,
  filters: readonly Filter[] | undefined,
  fields: FilterFields<T>,
): T[] {
  let kept = [...resources];
  for (const filter of filters ?? []) {
    const name = filter.Name ?? '';
    const tests = (filter.Values ?? []).map(pattern);
    kept = kept.filter((resource) => {
      const values = tagField(resource.tags, name) ?? fields(resource, name);
      if (values === undefined) throw unknownFilter(name);
      return values.some((value) => value !== undefined && tests.some((test) => test(value)));
    });
  }
  return kept;
}

function unknownFilter(name: string): ServiceError {
  return new ServiceError('InvalidParameterValue', `The filter '${name}' is invalid`);
}

function tagField(tags: ReadonlyMap<string, string>, name: string): (string | undefined)[] | undefined {
  if (name.startsWith('tag:')) return [tags.get(name.slice('tag:'.length))];
  if (name === 'tag-key') return [...tags.keys()];
  if (name === 'tag-value') return [...tags.values()];
  return undefined;
}

/** Only those of the owners asked for: account ids, `self`, or an alias such as `amazon`. */
export function ownedBy<T extends { ownerId: string; ownerAlias?: string }>(
  all: readonly T[],
  owners: readonly string[] | undefined,
  account: string,
): T[] {
  const wanted = new Set(owners?.map((owner) => (owner === 'self' ? account : owner)));
  return all.filter(
    ({ ownerId, ownerAlias }) => wanted.size === 0 || wanted.has(ownerId) || wanted.has(ownerAlias ?? ''),
  );
}

/** Only those with the ids asked for; an id nobody has is the error that `find` throws. */
export function byIds<T>(all: Iterable<T>, ids: readonly string[] | undefined, find: (id: string) => T): T[] {
  return ids === undefined || ids.length === 0 ? [...all] : [...new Set(ids)].map(find);
}
