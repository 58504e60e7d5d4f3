import { findStack, stacks } from '../cloudformation/stack.ts';
import { autoScaling, type Group } from '../world/auto-scaling.ts';
import { logGroups } from '../world/cloudwatch-logs.ts';
import { loadBalancers } from '../world/elastic-load-balancing-state.ts';
import { iam } from '../world/iam.ts';
import { secrets } from '../world/secrets-manager.ts';
import { parameters } from '../world/ssm.ts';
import type { World } from '../world/world.ts';
import { runDemands, templateIn } from './access-ec2.ts';
import {
  type Demand,
  everything,
  type Fields,
  passRole,
  recordsOf,
  type Target,
  tagsOf,
  textOf,
  textsOf,
} from './demand.ts';

/** What a request to a service other than EC2 and ECS demands of its caller's policies. */
export function otherDemands(world: World, service: string, operation: string, input: Fields): readonly Demand[] {
  const touched = touches[service]?.(world, operation, input) ?? [];
  const demanded: Demand = {
    action: `${service}:${operation}`,
    targets: touched.length > 0 ? touched : everything,
  };
  return [demanded, ...further(world, service, operation, input)];
}

/** What else a request demands: the roles it hands over, the launches it will make. */
function further(world: World, service: string, operation: string, input: Fields): readonly Demand[] {
  switch (`${service}:${operation}`) {
    case 'autoscaling:CreateAutoScalingGroup':
    case 'autoscaling:UpdateAutoScalingGroup': {
      const named = templateIn(world, input.LaunchTemplate);
      const [SubnetId] = (textOf(input, 'VPCZoneIdentifier') ?? '').split(',');
      return named ? runDemands(world, { SubnetId }, named) : [];
    }
    case 'secretsmanager:BatchGetSecretValue':
      return textsOf(input, 'SecretIdList').map((SecretId) => ({
        action: 'secretsmanager:GetSecretValue',
        targets: touches.secretsmanager?.(world, 'GetSecretValue', { SecretId }) ?? everything,
      }));
    case 'iam:AddRoleToInstanceProfile':
      return [passRole(roleArn(world, textOf(input, 'RoleName') ?? '*'), 'ec2')];
    default: {
      const role = textOf(input, 'RoleARN');
      return service === 'cloudformation' && role !== undefined ? [passRole(role, 'cloudformation')] : [];
    }
  }
}

type Touched = readonly Target[];

