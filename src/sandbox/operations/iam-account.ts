import {
  GetAccountSummary$,
  type GetAccountSummaryResponse,
  GetUser$,
  type GetUserRequest,
  type GetUserResponse,
  ListAccessKeys$,
  type ListAccessKeysRequest,
  type ListAccessKeysResponse,
  ListAccountAliases$,
  type ListAccountAliasesRequest,
  type ListAccountAliasesResponse,
  ListAttachedUserPolicies$,
  type ListAttachedUserPoliciesRequest,
  type ListAttachedUserPoliciesResponse,
  ListGroups$,
  ListGroupsForUser$,
  type ListGroupsForUserRequest,
  type ListGroupsForUserResponse,
  type ListGroupsRequest,
  type ListGroupsResponse,
  ListMFADevices$,
  type ListMFADevicesRequest,
  type ListMFADevicesResponse,
  ListServerCertificates$,
  type ListServerCertificatesRequest,
  type ListServerCertificatesResponse,
  ListUserPolicies$,
  type ListUserPoliciesRequest,
  type ListUserPoliciesResponse,
  ListUsers$,
  type ListUsersRequest,
  type ListUsersResponse,
  type SummaryKeyType,
  type User,
} from '@aws-sdk/client-iam';
import { nameIn } from '../world/arn.ts';
import { iam } from '../world/iam.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { iamPage } from './iam-page.ts';
import { type Call, type Operation, operation } from './operation.ts';

/** The account's only user: whom the sandbox's credentials belong to, and who may do everything. */
const userName = 'sandbox';
export const administratorAccess = 'arn:aws:iam::aws:policy/AdministratorAccess';
const created = new Date(Date.UTC(2026, 0, 1));

export function onlyUser(world: World): User {
  return {
    Path: '/',
    UserName: userName,
    UserId: 'AIDASANDBOX000000000A',
    Arn: world.arn('iam', `user/${userName}`, ''),
    CreateDate: created,
  };
}

/** The user a request is about: named, or the caller. */
function userOf({ world, caller }: Call, asked: string | undefined): User {
  const name = asked ?? nameIn(caller.arn);
  if (asked === undefined && !caller.arn.includes(':user/')) {
    throw new ServiceError('ValidationError', 'Must specify userName when calling with non-User credentials');
  }
  if (name !== userName) {
    throw new ServiceError('NoSuchEntity', `The user with name ${name} cannot be found.`, 404);
  }
  return onlyUser(world);
}

/** Quotas of a new account (IAM User Guide, IAM and STS quotas). */
const quotas = {
  AssumeRolePolicySizeQuota: 2048,
  AccessKeysPerUserQuota: 2,
  AttachedPoliciesPerGroupQuota: 10,
  AttachedPoliciesPerRoleQuota: 10,
  AttachedPoliciesPerUserQuota: 10,
  GroupPolicySizeQuota: 5120,
  GroupsPerUserQuota: 10,
  GroupsQuota: 300,
  InstanceProfilesQuota: 1000,
  PoliciesQuota: 1500,
  PolicySizeQuota: 6144,
  PolicyVersionsInUseQuota: 10_000,
  RolePolicySizeQuota: 10_240,
  RolesQuota: 1000,
  ServerCertificatesQuota: 20,
  SigningCertificatesPerUserQuota: 2,
  UserPolicySizeQuota: 2048,
  UsersQuota: 5000,
  VersionsPerPolicyQuota: 5,
} satisfies Partial<Record<SummaryKeyType, number>>;

/** What there is in the account beside roles, profiles and policies: one user, and empty lists. */
export const accountOperations: Readonly<Record<string, Operation>> = {
  GetAccountSummary: operation<Record<string, never>, GetAccountSummaryResponse>(
    GetAccountSummary$,
    (_input, { world }) => {
      const { roles, profiles, policies } = iam(world);
      const inUse = [...roles.values()].reduce((sum, { attached }) => sum + attached.length, 0);
      return {
        SummaryMap: {
          ...quotas,
          AccountAccessKeysPresent: 0,
          AccountMFAEnabled: 0,
          AccountSigningCertificatesPresent: 0,
          GlobalEndpointTokenVersion: 1,
          Groups: 0,
          InstanceProfiles: profiles.size,
          MFADevices: 0,
          MFADevicesInUse: 0,
          Policies: policies.size,
          PolicyVersionsInUse: inUse,
          Providers: 0,
          Roles: roles.size,
          ServerCertificates: 0,
          Users: 1,
        },
      };
    },
  ),
  ListAccountAliases: operation<ListAccountAliasesRequest, ListAccountAliasesResponse>(ListAccountAliases$, () => ({
    AccountAliases: [],
    IsTruncated: false,
  })),
  ListUsers: operation<ListUsersRequest, ListUsersResponse>(ListUsers$, (input, { world }) => {
    const { items, rest } = iamPage('/'.startsWith(input.PathPrefix ?? '/') ? [onlyUser(world)] : [], input);
    return { Users: items, ...rest };
  }),
  GetUser: operation<GetUserRequest, GetUserResponse>(GetUser$, (input, call) => ({
    User: userOf(call, input.UserName),
  })),
  ListAccessKeys: operation<ListAccessKeysRequest, ListAccessKeysResponse>(ListAccessKeys$, (input, call) => {
    const user = userOf(call, input.UserName);
    const { accessKeyId, arn } = call.caller;
    const own = arn === user.Arn ? [accessKeyId] : [];
    return {
      AccessKeyMetadata: own.map((AccessKeyId) => ({
        UserName: user.UserName,
        AccessKeyId,
        Status: 'Active' as const,
        CreateDate: created,
      })),
      IsTruncated: false,
    };
  }),
  ListAttachedUserPolicies: operation<ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse>(
    ListAttachedUserPolicies$,
    (input, call) => {
      userOf(call, input.UserName);
      return {
        AttachedPolicies: [{ PolicyName: 'AdministratorAccess', PolicyArn: administratorAccess }],
        IsTruncated: false,
      };
    },
  ),
  ListUserPolicies: operation<ListUserPoliciesRequest, ListUserPoliciesResponse>(ListUserPolicies$, (input, call) => {
    userOf(call, input.UserName);
    return { PolicyNames: [], IsTruncated: false };
  }),
  ListGroupsForUser: operation<ListGroupsForUserRequest, ListGroupsForUserResponse>(
    ListGroupsForUser$,
    (input, call) => {
      userOf(call, input.UserName);
      return { Groups: [], IsTruncated: false };
    },
  ),
  ListMFADevices: operation<ListMFADevicesRequest, ListMFADevicesResponse>(ListMFADevices$, (input, call) => {
    if (input.UserName !== undefined) userOf(call, input.UserName);
    return { MFADevices: [], IsTruncated: false };
  }),
  ListGroups: operation<ListGroupsRequest, ListGroupsResponse>(ListGroups$, () => ({ Groups: [], IsTruncated: false })),
  ListServerCertificates: operation<ListServerCertificatesRequest, ListServerCertificatesResponse>(
    ListServerCertificates$,
    () => ({ ServerCertificateMetadataList: [], IsTruncated: false }),
  ),
};
