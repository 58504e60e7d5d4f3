import {
  AddRoleToInstanceProfile$,
  type AddRoleToInstanceProfileRequest,
  CreateInstanceProfile$,
  type CreateInstanceProfileRequest,
  type CreateInstanceProfileResponse,
  DeleteInstanceProfile$,
  type DeleteInstanceProfileRequest,
  GetInstanceProfile$,
  type GetInstanceProfileRequest,
  type GetInstanceProfileResponse,
  ListInstanceProfiles$,
  ListInstanceProfilesForRole$,
  type ListInstanceProfilesForRoleRequest,
  type ListInstanceProfilesForRoleResponse,
  type ListInstanceProfilesRequest,
  type ListInstanceProfilesResponse,
  ListInstanceProfileTags$,
  type ListInstanceProfileTagsRequest,
  type ListInstanceProfileTagsResponse,
  RemoveRoleFromInstanceProfile$,
  type RemoveRoleFromInstanceProfileRequest,
  TagInstanceProfile$,
  type TagInstanceProfileRequest,
  UntagInstanceProfile$,
  type UntagInstanceProfileRequest,
} from '@aws-sdk/client-iam';
import { type InstanceProfile, iam, iamId, instanceProfileOf, roleOf } from '../world/iam.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList, tagsFrom } from '../world/tags.ts';
import { iamPage } from './iam-page.ts';
import { profileView } from './iam-views.ts';
import { type Operation, operation } from './operation.ts';

/** Instance profiles: what lets an EC2 instance have a role. */
export const profileOperations: Record<string, Operation> = {
  CreateInstanceProfile: operation<CreateInstanceProfileRequest, CreateInstanceProfileResponse>(
    CreateInstanceProfile$,
    (input, { world }) => {
      const name = input.InstanceProfileName ?? '';
      if (iam(world).profiles.has(name)) {
        throw new ServiceError('EntityAlreadyExists', `Instance Profile ${name} already exists.`, 409);
      }
      const path = input.Path ?? '/';
      const profile: InstanceProfile = {
        id: iamId(world, 'AIPA'),
        name,
        path,
        arn: world.arn('iam', `instance-profile${path}${name}`, ''),
        createdAt: world.now,
        tags: tagsFrom(input.Tags),
      };
      iam(world).profiles.set(name, profile);
      return { InstanceProfile: profileView(world, profile) };
    },
  ),

  GetInstanceProfile: operation<GetInstanceProfileRequest, GetInstanceProfileResponse>(
    GetInstanceProfile$,
    (input, { world }) => ({
      InstanceProfile: profileView(world, instanceProfileOf(world, input.InstanceProfileName ?? '')),
    }),
  ),

  DeleteInstanceProfile: operation<DeleteInstanceProfileRequest, Record<string, never>>(
    DeleteInstanceProfile$,
    (input, { world }) => {
      const profile = instanceProfileOf(world, input.InstanceProfileName ?? '');
      if (profile.roleName !== undefined) {
        throw new ServiceError(
          'DeleteConflict',
          'Cannot delete entity, must remove roles from instance profile first.',
          409,
        );
      }
      iam(world).profiles.delete(profile.name);
      return {};
    },
  ),

  AddRoleToInstanceProfile: operation<AddRoleToInstanceProfileRequest, Record<string, never>>(
    AddRoleToInstanceProfile$,
    (input, { world }) => {
      const profile = instanceProfileOf(world, input.InstanceProfileName ?? '');
      const role = roleOf(world, input.RoleName ?? '');
      if (profile.roleName !== undefined) {
        throw new ServiceError('LimitExceeded', 'Cannot exceed quota for RolesPerInstanceProfile: 1', 409);
      }
      profile.roleName = role.name;
      return {};
    },
  ),

  RemoveRoleFromInstanceProfile: operation<RemoveRoleFromInstanceProfileRequest, Record<string, never>>(
    RemoveRoleFromInstanceProfile$,
    (input, { world }) => {
      const profile = instanceProfileOf(world, input.InstanceProfileName ?? '');
      if (profile.roleName === undefined || profile.roleName !== input.RoleName) {
        throw new ServiceError(
          'NoSuchEntity',
          `Role ${input.RoleName} is not in Instance Profile ${profile.name}.`,
          404,
        );
      }
      delete profile.roleName;
      return {};
    },
  ),

  ListInstanceProfiles: operation<ListInstanceProfilesRequest, ListInstanceProfilesResponse>(
    ListInstanceProfiles$,
    (input, { world }) => {
      const kept = [...iam(world).profiles.values()].filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, rest } = iamPage(kept, input);
      return { InstanceProfiles: items.map((profile) => profileView(world, profile)), ...rest };
    },
  ),

  ListInstanceProfilesForRole: operation<ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse>(
    ListInstanceProfilesForRole$,
    (input, { world }) => {
      const role = roleOf(world, input.RoleName ?? '');
      const kept = [...iam(world).profiles.values()].filter(({ roleName }) => roleName === role.name);
      const { items, rest } = iamPage(kept, input);
      return { InstanceProfiles: items.map((profile) => profileView(world, profile)), ...rest };
    },
  ),

  TagInstanceProfile: operation<TagInstanceProfileRequest, Record<string, never>>(
    TagInstanceProfile$,
    (input, { world }) => {
      const { tags } = instanceProfileOf(world, input.InstanceProfileName ?? '');
      for (const [key, value] of tagsFrom(input.Tags)) tags.set(key, value);
      return {};
    },
  ),

  UntagInstanceProfile: operation<UntagInstanceProfileRequest, Record<string, never>>(
    UntagInstanceProfile$,
    (input, { world }) => {
      const { tags } = instanceProfileOf(world, input.InstanceProfileName ?? '');
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
  ),

  ListInstanceProfileTags: operation<ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse>(
    ListInstanceProfileTags$,
    (input, { world }) => {
      const profile = instanceProfileOf(world, input.InstanceProfileName ?? '');
      const { items, rest } = iamPage(tagList(profile.tags), input);
      return { Tags: items, ...rest };
    },
  ),
};
