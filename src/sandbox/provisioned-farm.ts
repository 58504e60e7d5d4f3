import type {
  CreateChangeSetInput,
  DescribeChangeSetOutput,
  DescribeStackEventsOutput,
  DescribeStacksOutput,
  ListStackResourcesOutput,
} from '@aws-sdk/client-cloudformation';
import type { DescribeSubnetsResult, DescribeVpcsResult } from '@aws-sdk/client-ec2';
import type { DescribeImagesResponse, DescribeRepositoriesResponse } from '@aws-sdk/client-ecr';
import type { DescribeEndPointStateOutput } from '@aws-sdk/client-elastic-load-balancing';
import type { GetParameterResult } from '@aws-sdk/client-ssm';
import { storedTemplates } from './cloudformation/source.ts';
import { invoke, type Service } from './operations/operation.ts';
import { widerTemplate } from './wider-template.ts';
import { sandboxCredentials } from './wire/callers.ts';
import { ServiceError } from './world/service-error.ts';
import type { World } from './world/world.ts';

/** How much earlier a world with a farm begins: time to provision it, 4 to 15 minutes, and 10 minutes of load. */
export const leadMs = 30 * 60_000;

const loadMs = 10 * 60_000;
const patienceMs = 2 * 3_600_000;
const stack = 'jdci';
const amiParameter = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id';

type Ask = <O>(service: string, operation: string, input: object) => O;

/**
 * Provisions the stack `jdci` from the template as an operator would: through a change set, in the default VPC, with the
 * newest image of the repository; with the setting `largeFarm`, from a wider one. Returns, in world time, once every
 * master has been in service for ten minutes.
 */
export function provisionFarm(world: World, services: readonly Service[], templateBody: string): void {
  const caller = { accessKeyId: sandboxCredentials.accessKeyId, arn: world.arn('iam', 'user/sandbox', '') };
  const ask: Ask = <O>(name: string, operation: string, input: object): O => {
    const service = services.find((one) => one.signingName === name);
    if (!service) throw new Error(`the sandbox has no service ${name}`);
    return invoke<object, O>(service, operation, input, { world, caller });
  };

  const { largeFarm } = world.settings;
  const ChangeSetName = `${stack}-first`;
  const input: CreateChangeSetInput = {
    StackName: stack,
    ChangeSetName,
    ChangeSetType: 'CREATE',
    ...(largeFarm ? storedTemplate(world, widerTemplate(templateBody, largeFarm)) : { TemplateBody: templateBody }),
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Tags: [{ Key: 'jdci:farm', Value: stack }],
    Parameters: Object.entries(discover(ask)).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
  };
  ask('cloudformation', 'CreateChangeSet', input);
  const changeSet = (): DescribeChangeSetOutput =>
    ask('cloudformation', 'DescribeChangeSet', { StackName: stack, ChangeSetName });
  waitUntil(world, 'the change set is made', () => !/PENDING|IN_PROGRESS/.test(changeSet().Status ?? ''));
  if (changeSet().Status !== 'CREATE_COMPLETE') {
    throw new Error(`the sandbox cannot provision the template: ${changeSet().StatusReason ?? 'no reason given'}`);
  }
  ask('cloudformation', 'ExecuteChangeSet', { StackName: stack, ChangeSetName });

  waitUntil(world, 'the stack is complete', () => !/IN_PROGRESS/.test(statusOf(ask)));
  if (statusOf(ask) !== 'CREATE_COMPLETE') {
    throw new Error(`the sandbox cannot provision the template: ${firstFailure(ask)}`);
  }
  const masters = masterCount(ask);
  waitUntil(world, 'every master is in service', () => inService(ask) >= masters);
  // Only now, so that no master gets more of it than the others because it came up first.
  if (largeFarm) world.settings.load.queued = largeFarm.queued;
  world.advance(loadMs);
}

