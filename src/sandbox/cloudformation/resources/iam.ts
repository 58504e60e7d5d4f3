import type {
  AttachRolePolicyRequest,
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse,
  CreateRoleRequest,
  CreateRoleResponse,
  ListAttachedRolePoliciesResponse,
  ListRolePoliciesResponse,
  PutRolePolicyRequest,
} from '@aws-sdk/client-iam';
import { sameValue, type ValueMap } from '../value.ts';
import {
  maps,
  optionalNumber,
  optionalText,
  type ResourceContext,
  type ResourceType,
  tags,
  text,
  texts,
  unlessGone,
} from './resource-type.ts';

// IAM is a global service with one name space, so names that CloudFormation makes are kept short.
const nameLength = 64;

function putPolicy(context: ResourceContext, roleName: string, policy: ValueMap): void {
  context.aws<PutRolePolicyRequest, unknown>('iam', 'PutRolePolicy', {
    RoleName: roleName,
    PolicyName: text(policy.PolicyName),
    PolicyDocument: JSON.stringify(policy.PolicyDocument),
  });
}

function attach(context: ResourceContext, roleName: string, policyArn: string): void {
  context.aws<AttachRolePolicyRequest, unknown>('iam', 'AttachRolePolicy', {
    RoleName: roleName,
    PolicyArn: policyArn,
  });
}

/** AWS::IAM::Role: the physical id is its name. */
const role: ResourceType = {
  properties: {
    AssumeRolePolicyDocument: 'in-place',
    Description: 'in-place',
    ManagedPolicyArns: 'in-place',
    MaxSessionDuration: 'in-place',
    Path: 'replace',
    PermissionsBoundary: 'in-place',
    Policies: 'in-place',
    RoleName: 'replace',
    Tags: 'in-place',
  },
  required: ['AssumeRolePolicyDocument'],
  attributes: ['Arn', 'RoleId'],
  create: (properties, context) => {
    const name = optionalText(properties.RoleName) ?? context.generatedName(nameLength);
    const { Role } = context.aws<CreateRoleRequest, CreateRoleResponse>('iam', 'CreateRole', {
      RoleName: name,
      Path: optionalText(properties.Path) ?? '/',
      Description: optionalText(properties.Description),
      MaxSessionDuration: optionalNumber(properties.MaxSessionDuration),
      AssumeRolePolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
      Tags: tags(properties.Tags, context),
    });
    for (const policy of maps(properties.Policies)) putPolicy(context, name, policy);
    for (const arn of texts(properties.ManagedPolicyArns)) attach(context, name, arn);
    return { physicalId: name, attributes: { Arn: Role?.Arn, RoleId: Role?.RoleId } };
  },
  update: (physicalId, properties, previous, context) => {
    const { aws } = context;
    if (!sameValue(properties.AssumeRolePolicyDocument, previous.AssumeRolePolicyDocument)) {
      aws('iam', 'UpdateAssumeRolePolicy', {
        RoleName: physicalId,
        PolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
      });
    }
    const policies = maps(properties.Policies);
    for (const policy of policies) putPolicy(context, physicalId, policy);
    for (const { PolicyName } of maps(previous.Policies)) {
      if (policies.some((policy) => policy.PolicyName === PolicyName)) continue;
      unlessGone(() => aws('iam', 'DeleteRolePolicy', { RoleName: physicalId, PolicyName: text(PolicyName) }));
    }
    const managed = texts(properties.ManagedPolicyArns);
    for (const arn of managed) attach(context, physicalId, arn);
    for (const arn of texts(previous.ManagedPolicyArns)) {
      if (managed.includes(arn)) continue;
      unlessGone(() => aws('iam', 'DetachRolePolicy', { RoleName: physicalId, PolicyArn: arn }));
    }
    return { physicalId };
  },
  remove: (physicalId, _properties, { aws }) => {
    unlessGone(() => {
      // All that is on it, not only what the template put there: IAM deletes no role that has policies.
      const inline = aws<object, ListRolePoliciesResponse>('iam', 'ListRolePolicies', { RoleName: physicalId });
      for (const PolicyName of inline.PolicyNames ?? [])
        aws('iam', 'DeleteRolePolicy', { RoleName: physicalId, PolicyName });
      const managed = aws<object, ListAttachedRolePoliciesResponse>('iam', 'ListAttachedRolePolicies', {
        RoleName: physicalId,
      });
      for (const { PolicyArn } of managed.AttachedPolicies ?? []) {
        aws('iam', 'DetachRolePolicy', { RoleName: physicalId, PolicyArn });
      }
      aws('iam', 'DeleteRole', { RoleName: physicalId });
    });
    return undefined;
  },
};

/** AWS::IAM::InstanceProfile: the physical id is its name. */
const instanceProfile: ResourceType = {
  properties: { InstanceProfileName: 'replace', Path: 'replace', Roles: 'in-place' },
  required: ['Roles'],
  attributes: ['Arn'],
  create: (properties, context) => {
    const name = optionalText(properties.InstanceProfileName) ?? context.generatedName(128);
    const { InstanceProfile } = context.aws<CreateInstanceProfileRequest, CreateInstanceProfileResponse>(
      'iam',
      'CreateInstanceProfile',
      { InstanceProfileName: name, Path: optionalText(properties.Path) ?? '/' },
    );
    for (const RoleName of texts(properties.Roles)) {
      context.aws('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: name, RoleName });
    }
    return { physicalId: name, attributes: { Arn: InstanceProfile?.Arn } };
  },
  update: (physicalId, properties, previous, { aws }) => {
    for (const RoleName of texts(previous.Roles)) {
      unlessGone(() => aws('iam', 'RemoveRoleFromInstanceProfile', { InstanceProfileName: physicalId, RoleName }));
    }
    for (const RoleName of texts(properties.Roles)) {
      aws('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: physicalId, RoleName });
    }
    return { physicalId };
  },
  remove: (physicalId, properties, { aws }) => {
    for (const RoleName of texts(properties.Roles)) {
      unlessGone(() => aws('iam', 'RemoveRoleFromInstanceProfile', { InstanceProfileName: physicalId, RoleName }));
    }
    unlessGone(() => aws('iam', 'DeleteInstanceProfile', { InstanceProfileName: physicalId }));
    return undefined;
  },
};

/** AWS::IAM::Policy: an inline policy of roles, on its own. */
const policy: ResourceType = {
  properties: { PolicyDocument: 'in-place', PolicyName: 'replace', Roles: 'in-place' },
  required: ['PolicyDocument', 'PolicyName'],
  attributes: ['Id'],
  create: (properties, context) => {
    for (const name of texts(properties.Roles)) putPolicy(context, name, properties);
    const id = context.generatedName(nameLength);
    return { physicalId: id, attributes: { Id: id } };
  },
  update: (physicalId, properties, previous, context) => {
    const roles = texts(properties.Roles);
    for (const name of roles) putPolicy(context, name, properties);
    for (const RoleName of texts(previous.Roles).filter((name) => !roles.includes(name))) {
      unlessGone(() => context.aws('iam', 'DeleteRolePolicy', { RoleName, PolicyName: text(previous.PolicyName) }));
    }
    return { physicalId };
  },
  remove: (_physicalId, properties, { aws }) => {
    for (const RoleName of texts(properties.Roles)) {
      unlessGone(() => aws('iam', 'DeleteRolePolicy', { RoleName, PolicyName: text(properties.PolicyName) }));
    }
    return undefined;
  },
};

export const iamTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::InstanceProfile': instanceProfile,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
};
