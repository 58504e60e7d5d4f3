import {
  AttachRolePolicy$,
  type AttachRolePolicyRequest,
  CreateRole$,
  type CreateRoleRequest,
  type CreateRoleResponse,
  DeleteRole$,
  DeleteRolePolicy$,
  type DeleteRolePolicyRequest,
  type DeleteRoleRequest,
  DetachRolePolicy$,
  type DetachRolePolicyRequest,
  GetRole$,
  GetRolePolicy$,
  type GetRolePolicyRequest,
  type GetRolePolicyResponse,
  type GetRoleRequest,
  type GetRoleResponse,
  ListAttachedRolePolicies$,
  type ListAttachedRolePoliciesRequest,
  type ListAttachedRolePoliciesResponse,
  ListRolePolicies$,
  type ListRolePoliciesRequest,
  type ListRolePoliciesResponse,
  ListRoles$,
  type ListRolesRequest,
  type ListRolesResponse,
  ListRoleTags$,
  type ListRoleTagsRequest,
  type ListRoleTagsResponse,
  PutRolePolicy$,
  type PutRolePolicyRequest,
  TagRole$,
  type TagRoleRequest,
  UntagRole$,
  type UntagRoleRequest,
  UpdateAssumeRolePolicy$,
  type UpdateAssumeRolePolicyRequest,
  UpdateRole$,
  type UpdateRoleRequest,
} from '@aws-sdk/client-iam';
import { nameIn } from '../world/arn.ts';
import { iamId, type Role, roleOf, iam as state } from '../world/iam.ts';
import { findPolicy } from '../world/iam-policies.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList, tagsFrom } from '../world/tags.ts';
import { accountOperations } from './iam-account.ts';
import { iamPage } from './iam-page.ts';
import { policyOperations } from './iam-policies.ts';
import { profileOperations } from './iam-profiles.ts';
import { serviceLinkedRoleOperations } from './iam-service-linked-roles.ts';
import { simulationOperations } from './iam-simulation.ts';
import { checkDocument, encodedDocument, roleView } from './iam-views.ts';
import { operation, type Service } from './operation.ts';

function noSuchPolicy(what: string): ServiceError {
  return new ServiceError('NoSuchEntity', what, 404);
}

function inlinePolicy(role: Role, name: string): string {
  const document = role.inline.get(name);
  if (document === undefined) throw noSuchPolicy(`The role policy with name ${name} cannot be found.`);
  return document;
}

