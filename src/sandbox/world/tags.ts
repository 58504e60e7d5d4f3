/** A tag as EC2, IAM, ECS, Secrets Manager and most others spell it; both members are optional in the SDK's types. */
export interface WireTag {
  Key?: string | undefined;
  Value?: string | undefined;
}

export type Tags = Map<string, string>;

/** Reads a list of tags; a tag without a value has the empty one, as in EC2. */
export function tagsFrom(list: readonly WireTag[] | undefined): Tags {
  const tags: Tags = new Map();
  for (const tag of list ?? []) if (tag.Key !== undefined) tags.set(tag.Key, tag.Value ?? '');
  return tags;
}

/** Writes tags as a list, in the order in which they were set. */
export function tagList(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