/** Puts a template where CloudFormation reads those that are too large for a request. */
function storedTemplate(world: World, body: string): Pick<CreateChangeSetInput, 'TemplateURL'> {
  const TemplateURL = `https://jdci-templates.s3.${world.settings.region}.amazonaws.com/farm.json`;
  storedTemplates(world).set(TemplateURL, body);
  return { TemplateURL };
}

/** The template's parameters that have no default, as preflight would discover them. */
function discover(ask: Ask): Record<string, string> {
  const byDefault = { Filters: [{ Name: 'is-default', Values: ['true'] }] };
  const vpc = ask<DescribeVpcsResult>('ec2', 'DescribeVpcs', byDefault).Vpcs?.[0];
  const vpcId = vpc?.VpcId ?? '';
  const subnets = ask<DescribeSubnetsResult>('ec2', 'DescribeSubnets', {
    Filters: [{ Name: 'vpc-id', Values: [vpcId] }],
  }).Subnets?.map((subnet) => subnet.SubnetId ?? '');
  const repository = 'jdci-master';
  const uri = ask<DescribeRepositoriesResponse>('ecr', 'DescribeRepositories', { repositoryNames: [repository] })
    .repositories?.[0]?.repositoryUri;
  const images =
    ask<DescribeImagesResponse>('ecr', 'DescribeImages', { repositoryName: repository }).imageDetails ?? [];
  const newest = [...images].sort((a, b) => Number(b.imagePushedAt ?? 0) - Number(a.imagePushedAt ?? 0))[0];
  const ami = ask<GetParameterResult>('ssm', 'GetParameter', { Name: amiParameter }).Parameter?.Value ?? '';
  const list = (subnets ?? []).join(',');
  return {
    VpcId: vpcId,
    LoadBalancerSubnets: list,
    HostSubnets: list,
    // The operator's address as the sandbox's checkip.amazonaws.com gives it.
    OperatorCidr: '203.0.113.7/32',
    MasterAccessCidr: vpc?.CidrBlock ?? '',
    HostAmi: ami,
    AgentAmi: ami,
    ImageUri: `${uri}@${newest?.imageDigest}`,
  };
}

function describe(ask: Ask) {
  return ask<DescribeStacksOutput>('cloudformation', 'DescribeStacks', { StackName: stack }).Stacks?.[0];
}

function statusOf(ask: Ask): string {
  return describe(ask)?.StackStatus ?? '';
}

function masterCount(ask: Ask): number {
  const given = describe(ask)?.Parameters?.find((parameter) => parameter.ParameterKey === 'MasterCount');
  return Number(given?.ParameterValue ?? 2);
}

/** The oldest failure is the cause; what follows it is cancellation and rollback. */
function firstFailure(ask: Ask): string {
  const { StackEvents = [] } = ask<DescribeStackEventsOutput>('cloudformation', 'DescribeStackEvents', {
    StackName: stack,
  });
  const failed = StackEvents.filter((event) => event.ResourceStatus?.endsWith('_FAILED')).at(-1);
  return failed ? `${failed.LogicalResourceId}: ${failed.ResourceStatusReason}` : statusOf(ask);
}

function inService(ask: Ask): number {
  const { StackResourceSummaries = [] } = ask<ListStackResourcesOutput>('cloudformation', 'ListStackResources', {
    StackName: stack,
  });
  const balancer = StackResourceSummaries.find((resource) => resource.LogicalResourceId === 'LoadBalancer');
  const LoadBalancerName = balancer?.PhysicalResourceId;
  if (!LoadBalancerName) return 0;
  const { InstanceStates = [] } = ask<DescribeEndPointStateOutput>('elasticloadbalancing', 'DescribeInstanceHealth', {
    LoadBalancerName,
  });
  return InstanceStates.filter((instance) => instance.State === 'InService').length;
}

/** Lets the world go on, a second at a time, until the condition holds. */
function waitUntil(world: World, what: string, holds: () => boolean): void {
  const limit = world.now + patienceMs;
  while (!holds()) {
    if (world.now >= limit) throw new ServiceError('Timeout', `the sandbox waited two hours in vain until ${what}`);
    world.advance(1000);
  }
}