/** AWS Identity and Access Management, as far as roles and instance profiles go. */
export const iam: Service = {
  signingName: 'iam',
  operations: {
    ...profileOperations,
    ...policyOperations,
    ...accountOperations,
    ...simulationOperations,
    ...serviceLinkedRoleOperations,

    CreateRole: operation<CreateRoleRequest, CreateRoleResponse>(CreateRole$, (input, { world }) => {
      const name = input.RoleName ?? '';
      if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
        throw new ServiceError(
          'ValidationError',
          'The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
        );
      }
      if (state(world).roles.has(name)) {
        throw new ServiceError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
      }
      const path = input.Path ?? '/';
      const role: Role = {
        id: iamId(world, 'AROA'),
        name,
        path,
        arn: world.arn('iam', `role${path}${name}`, ''),
        trustPolicy: checkDocument(input.AssumeRolePolicyDocument),
        ...(input.Description === undefined ? {} : { description: input.Description }),
        maxSessionSeconds: input.MaxSessionDuration ?? 3600,
        createdAt: world.now,
        inline: new Map(),
        attached: [],
        tags: tagsFrom(input.Tags),
      };
      state(world).roles.set(name, role);
      return { Role: roleView(role) };
    }),

    GetRole: operation<GetRoleRequest, GetRoleResponse>(GetRole$, (input, { world }) => ({
      Role: roleView(roleOf(world, input.RoleName ?? '')),
    })),

    ListRoles: operation<ListRolesRequest, ListRolesResponse>(ListRoles$, (input, { world }) => {
      const kept = [...state(world).roles.values()].filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, rest } = iamPage(kept, input);
      return { Roles: items.map((role) => roleView(role, false)), ...rest };
    }),

    DeleteRole: operation<DeleteRoleRequest, Record<string, never>>(DeleteRole$, (input, { world }) => {
      const role = roleOf(world, input.RoleName ?? '');
      const conflict = (first: string) =>
        new ServiceError('DeleteConflict', `Cannot delete entity, must ${first} first.`, 409);
      if (role.attached.length > 0) throw conflict('detach all policies');
      if (role.inline.size > 0) throw conflict('delete policies');
      if ([...state(world).profiles.values()].some(({ roleName }) => roleName === role.name)) {
        throw conflict('remove roles from instance profile');
      }
      state(world).roles.delete(role.name);
      return {};
    }),

    UpdateAssumeRolePolicy: operation<UpdateAssumeRolePolicyRequest, Record<string, never>>(
      UpdateAssumeRolePolicy$,
      (input, { world }) => {
        roleOf(world, input.RoleName ?? '').trustPolicy = checkDocument(input.PolicyDocument);
        return {};
      },
    ),

    PutRolePolicy: operation<PutRolePolicyRequest, Record<string, never>>(PutRolePolicy$, (input, { world }) => {
      const role = roleOf(world, input.RoleName ?? '');
      role.inline.set(input.PolicyName ?? '', checkDocument(input.PolicyDocument));
      return {};
    }),

    GetRolePolicy: operation<GetRolePolicyRequest, GetRolePolicyResponse>(GetRolePolicy$, (input, { world }) => {
      const role = roleOf(world, input.RoleName ?? '');
      const name = input.PolicyName ?? '';
      return { RoleName: role.name, PolicyName: name, PolicyDocument: encodedDocument(inlinePolicy(role, name)) };
    }),

    DeleteRolePolicy: operation<DeleteRolePolicyRequest, Record<string, never>>(
      DeleteRolePolicy$,
      (input, { world }) => {
        const role = roleOf(world, input.RoleName ?? '');
        inlinePolicy(role, input.PolicyName ?? '');
        role.inline.delete(input.PolicyName ?? '');
        return {};
      },
    ),

    ListRolePolicies: operation<ListRolePoliciesRequest, ListRolePoliciesResponse>(
      ListRolePolicies$,
      (input, { world }) => {
        const { items, rest } = iamPage([...roleOf(world, input.RoleName ?? '').inline.keys()], input);
        return { PolicyNames: items, ...rest };
      },
    ),

    AttachRolePolicy: operation<AttachRolePolicyRequest, Record<string, never>>(
      AttachRolePolicy$,
      (input, { world }) => {
        const role = roleOf(world, input.RoleName ?? '');
        const arn = input.PolicyArn ?? '';
        // Of AWS's own policies not all are known here; those that are not are taken as they come.
        if (!findPolicy(world, arn) && !/^arn:aws:iam::aws:policy\/[\w+=,.@/-]+$/.test(arn)) {
          throw noSuchPolicy(`Policy ${arn} does not exist or is not attachable.`);
        }
        if (role.attached.includes(arn)) return {};
        if (role.attached.length >= 10) {
          throw new ServiceError('LimitExceeded', 'Cannot exceed quota for PoliciesPerRole: 10', 409);
        }
        role.attached.push(arn);
        return {};
      },
    ),

    DetachRolePolicy: operation<DetachRolePolicyRequest, Record<string, never>>(
      DetachRolePolicy$,
      (input, { world }) => {
        const role = roleOf(world, input.RoleName ?? '');
        const index = role.attached.indexOf(input.PolicyArn ?? '');
        if (index < 0) throw noSuchPolicy(`Policy ${input.PolicyArn} was not found.`);
        role.attached.splice(index, 1);
        return {};
      },
    ),

    ListAttachedRolePolicies: operation<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse>(
      ListAttachedRolePolicies$,
      (input, { world }) => {
        const { items, rest } = iamPage(roleOf(world, input.RoleName ?? '').attached, input);
        return {
          AttachedPolicies: items.map((arn) => ({ PolicyName: nameIn(arn), PolicyArn: arn })),
          ...rest,
        };
      },
    ),

    UpdateRole: operation<UpdateRoleRequest, Record<string, never>>(UpdateRole$, (input, { world }) => {
      const role = roleOf(world, input.RoleName ?? '');
      if (input.Description !== undefined) role.description = input.Description;
      if (input.MaxSessionDuration !== undefined) role.maxSessionSeconds = input.MaxSessionDuration;
      return {};
    }),

    TagRole: operation<TagRoleRequest, Record<string, never>>(TagRole$, (input, { world }) => {
      const role = roleOf(world, input.RoleName ?? '');
      for (const [key, value] of tagsFrom(input.Tags)) role.tags.set(key, value);
      return {};
    }),

    UntagRole: operation<UntagRoleRequest, Record<string, never>>(UntagRole$, (input, { world }) => {
      const role = roleOf(world, input.RoleName ?? '');
      for (const key of input.TagKeys ?? []) role.tags.delete(key);
      return {};
    }),

    ListRoleTags: operation<ListRoleTagsRequest, ListRoleTagsResponse>(ListRoleTags$, (input, { world }) => {
      const { items, rest } = iamPage(tagList(roleOf(world, input.RoleName ?? '').tags), input);
      return { Tags: items, ...rest };
    }),
  },
};
