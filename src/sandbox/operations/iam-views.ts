import type { InstanceProfile as WireProfile, Role as WireRole } from '@aws-sdk/client-iam';
import { type InstanceProfile, iam, type Role } from '../world/iam.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';

/** Policy documents come back percent-encoded (RFC 3986), as IAM answers them. */
export function encodedDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A role; lists leave its tags out. */
export function roleView(role: Role, full = true): WireRole {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodedDocument(role.trustPolicy),
    ...(role.description === undefined ? {} : { Description: role.description }),
    MaxSessionDuration: role.maxSessionSeconds,
    ...(full && role.tags.size > 0 ? { Tags: tagList(role.tags) } : {}),
  };
}

/** An instance profile with its role. */
export function profileView(world: World, profile: InstanceProfile): WireProfile {
  const role = profile.roleName === undefined ? undefined : iam(world).roles.get(profile.roleName);
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: new Date(profile.createdAt),
    Roles: role ? [roleView(role, false)] : [],
    ...(profile.tags.size > 0 ? { Tags: tagList(profile.tags) } : {}),
  };
}

/** Refuses a policy document that IAM would not read: it must be JSON with at least one statement. */
export function checkDocument(text: string | undefined): string {
  const document = text ?? '';
  const malformed = (why: string) => new ServiceError('MalformedPolicyDocument', why);
  let parsed: unknown;
  try {
    parsed = JSON.parse(document);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  const statement =
    parsed !== null && typeof parsed === 'object' && 'Statement' in parsed ? parsed.Statement : undefined;
  if (statement === undefined) throw malformed('Syntax errors in policy.');
  for (const each of Array.isArray(statement) ? statement : [statement]) {
    if (
      each === null ||
      typeof each !== 'object' ||
      !('Effect' in each) ||
      (each.Effect !== 'Allow' && each.Effect !== 'Deny')
    ) {
      throw malformed('Syntax errors in policy.');
    }
    if (!('Action' in each) && !('NotAction' in each)) throw malformed('Policy statement must contain actions.');
  }
  return document;
}
