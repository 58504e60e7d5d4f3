/** One resource that a request touches. */
export interface Target {
  /** An ARN, or `*` for an action without resource-level permissions. */
  readonly resource: string;
  /** How a denial calls it, where that is not by its ARN. */
  readonly called?: string;
  /** The tags that it has already. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
  /** The tags that the request gives it. */
  readonly requestTags?: ReadonlyMap<string, string> | undefined;
  /** Further condition keys. */
  readonly keys?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Something a caller must be allowed to do for a request to be carried out: every target is judged by itself. */
export interface Demand {
  readonly action: string;
  readonly targets: readonly Target[];
}

export const everything: readonly Target[] = [{ resource: '*' }];

export type Fields = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is a text. */
export function textOf(input: Fields, name: string): string | undefined {
  const value = input[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a member that is a list of them; a single text counts as a list of one. */
export function textsOf(input: Fields, name: string): string[] {
  const value = input[name];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}

/** The structures of a member that is a list of them. */
export function recordsOf(input: Fields, name: string): Fields[] {
  const value = input[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Tags in any of the spellings: a list of `Key`/`Value` or `key`/`value`, or a map. Undefined when there are none. */
export function tagsOf(value: unknown): ReadonlyMap<string, string> | undefined {
  const tags = new Map<string, string>();
  if (Array.isArray(value)) {
    for (const tag of value.filter(isRecord)) {
      const key = tag.Key ?? tag.key;
      if (typeof key === 'string') tags.set(key, String(tag.Value ?? tag.value ?? ''));
    }
  } else if (isRecord(value)) {
    for (const [key, one] of Object.entries(value)) tags.set(key, String(one));
  }
  return tags.size > 0 ? tags : undefined;
}

/** The right to hand a role to a service. */
export function passRole(roleArn: string, service: string): Demand {
  return {
    action: 'iam:PassRole',
    targets: [{ resource: roleArn, keys: { 'iam:PassedToService': `${service}.amazonaws.com` } }],
  };
}
