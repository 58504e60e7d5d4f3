import { readFileSync } from 'node:fs';
import type {
  DescribeChangeSetOutput,
  DescribeStackEventsOutput,
  DescribeStacksOutput,
  ListStackResourcesOutput,
  StackEvent,
} from '@aws-sdk/client-cloudformation';
import type { DescribeInstancesResult, DescribeSubnetsResult, DescribeVpcsResult } from '@aws-sdk/client-ec2';
import type { DescribeEndPointStateOutput } from '@aws-sdk/client-elastic-load-balancing';
import type { ListHostedZonesResponse } from '@aws-sdk/client-route-53';
import type { GetParameterResult } from '@aws-sdk/client-ssm';
import { expect } from 'vitest';
import { invoke, type Service } from '../../../src/sandbox/operations/operation.ts';
import { createRegion } from '../../../src/sandbox/region.ts';
import { services } from '../../../src/sandbox/services.ts';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';
import { defaultSettings } from '../../../src/sandbox/world/settings.ts';
import { line } from './fakes.ts';

/** The stack's template. */
export const template = readFileSync(new URL('../../../cfn/farm.yaml', import.meta.url), 'utf8');

/** A region with nothing in it, and the values that an operator would give the template there. */
export function region(seed = 5) {
  const world = createRegion({
    seed,
    startMs: Date.UTC(2026, 0, 1),
    settings: { ...defaultSettings, load: { ...defaultSettings.load, buildsPerHour: 0 } },
  });
  const caller = { accessKeyId: 'SANDBOX000000000000', arn: 'arn:aws:iam::123456789012:user/test' };
  const ask = <O>(signingName: string, operation: string, input: object): O => {
    const service = services.find((one): one is Service => one.signingName === signingName);
    if (!service) throw new Error(`no service ${signingName}`);
    return invoke<object, O>(service, operation, input, { world, caller });
  };
  const vpc = ask<DescribeVpcsResult>('ec2', 'DescribeVpcs', {}).Vpcs?.[0]?.VpcId ?? '';
  const subnets = (ask<DescribeSubnetsResult>('ec2', 'DescribeSubnets', {}).Subnets ?? []).map(
    ({ SubnetId }) => SubnetId,
  );
  const ami =
    ask<GetParameterResult>('ssm', 'GetParameter', {
      Name: '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
    }).Parameter?.Value ?? '';
  const repository = ask<{ imageDetails?: { imageDigest?: string }[] }>('ecr', 'DescribeImages', {
    repositoryName: 'jdci-master',
  });
  const values: Record<string, string> = {
    VpcId: vpc,
    LoadBalancerSubnets: subnets.join(','),
    HostSubnets: subnets.join(','),
    OperatorCidr: '203.0.113.7/32',
    MasterAccessCidr: '172.31.0.0/16',
    HostAmi: ami,
    AgentAmi: ami,
    ImageUri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@${repository.imageDetails?.[0]?.imageDigest}`,
  };
  const cfn = <O>(operation: string, input: object) => ask<O>('cloudformation', operation, input);
  const stack = (name = 'jdci') => cfn<DescribeStacksOutput>('DescribeStacks', { StackName: name }).Stacks?.[0];
  const settle = () => {
    world.advanceUntil(() => !/IN_PROGRESS$/.test(stack()?.StackStatus ?? 'IN_PROGRESS'), 4 * 3600_000);
    return stack()?.StackStatus;
  };
  const resources = () =>
    new Map(
      (cfn<ListStackResourcesOutput>('ListStackResources', { StackName: 'jdci' }).StackResourceSummaries ?? []).map(
        (resource) => [resource.LogicalResourceId ?? '', resource.PhysicalResourceId ?? ''],
      ),
    );
  const events = (name = 'jdci') => {
    const all: StackEvent[] = [];
    let NextToken: string | undefined;
    do {
      const answer = cfn<DescribeStackEventsOutput>('DescribeStackEvents', { StackName: name, NextToken });
      all.push(...(answer.StackEvents ?? []));
      NextToken = answer.NextToken;
    } while (NextToken);
    return all.reverse();
  };
  const change = (type: 'CREATE' | 'UPDATE', more: Record<string, string> = {}) => {
    const name = `c-${world.hex(8)}`;
    cfn('CreateChangeSet', {
      StackName: 'jdci',
      ChangeSetName: name,
      ChangeSetType: type,
      TemplateBody: template,
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: Object.entries({ ...values, ...more }).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    });
    world.advance(10_000);
    const shown = cfn<DescribeChangeSetOutput>('DescribeChangeSet', { StackName: 'jdci', ChangeSetName: name });
    return { shown, execute: () => cfn('ExecuteChangeSet', { StackName: 'jdci', ChangeSetName: name }) };
  };
  const health = () =>
    ask<DescribeEndPointStateOutput>('elasticloadbalancing', 'DescribeInstanceHealth', {
      LoadBalancerName: resources().get('LoadBalancer'),
    }).InstanceStates ?? [];
  return { world, ask, cfn, values, stack, settle, resources, events, change, health };
}

/** A region in which the farm is complete; its masters may still boot. */
export function provisioned(more: Record<string, string> = {}) {
  const t = region();
  t.change('CREATE', more).execute();
  const status = t.settle();
  const failure = t.events().find(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
  expect(status, failure ? line(failure) : '').toBe('CREATE_COMPLETE');
  return t;
}

/** How a service words a refusal. */
export function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return error.message;
    throw error;
  }
  return 'not refused';
}

/** Hosts that are up or on their way. */
export function hostIds(t: ReturnType<typeof region>): string[] {
  const answer = t.ask<DescribeInstancesResult>('ec2', 'DescribeInstances', {
    Filters: [
      { Name: 'tag:jdci:role', Values: ['host'] },
      { Name: 'instance-state-name', Values: ['pending', 'running'] },
    ],
  });
  return (answer.Reservations ?? []).flatMap(({ Instances }) =>
    (Instances ?? []).map(({ InstanceId }) => InstanceId ?? ''),
  );
}

/** The hosted zone that every region of the sandbox has, without the prefix that no template wants. */
export function hostedZone(t: ReturnType<typeof region>): string {
  const { HostedZones } = t.ask<ListHostedZonesResponse>('route53', 'ListHostedZones', {});
  return HostedZones?.[0]?.Id?.replace('/hostedzone/', '') ?? '';
}
