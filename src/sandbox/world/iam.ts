import { nameIn } from './arn.ts';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

export interface Role {
  id: string;
  name: string;
  path: string;
  arn: string;
  /** JSON text. */
  trustPolicy: string;
  description?: string;
  maxSessionSeconds: number;
  createdAt: number;
  /** Inline policies: name → JSON text. */
  inline: Map<string, string>;
  /** Managed policies' ARNs. */
  attached: string[];
  tags: Tags;
}

export interface InstanceProfile {
  id: string;
  name: string;
  path: string;
  arn: string;
  createdAt: number;
  roleName?: string;
  tags: Tags;
}

/** A managed policy of the account. */
export interface ManagedPolicy {
  id: string;
  name: string;
  path: string;
  arn: string;
  description?: string;
  createdAt: number;
  updatedAt: number;
  /** By version id, `v1`; oldest first. */
  versions: Map<string, { document: string; createdAt: number }>;
  defaultVersion: string;
  /** How many versions there have been: numbers are not used again. */
  versionCount: number;
  tags: Tags;
}

class IamState {
  readonly roles = new Map<string, Role>();
  readonly profiles = new Map<string, InstanceProfile>();
  /** By ARN. */
  readonly policies = new Map<string, ManagedPolicy>();
}

/** Roles and instance profiles of the account by name, its managed policies by ARN. */
export const iam = perWorld(() => new IamState());

/** IAM's unique ids: a prefix for the kind, then capitals and digits. */
export function iamId(world: World, prefix: 'AROA' | 'AIPA' | 'ANPA'): string {
  return `${prefix}${world.hex(17).toUpperCase()}`;
}

/** The role, or IAM's `NoSuchEntity` (404). */
export function roleOf(world: World, name: string): Role {
  const role = iam(world).roles.get(name);
  if (!role) throw new ServiceError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
  return role;
}

/** The role of an ARN, however long its path; undefined when there is none. */
export function roleByArn(world: World, arn: string): Role | undefined {
  const role = iam(world).roles.get(nameIn(arn));
  return role?.arn === arn ? role : undefined;
}

/** The instance profile, or IAM's `NoSuchEntity` (404). */
export function instanceProfileOf(world: World, name: string): InstanceProfile {
  const profile = iam(world).profiles.get(name);
  if (!profile) throw new ServiceError('NoSuchEntity', `Instance Profile ${name} cannot be found.`, 404);
  return profile;
}

/** The instance profile of an ARN; undefined when there is none. */
export function instanceProfileByArn(world: World, arn: string): InstanceProfile | undefined {
  const profile = iam(world).profiles.get(nameIn(arn));
  return profile?.arn === arn ? profile : undefined;
}
