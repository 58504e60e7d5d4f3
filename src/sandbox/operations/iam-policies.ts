import {
  CreatePolicy$,
  type CreatePolicyRequest,
  type CreatePolicyResponse,
  CreatePolicyVersion$,
  type CreatePolicyVersionRequest,
  type CreatePolicyVersionResponse,
  DeletePolicy$,
  type DeletePolicyRequest,
  DeletePolicyVersion$,
  type DeletePolicyVersionRequest,
  type EntityType,
  GetPolicy$,
  type GetPolicyRequest,
  type GetPolicyResponse,
  GetPolicyVersion$,
  type GetPolicyVersionRequest,
  type GetPolicyVersionResponse,
  ListEntitiesForPolicy$,
  type ListEntitiesForPolicyRequest,
  type ListEntitiesForPolicyResponse,
  ListPolicies$,
  type ListPoliciesRequest,
  type ListPoliciesResponse,
  ListPolicyTags$,
  type ListPolicyTagsRequest,
  type ListPolicyTagsResponse,
  ListPolicyVersions$,
  type ListPolicyVersionsRequest,
  type ListPolicyVersionsResponse,
  SetDefaultPolicyVersion$,
  type SetDefaultPolicyVersionRequest,
  TagPolicy$,
  type TagPolicyRequest,
  UntagPolicy$,
  type UntagPolicyRequest,
  type Policy as WirePolicy,
} from '@aws-sdk/client-iam';
import { iam, iamId, type ManagedPolicy, type Role } from '../world/iam.ts';
import { awsPolicies, policyOf } from '../world/iam-policies.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList, tagsFrom } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { administratorAccess, onlyUser } from './iam-account.ts';
import { iamPage } from './iam-page.ts';
import { checkDocument, encodedDocument } from './iam-views.ts';
import { type Operation, operation } from './operation.ts';

/** Versions that a policy may have at a time (IAM User Guide, IAM quotas). */
const mostVersions = 5;

function rolesWith(world: World, arn: string): Role[] {
  return [...iam(world).roles.values()].filter(({ attached }) => attached.includes(arn));
}

/** Roles and users that have a policy: of the only user that is one. */
function attachmentCount(world: World, arn: string): number {
  return rolesWith(world, arn).length + (arn === administratorAccess ? 1 : 0);
}

/** A policy; lists leave its description and its tags out. */
function policyView(world: World, policy: ManagedPolicy, full: boolean): WirePolicy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: attachmentCount(world, policy.arn),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    ...(full && policy.description !== undefined ? { Description: policy.description } : {}),
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
    ...(full ? { Tags: tagList(policy.tags) } : {}),
  };
}

function versionView(policy: ManagedPolicy, id: string, full: boolean) {
  const version = policy.versions.get(id);
  if (!version) {
    throw new ServiceError(
      'NoSuchEntity',
      `Policy ${policy.arn} version ${id} does not exist or is not attachable.`,
      404,
    );
  }
  return {
    ...(full ? { Document: encodedDocument(version.document) } : {}),
    VersionId: id,
    IsDefaultVersion: id === policy.defaultVersion,
    CreateDate: new Date(version.createdAt),
  };
}

/** A policy that may be changed: one of the account. */
function ownPolicyOf(world: World, arn: string): ManagedPolicy {
  const policy = policyOf(world, arn);
  if (!iam(world).policies.has(arn)) {
    throw new ServiceError('AccessDenied', `Policy ${arn} is an AWS managed policy and cannot be changed.`, 403);
  }
  return policy;
}

