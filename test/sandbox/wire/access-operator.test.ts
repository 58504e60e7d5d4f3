import { describe, expect, it } from 'vitest';
import { authorisation } from '../../../src/sandbox/wire/access.ts';
import { demands } from '../../../src/sandbox/wire/access-demands.ts';
import { failure, freshRegion } from '../world/fresh-region.ts';

/** What an operator's less usual commands demand of his policies. */
describe('the demands of', () => {
  const here = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:123456789012:${rest}`;
  const host = here('ecs', 'container-instance/jdci/abc');

  it.each([
    ['ecs', 'PutAttributes', { cluster: 'jdci', attributes: [{ name: 'a', targetId: host }] }, host],
    ['ecs', 'UpdateContainerAgent', { cluster: 'jdci', containerInstance: 'abc' }, host],
    ['ecs', 'DeregisterContainerInstance', { cluster: 'jdci', containerInstance: 'abc' }, here('ecs', 'cluster/jdci')],
    ['ecs', 'ListAttributes', { cluster: 'jdci' }, here('ecs', 'cluster/jdci')],
    ['ecs', 'ExecuteCommand', { cluster: 'jdci', task: 'abc' }, here('ecs', 'task/jdci/abc')],
    ['ecs', 'UpdateTaskProtection', { cluster: 'jdci', tasks: ['abc'] }, here('ecs', 'task/jdci/abc')],
    ['ecs', 'StartTask', { cluster: 'jdci', taskDefinition: 'app:1' }, here('ecs', 'task-definition/app:1')],
    ['ecs', 'DeleteTaskDefinitions', { taskDefinitions: ['app:1'] }, here('ecs', 'task-definition/app:1')],
    ['ecs', 'ListServiceDeployments', { cluster: 'jdci', service: 'a' }, here('ecs', 'service/jdci/a')],
    ['ecs', 'StopServiceDeployment', { serviceDeploymentArn: 'arn:x' }, 'arn:x'],
    ['ecs', 'ListAccountSettings', {}, '*'],
    ['ecs', 'DescribeServiceRevisions', {}, '*'],
    ['ecs', 'DescribeClusters', {}, here('ecs', 'cluster/default')],
    ['ecs', 'CreateCluster', { clusterName: 'x' }, here('ecs', 'cluster/x')],
    ['logs', 'StartQuery', { logGroupNames: ['farm'] }, here('logs', 'log-group:farm:log-stream:')],
    ['ecr', 'TagResource', { resourceArn: here('ecr', 'repository/x') }, here('ecr', 'repository/x')],
  ])('%s %s', (service, operation, input, resource) => {
    const [demand] = demands(freshRegion(), service, operation, input);
    expect(demand?.action).toBe(`${service}:${operation}`);
    expect(demand?.targets.map((target) => target.resource)).toEqual([resource]);
  });
});

/** What denials that AWS was seen to give call the resource. */
describe('a denial', () => {
  const here = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:123456789012:${rest}`;
  const iam = (rest: string) => `arn:aws:iam::123456789012:${rest}`;

  it.each([
    ['secretsmanager', 'ListSecrets', {}, ''],
    ['secretsmanager', 'GetSecretValue', { SecretId: 'x' }, here('secretsmanager', 'secret:x')],
    ['ssm', 'DescribeParameters', {}, here('ssm', '*')],
    ['ssm', 'DescribeInstanceInformation', {}, here('ssm', '*')],
    ['cloudformation', 'ListStacks', {}, here('cloudformation', 'stack/*/*')],
    ['cloudformation', 'DescribeStacks', {}, here('cloudformation', 'stack/*/*')],
    ['cloudformation', 'DescribeStacks', { StackName: 'x' }, here('cloudformation', 'stack/x/*')],
    ['cloudformation', 'ValidateTemplate', {}, ''],
    ['autoscaling', 'DescribeAutoScalingGroups', {}, ''],
    ['route53', 'ListHostedZones', {}, ''],
    ['ecr', 'DescribeRepositories', {}, here('ecr', 'repository/*')],
    ['ecs', 'ListClusters', {}, '*'],
    ['ecs', 'CreateCluster', { clusterName: 'x' }, here('ecs', 'cluster/x')],
    ['iam', 'ListRoles', {}, iam('role/')],
    ['iam', 'ListRoles', { PathPrefix: '/a/' }, iam('role/a/')],
    ['iam', 'ListInstanceProfiles', {}, iam('instance-profile/')],
    ['iam', 'ListPolicies', {}, 'policy path /'],
    ['iam', 'CreateRole', { RoleName: 'x' }, iam('role/x')],
    ['iam', 'GetRole', { RoleName: 'x' }, 'role x'],
    ['iam', 'AttachRolePolicy', { RoleName: 'x', PolicyArn: iam('policy/p') }, 'role x'],
    ['iam', 'CreateInstanceProfile', { InstanceProfileName: 'x' }, iam('instance-profile/x')],
    ['iam', 'GetInstanceProfile', { InstanceProfileName: 'x' }, 'instance profile x'],
    ['iam', 'CreatePolicy', { PolicyName: 'x' }, 'policy x'],
    ['iam', 'GetPolicy', { PolicyArn: iam('policy/p') }, `policy ${iam('policy/p')}`],
    ['iam', 'GetUser', { UserName: 'x' }, 'user x'],
  ])('of %s:%s %j', (service, operation, input, called) => {
    const authorise = authorisation(freshRegion(), { accessKeyId: 'x', arn: 'arn:x', policies: [] });
    const { message } = failure(() => authorise?.(service, operation, input));
    const action = `${service}:${operation}`;
    const named = called === '' ? '' : ` on resource: ${called}`;
    expect(message).toBe(
      `User: arn:x is not authorized to perform: ${action}${named} because no identity-based policy allows the ${action} action`,
    );
  });
});