const touches: Readonly<Record<string, (world: World, operation: string, input: Fields) => Touched>> = {
  autoscaling: (world, operation, input) => {
    if (operation.startsWith('Describe')) return [];
    const requestTags = tagsOf(input.Tags);
    const names = new Set([
      ...textsOf(input, 'AutoScalingGroupName'),
      ...recordsOf(input, 'Tags').flatMap((tag) => textsOf(tag, 'ResourceId')),
    ]);
    const groups = [...names].map((name) => groupTarget(world, name));
    const owner = textOf(input, 'InstanceId');
    const of = [...autoScaling(world).groups.values()].find((group) => owner && group.members.has(owner));
    return [...groups, ...(of ? [groupTarget(world, of.name)] : [])].map((target) => ({ ...target, requestTags }));
  },

  elasticloadbalancing: (world, operation, input) => {
    if (operation.startsWith('Describe')) return [];
    const requestTags = tagsOf(input.Tags);
    return [...textsOf(input, 'LoadBalancerName'), ...textsOf(input, 'LoadBalancerNames')].map((name) => ({
      resource: world.arn('elasticloadbalancing', `loadbalancer/${name}`),
      tags: loadBalancers(world).get(name)?.tags,
      requestTags,
    }));
  },

  cloudformation: (world, operation, input) => {
    const requestTags = tagsOf(input.Tags);
    const changeSet = textOf(input, 'ChangeSetName');
    const name = textOf(input, 'StackName') ?? stackOfChangeSet(world, changeSet);
    if (name === undefined) {
      // Recorded of both: what lists all stacks is judged on a stack of any name.
      const all = operation === 'ListStacks' || operation === 'DescribeStacks';
      return all ? [{ resource: world.arn('cloudformation', 'stack/*/*') }] : [];
    }
    const stack = findStack(world, name);
    const resource = stack?.id ?? (name.startsWith('arn:') ? name : world.arn('cloudformation', `stack/${name}/*`));
    return [
      { resource, tags: tagsOf(stack?.source?.tags), requestTags, keys: { 'cloudformation:ChangeSetName': changeSet } },
    ];
  },

  secretsmanager: (world, operation, input) => {
    if (operation === 'CreateSecret') {
      const resource = world.arn('secretsmanager', `secret:${textOf(input, 'Name')}`);
      return [{ resource, requestTags: tagsOf(input.Tags) }];
    }
    return textsOf(input, 'SecretId').map((id) => {
      const secret = [...secrets(world).values()].find((one) => one.arn === id || one.name === id);
      return {
        resource: secret?.arn ?? (id.startsWith('arn:') ? id : world.arn('secretsmanager', `secret:${id}`)),
        tags: secret?.tags,
        requestTags: tagsOf(input.Tags),
        keys: { 'secretsmanager:VersionStage': textOf(input, 'VersionStage') },
      };
    });
  },

  ssm: (world, operation, input) => {
    const tagged = textOf(input, 'ResourceType') === 'Parameter' ? textsOf(input, 'ResourceId') : [];
    const named = [...textsOf(input, 'Name'), ...textsOf(input, 'Names'), ...textsOf(input, 'Path'), ...tagged];
    // Recorded of both: what is about all of an account is judged on this.
    if (operation === 'DescribeInstanceInformation' || operation === 'DescribeParameters') {
      return [{ resource: world.arn('ssm', '*') }];
    }
    return named.map((name) => ({
      resource: name.startsWith('arn:') ? name : parameterArn(world, name.replace(/:[^:/]+$/, '')),
      tags: parameters(world).get(name)?.tags,
      requestTags: tagsOf(input.Tags),
    }));
  },

  logs: (world, operation, input) => {
    const stream = textOf(input, 'logStreamName') ?? '';
    const named = ['logGroupName', 'logGroupIdentifier', 'logGroupNames', 'logGroupIdentifiers'].flatMap((member) =>
      textsOf(input, member),
    );
    const of = operation === 'DescribeLogGroups' ? [''] : named;
    const tagged = textOf(input, 'resourceArn');
    if (tagged !== undefined) return [{ resource: tagged, requestTags: tagsOf(input.tags) }];
    return of.map((name) => ({
      resource: name.startsWith('arn:') ? name : world.arn('logs', `log-group:${name}:log-stream:${stream}`),
      tags: logGroups(world).get(name)?.tags,
      requestTags: tagsOf(input.tags),
    }));
  },

  // IAM's denials call what exists by its kind and name, and what is to be made or listed by an ARN.
  iam: (world, operation, input) => {
    const path = textOf(input, 'PathPrefix') ?? '/';
    if (operation === 'ListRoles') return [{ resource: world.arn('iam', `role${path}`, '') }];
    if (operation === 'ListInstanceProfiles') return [{ resource: world.arn('iam', `instance-profile${path}`, '') }];
    if (operation === 'ListPolicies') return [{ resource: '*', called: `policy path ${path}` }];
    const named = (kind: string, name: string | undefined) =>
      operation === 'CreateRole' || operation === 'CreateInstanceProfile' ? {} : { called: `${kind} ${name}` };
    const profile = textOf(input, 'InstanceProfileName');
    if (profile !== undefined) {
      const known = iam(world).profiles.get(profile);
      const resource = known?.arn ?? world.arn('iam', `instance-profile${textOf(input, 'Path') ?? '/'}${profile}`, '');
      const called = named('instance profile', profile);
      return [{ resource, ...called, tags: known?.tags, requestTags: tagsOf(input.Tags) }];
    }
    const policy = textOf(input, 'PolicyArn');
    if (policy !== undefined && textOf(input, 'RoleName') === undefined) {
      const { tags } = iam(world).policies.get(policy) ?? {};
      return [{ resource: policy, ...named('policy', policy), tags, requestTags: tagsOf(input.Tags) }];
    }
    const user = textOf(input, 'UserName');
    if (user !== undefined) return [{ resource: world.arn('iam', `user/${user}`, ''), ...named('user', user) }];
    const source = textOf(input, 'PolicySourceArn');
    if (source !== undefined) return [{ resource: source }];
    if (operation === 'CreatePolicy') {
      const name = textOf(input, 'PolicyName');
      const resource = world.arn('iam', `policy${textOf(input, 'Path') ?? '/'}${name}`, '');
      return [{ resource, ...named('policy', name), requestTags: tagsOf(input.Tags) }];
    }
    return textsOf(input, 'RoleName').map((name) => ({
      resource: roleArn(world, name, textOf(input, 'Path')),
      ...named('role', name),
      tags: iam(world).roles.get(name)?.tags,
      requestTags: tagsOf(input.Tags),
      keys: { 'iam:PolicyARN': textOf(input, 'PolicyArn') },
    }));
  },

  route53: (_world, operation, input) => {
    // Route 53 is global and its zones have ids of their own: their ARNs name neither region nor account.
    const kind = operation === 'GetChange' ? 'change' : 'hostedzone';
    const zones = textsOf(input, 'HostedZoneId');
    const tagged = textOf(input, 'ResourceType') === 'hostedzone' ? textsOf(input, 'ResourceId') : [];
    const named = [...zones, ...tagged];
    const ids = named.length > 0 || operation.startsWith('List') ? named : textsOf(input, 'Id');
    return ids.map((id) => ({ resource: `arn:aws:route53:::${kind}/${id.replace(/^\/?(hostedzone|change)\//, '')}` }));
  },

  ecr: (world, operation, input) => {
    const named = [...textsOf(input, 'repositoryName'), ...textsOf(input, 'repositoryNames')];
    const resources = [
      ...named.map((name) => world.arn('ecr', `repository/${name}`)),
      ...textsOf(input, 'resourceArn'),
    ];
    if (operation === 'DescribeRepositories' && resources.length === 0)
      resources.push(world.arn('ecr', 'repository/*'));
    return resources.map((resource) => ({ resource, requestTags: tagsOf(input.tags) }));
  },
};

function groupTarget(world: World, name: string): Target {
  const group = autoScaling(world).groups.get(name);
  return {
    resource: group?.arn ?? world.arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${name}`),
    tags: group && groupTags(group),
  };
}

function groupTags(group: Group): ReadonlyMap<string, string> {
  return new Map([...group.tags].map(([key, { value }]) => [key, value]));
}

function stackOfChangeSet(world: World, changeSet: string | undefined): string | undefined {
  if (changeSet === undefined) return undefined;
  return [...stacks(world).values()].find((stack) => [...stack.changeSets.values()].some(({ id }) => id === changeSet))
    ?.id;
}

function roleArn(world: World, name: string, path = '/'): string {
  return iam(world).roles.get(name)?.arn ?? world.arn('iam', `role${path}${name}`, '');
}

/** AWS's public parameters belong to no account. */
function parameterArn(world: World, name: string): string {
  const { region, account } = world.settings;
  return `arn:aws:ssm:${region}:${name.startsWith('/aws/') ? '' : account}:parameter/${name.replace(/^\//, '')}`;
}
