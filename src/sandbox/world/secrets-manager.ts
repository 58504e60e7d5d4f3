import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

export interface SecretVersion {
  id: string;
  value: string | Uint8Array;
  createdAt: number;
  accessedAt?: number;
  stages: Set<string>;
}

export interface Secret {
  name: string;
  arn: string;
  description?: string;
  kmsKeyId?: string;
  createdAt: number;
  changedAt: number;
  accessedAt?: number;
  /** When it was marked for deletion, and when it is gone. */
  deletion?: { at: number; goneAt: number };
  tags: Tags;
  /** Oldest first. */
  versions: Map<string, SecretVersion>;
}

/** The region's secrets, by name; those marked for deletion among them. */
export const secrets = perWorld(() => new Map<string, Secret>());

/** The secret of a name, an ARN or an ARN without its six random characters; or `ResourceNotFoundException`. */
export function secretOf(world: World, id: string): Secret {
  const byName = secrets(world).get(id);
  if (byName) return byName;
  for (const secret of secrets(world).values()) {
    if (secret.arn === id || secret.arn.slice(0, -7) === id) return secret;
  }
  throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

/** As {@link secretOf}, but refuses a secret that is marked for deletion. */
export function liveSecretOf(world: World, id: string): Secret {
  const secret = secretOf(world, id);
  if (secret.deletion) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
  return secret;
}

/** Makes a secret; its ARN ends in six random characters, so that a new secret of an old name is another. */
export function createSecret(
  world: World,
  spec: { name: string; description?: string; kmsKeyId?: string; tags?: Tags },
): Secret {
  const before = secrets(world).get(spec.name);
  if (before?.deletion) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (before) {
    throw new ServiceError(
      'ResourceExistsException',
      `The operation failed because the secret ${spec.name} already exists.`,
    );
  }
  const suffix = randomText(world, 6, lower + upper + digits);
  const secret: Secret = {
    name: spec.name,
    arn: world.arn('secretsmanager', `secret:${spec.name}-${suffix}`),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(spec.kmsKeyId === undefined ? {} : { kmsKeyId: spec.kmsKeyId }),
    createdAt: world.now,
    changedAt: world.now,
    tags: spec.tags ?? new Map(),
    versions: new Map(),
  };
  secrets(world).set(spec.name, secret);
  return secret;
}

/** Adds a version; with the stage AWSCURRENT, the one that had it becomes AWSPREVIOUS. */
export function putVersion(
  world: World,
  secret: Secret,
  value: string | Uint8Array,
  options: { id?: string; stages?: readonly string[] } = {},
): SecretVersion {
  const stages = options.stages ?? ['AWSCURRENT'];
  const id = options.id ?? world.uuid();
  const same = secret.versions.get(id);
  if (same) {
    if (same.value === value) return same;
    throw new ServiceError(
      'ResourceExistsException',
      "You can't modify an existing version, you can only create new version.",
    );
  }
  const current = [...secret.versions.values()].find((version) => version.stages.has('AWSCURRENT'));
  for (const version of secret.versions.values()) for (const stage of stages) version.stages.delete(stage);
  if (stages.includes('AWSCURRENT') && current) {
    for (const version of secret.versions.values()) version.stages.delete('AWSPREVIOUS');
    current.stages.add('AWSPREVIOUS');
  }
  const version: SecretVersion = { id, value, createdAt: world.now, stages: new Set(stages) };
  secret.versions.set(id, version);
  dropDeprecated(world, secret);
  secret.changedAt = world.now;
  return version;
}

/** Versions without a stage are deprecated: they can still be asked for by id, and are gone after a day. */
function dropDeprecated(world: World, secret: Secret): void {
  for (const old of [...secret.versions.values()]) {
    if (old.stages.size === 0 && world.now - old.createdAt > 86_400_000) secret.versions.delete(old.id);
  }
}

/** Moves a staging label from one version to another, or takes it off; AWSCURRENT leaves AWSPREVIOUS where it was. */
export function moveStage(secret: Secret, stage: string, from: string | undefined, to: string | undefined): void {
  const known = (id: string) => {
    const version = secret.versions.get(id);
    if (version) return version;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for VersionId: ${id}`,
    );
  };
  const holder = [...secret.versions.values()].find((version) => version.stages.has(stage));
  const target = to === undefined ? undefined : known(to);
  const source = from === undefined ? undefined : known(from);
  if (source && source !== holder) {
    throw new ServiceError(
      'InvalidParameterException',
      `Staging label ${stage} is not attached to version ${source.id}, so it can't be removed from it.`,
    );
  }
  if (!target && stage === 'AWSCURRENT') {
    throw new ServiceError(
      'InvalidParameterException',
      'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
    );
  }
  if (holder && !source && holder !== target) {
    throw new ServiceError(
      'InvalidParameterException',
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  source?.stages.delete(stage);
  target?.stages.add(stage);
  if (stage === 'AWSCURRENT' && source && target) {
    for (const version of secret.versions.values()) version.stages.delete('AWSPREVIOUS');
    source.stages.add('AWSPREVIOUS');
  }
}

/** The version a request means: by id, by stage, or the current one. */
export function versionOf(
  secret: Secret,
  by: { id?: string | undefined; stage?: string | undefined } = {},
): SecretVersion {
  const stage = by.stage ?? (by.id === undefined ? 'AWSCURRENT' : undefined);
  for (const version of secret.versions.values()) {
    if ((by.id === undefined || version.id === by.id) && (stage === undefined || version.stages.has(stage)))
      return version;
  }
  throw new ServiceError(
    'ResourceNotFoundException',
    by.id === undefined
      ? `Secrets Manager can't find the specified secret value for staging label: ${stage}`
      : `Secrets Manager can't find the specified secret value for VersionId: ${by.id}`,
  );
}

/** Notes that a version's value was read now. */
export function noteAccess(world: World, secret: Secret, version: SecretVersion): void {
  secret.accessedAt = world.now;
  version.accessedAt = world.now;
}

/** The text of a secret, as ECS injects it, which is reading it: an id, and optionally a version's stage or id. */
export function secretText(
  world: World,
  id: string,
  by?: { id?: string | undefined; stage?: string | undefined },
): string {
  const secret = liveSecretOf(world, id);
  const version = versionOf(secret, by);
  noteAccess(world, secret, version);
  const { value } = version;
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const digits = '0123456789';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** What a password may look like: the members of GetRandomPassword. */
export interface PasswordRules {
  PasswordLength?: number | undefined;
  ExcludeCharacters?: string | undefined;
  ExcludeNumbers?: boolean | undefined;
  ExcludePunctuation?: boolean | undefined;
  ExcludeUppercase?: boolean | undefined;
  ExcludeLowercase?: boolean | undefined;
  IncludeSpace?: boolean | undefined;
  RequireEachIncludedType?: boolean | undefined;
}

/** A password by GetRandomPassword's rules: 32 characters of every kind unless told otherwise. */
export function randomPassword(world: World, rules: PasswordRules = {}): string {
  const excluded = new Set(rules.ExcludeCharacters ?? '');
  const kinds = [
    rules.ExcludeLowercase ? '' : lower,
    rules.ExcludeUppercase ? '' : upper,
    rules.ExcludeNumbers ? '' : digits,
    rules.ExcludePunctuation ? '' : punctuation,
    rules.IncludeSpace ? ' ' : '',
  ]
    .map((kind) => [...kind].filter((character) => !excluded.has(character)).join(''))
    .filter((kind) => kind !== '');
  const length = rules.PasswordLength ?? 32;
  const each = rules.RequireEachIncludedType ?? true;
  if (kinds.length === 0 || length < 1 || length > 4096 || (each && length < kinds.length)) {
    throw new ServiceError('InvalidParameterException', 'Password length is too short based on the required types.');
  }
  const random = world.random.fork(`password ${world.uuid()}`);
  const all = [...kinds.join('')];
  const password = Array.from({ length }, () => random.pick(all));
  if (each) {
    // One place for each kind, none twice.
    const places = Array.from({ length }, (_, index) => index);
    for (const kind of kinds) {
      const [place] = places.splice(random.int(0, places.length - 1), 1);
      if (place !== undefined) password[place] = random.pick([...kind]);
    }
  }
  return password.join('');
}

function randomText(world: World, length: number, alphabet: string): string {
  const random = world.random.fork(`text ${world.uuid()}`);
  return Array.from({ length }, () => random.pick([...alphabet])).join('');
}