/** Managed policies: the account's own, and those of AWS that are known here. */
export const policyOperations: Readonly<Record<string, Operation>> = {
  CreatePolicy: operation<CreatePolicyRequest, CreatePolicyResponse>(CreatePolicy$, (input, { world }) => {
    const name = input.PolicyName ?? '';
    const path = input.Path ?? '/';
    const arn = world.arn('iam', `policy${path}${name}`, '');
    if ([...iam(world).policies.values()].some((policy) => policy.name === name)) {
      throw new ServiceError(
        'EntityAlreadyExists',
        `A policy called ${name} already exists. Duplicate names are not allowed.`,
        409,
      );
    }
    const document = checkDocument(input.PolicyDocument);
    const policy: ManagedPolicy = {
      id: iamId(world, 'ANPA'),
      name,
      path,
      arn,
      ...(input.Description === undefined ? {} : { description: input.Description }),
      createdAt: world.now,
      updatedAt: world.now,
      versions: new Map([['v1', { document, createdAt: world.now }]]),
      defaultVersion: 'v1',
      versionCount: 1,
      tags: tagsFrom(input.Tags),
    };
    iam(world).policies.set(arn, policy);
    return { Policy: policyView(world, policy, true) };
  }),
  GetPolicy: operation<GetPolicyRequest, GetPolicyResponse>(GetPolicy$, (input, { world }) => ({
    Policy: policyView(world, policyOf(world, input.PolicyArn ?? ''), true),
  })),
  GetPolicyVersion: operation<GetPolicyVersionRequest, GetPolicyVersionResponse>(
    GetPolicyVersion$,
    (input, { world }) => ({
      PolicyVersion: versionView(policyOf(world, input.PolicyArn ?? ''), input.VersionId ?? '', true),
    }),
  ),
  ListPolicies: operation<ListPoliciesRequest, ListPoliciesResponse>(ListPolicies$, (input, { world }) => {
    const scope = input.Scope ?? 'All';
    const kept = [
      ...(scope === 'AWS' ? [] : iam(world).policies.values()),
      ...(scope === 'Local' ? [] : awsPolicies.values()),
    ]
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
      .filter(({ arn }) => !input.OnlyAttached || attachmentCount(world, arn) > 0)
      // Nothing here has a permissions boundary.
      .filter(() => input.PolicyUsageFilter !== 'PermissionsBoundary');
    const { items, rest } = iamPage(kept, input);
    return { Policies: items.map((policy) => policyView(world, policy, false)), ...rest };
  }),
  DeletePolicy: operation<DeletePolicyRequest, Record<string, never>>(DeletePolicy$, (input, { world }) => {
    const policy = ownPolicyOf(world, input.PolicyArn ?? '');
    if (attachmentCount(world, policy.arn) > 0) {
      throw new ServiceError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    }
    if (policy.versions.size > 1) {
      throw new ServiceError(
        'DeleteConflict',
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        409,
      );
    }
    iam(world).policies.delete(policy.arn);
    return {};
  }),
  CreatePolicyVersion: operation<CreatePolicyVersionRequest, CreatePolicyVersionResponse>(
    CreatePolicyVersion$,
    (input, { world }) => {
      const policy = ownPolicyOf(world, input.PolicyArn ?? '');
      const document = checkDocument(input.PolicyDocument);
      if (policy.versions.size >= mostVersions) {
        throw new ServiceError(
          'LimitExceeded',
          'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
          409,
        );
      }
      policy.versionCount += 1;
      const id = `v${policy.versionCount}`;
      policy.versions.set(id, { document, createdAt: world.now });
      policy.updatedAt = world.now;
      if (input.SetAsDefault) policy.defaultVersion = id;
      return { PolicyVersion: versionView(policy, id, false) };
    },
  ),
  DeletePolicyVersion: operation<DeletePolicyVersionRequest, Record<string, never>>(
    DeletePolicyVersion$,
    (input, { world }) => {
      const policy = ownPolicyOf(world, input.PolicyArn ?? '');
      const { VersionId, IsDefaultVersion } = versionView(policy, input.VersionId ?? '', false);
      if (IsDefaultVersion) {
        throw new ServiceError('DeleteConflict', 'Cannot delete the default version of a policy.', 409);
      }
      policy.versions.delete(VersionId);
      policy.updatedAt = world.now;
      return {};
    },
  ),
  SetDefaultPolicyVersion: operation<SetDefaultPolicyVersionRequest, Record<string, never>>(
    SetDefaultPolicyVersion$,
    (input, { world }) => {
      const policy = ownPolicyOf(world, input.PolicyArn ?? '');
      policy.defaultVersion = versionView(policy, input.VersionId ?? '', false).VersionId;
      policy.updatedAt = world.now;
      return {};
    },
  ),
  ListPolicyVersions: operation<ListPolicyVersionsRequest, ListPolicyVersionsResponse>(
    ListPolicyVersions$,
    (input, { world }) => {
      const policy = policyOf(world, input.PolicyArn ?? '');
      const { items, rest } = iamPage([...policy.versions.keys()].reverse(), input);
      return { Versions: items.map((id) => versionView(policy, id, false)), ...rest };
    },
  ),
  ListEntitiesForPolicy: operation<ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse>(
    ListEntitiesForPolicy$,
    (input, { world }) => {
      const policy = policyOf(world, input.PolicyArn ?? '');
      const asked = (kind: EntityType) => input.EntityFilter === undefined || input.EntityFilter === kind;
      const roles = asked('Role') ? rolesWith(world, policy.arn) : [];
      const kept = roles.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, rest } = iamPage(kept, input);
      const user = onlyUser(world);
      const has = asked('User') && policy.arn === administratorAccess && !input.Marker;
      return {
        PolicyGroups: [],
        PolicyUsers: has ? [{ UserName: user.UserName, UserId: user.UserId }] : [],
        PolicyRoles: items.map(({ id, name }) => ({ RoleName: name, RoleId: id })),
        ...rest,
      };
    },
  ),
  TagPolicy: operation<TagPolicyRequest, Record<string, never>>(TagPolicy$, (input, { world }) => {
    const { tags } = ownPolicyOf(world, input.PolicyArn ?? '');
    for (const [key, value] of tagsFrom(input.Tags)) tags.set(key, value);
    return {};
  }),
  UntagPolicy: operation<UntagPolicyRequest, Record<string, never>>(UntagPolicy$, (input, { world }) => {
    const { tags } = ownPolicyOf(world, input.PolicyArn ?? '');
    for (const key of input.TagKeys ?? []) tags.delete(key);
    return {};
  }),
  ListPolicyTags: operation<ListPolicyTagsRequest, ListPolicyTagsResponse>(ListPolicyTags$, (input, { world }) => {
    const { items, rest } = iamPage(tagList(policyOf(world, input.PolicyArn ?? '').tags), input);
    return { Tags: items, ...rest };
  }),
};
