import type {
  GetInstanceProfileResponse,
  GetRolePolicyResponse,
  GetRoleResponse,
  ListAttachedRolePoliciesResponse,
  ListRolePoliciesResponse,
} from '@aws-sdk/client-iam';
import { tags } from '../resources/resource-type.ts';
import type { Value } from '../value.ts';
import { found, type LiveType, ownTags, values } from './live-type.ts';

/** A policy document as a template holds it; IAM answers it percent-encoded. */
function document(encoded: string | undefined): Value {
  return values(JSON.parse(decodeURIComponent(encoded ?? '{}')));
}

const role: LiveType = {
  read: (RoleName, expected, context) => {
    const live = found(() => context.aws<object, GetRoleResponse>('iam', 'GetRole', { RoleName }))?.Role;
    if (!live) return undefined;
    const inline = context.aws<object, ListRolePoliciesResponse>('iam', 'ListRolePolicies', { RoleName });
    const managed = context.aws<object, ListAttachedRolePoliciesResponse>('iam', 'ListAttachedRolePolicies', {
      RoleName,
    });
    return {
      AssumeRolePolicyDocument: document(live.AssumeRolePolicyDocument),
      Description: live.Description,
      ManagedPolicyArns: (managed.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn),
      MaxSessionDuration: live.MaxSessionDuration,
      Path: live.Path,
      Policies: (inline.PolicyNames ?? []).map((PolicyName) => {
        const policy = context.aws<object, GetRolePolicyResponse>('iam', 'GetRolePolicy', { RoleName, PolicyName });
        return { PolicyName, PolicyDocument: document(policy.PolicyDocument) };
      }),
      RoleName: live.RoleName,
      Tags: ownTags(expected.Tags, live.Tags, context),
    };
  },
  tag: (RoleName, properties, removed, context) => {
    const Tags = tags(properties.Tags, context);
    if (Tags.length > 0) context.aws('iam', 'TagRole', { RoleName, Tags });
    if (removed.length > 0) context.aws('iam', 'UntagRole', { RoleName, TagKeys: removed });
  },
};

const instanceProfile: LiveType = {
  read: (InstanceProfileName, _expected, context) => {
    const live = found(() =>
      context.aws<object, GetInstanceProfileResponse>('iam', 'GetInstanceProfile', { InstanceProfileName }),
    )?.InstanceProfile;
    if (!live) return undefined;
    return {
      InstanceProfileName: live.InstanceProfileName,
      Path: live.Path,
      Roles: (live.Roles ?? []).map(({ RoleName }) => RoleName),
    };
  },
};

export const iamLive: Readonly<Record<string, LiveType>> = {
  'AWS::IAM::InstanceProfile': instanceProfile,
  'AWS::IAM::Role': role,
};
