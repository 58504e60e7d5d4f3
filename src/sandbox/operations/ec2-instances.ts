import {
  DescribeInstanceStatus$,
  type DescribeInstanceStatusRequest,
  type DescribeInstanceStatusResult,
  DescribeInstances$,
  type DescribeInstancesRequest,
  type DescribeInstancesResult,
  DescribeSpotInstanceRequests$,
  type DescribeSpotInstanceRequestsRequest,
  type DescribeSpotInstanceRequestsResult,
  GetConsoleOutput$,
  type GetConsoleOutputRequest,
  type GetConsoleOutputResult,
  type InstanceStateChange,
  RebootInstances$,
  type RebootInstancesRequest,
  type Reservation,
  RunInstances$,
  type RunInstancesRequest,
  StartInstances$,
  type StartInstancesRequest,
  type StartInstancesResult,
  StopInstances$,
  type StopInstancesRequest,
  type StopInstancesResult,
  TerminateInstances$,
  type TerminateInstancesRequest,
  type TerminateInstancesResult,
} from '@aws-sdk/client-ec2';
import {
  type Instance,
  type InstanceState,
  instanceOf,
  instances,
  privateDnsName,
  rebootInstance,
  runInstances,
  startInstance,
  stopInstance,
  terminateInstance,
} from '../world/ec2.ts';
import { networks } from '../world/ec2-network.ts';
import { launchSpecFrom, launchTemplateOf, launchTemplateVersion } from '../world/launch-templates.ts';
import { ServiceError } from '../world/service-error.ts';
import { perWorld, type World } from '../world/world.ts';
import { byIds, type FilterFields, filtered } from './ec2-filters.ts';
import { publicDnsName, reservations, stateView, statusView } from './ec2-instance-view.ts';
import { ec2Change, ec2Page } from './ec2-operation.ts';
import { type Operation, operation } from './operation.ts';

function instanceFields(world: World): FilterFields<Instance> {
  return (instance, name) => {
    switch (name) {
      case 'instance-id':
        return [instance.id];
      case 'instance-state-name':
        return [instance.state.name];
      case 'instance-state-code':
        return [String(instance.state.code)];
      case 'instance-type':
        return [instance.type];
      case 'image-id':
        return [instance.imageId];
      case 'architecture':
        return [instance.architecture];
      case 'availability-zone':
        return [instance.zone];
      case 'vpc-id':
      case 'network-interface.vpc-id':
        return [instance.vpcId];
      case 'subnet-id':
      case 'network-interface.subnet-id':
        return [instance.subnetId];
      case 'private-ip-address':
      case 'network-interface.addresses.private-ip-address':
        return [instance.privateIp];
      case 'ip-address':
        return [instance.publicIp];
      case 'private-dns-name':
        return [privateDnsName(world, instance.privateIp)];
      case 'dns-name':
        return [instance.publicIp === undefined ? undefined : publicDnsName(world, instance.publicIp)];
      case 'key-name':
        return [instance.keyName];
      case 'iam-instance-profile.arn':
        return [instance.iamInstanceProfileArn];
      case 'reservation-id':
        return [instance.reservationId];
      case 'owner-id':
        return [world.settings.account];
      case 'instance.group-id':
      case 'group-id':
        return instance.securityGroupIds;
      case 'launch-time':
        return [new Date(instance.launchedAt).toISOString()];
      case 'state-reason-code':
        return [instance.stateReason?.code];
      case 'root-device-name':
        return [instance.rootDeviceName];
      case 'instance-lifecycle':
        // Only Spot and scheduled instances have one.
        return [];
      case 'tenancy':
        return ['default'];
      default:
        return undefined;
    }
  };
}

const statusFields: FilterFields<Instance> = (instance, name) => {
  switch (name) {
    case 'availability-zone':
      return [instance.zone];
    case 'instance-state-name':
      return [instance.state.name];
    case 'instance-state-code':
      return [String(instance.state.code)];
    case 'instance-status.status':
      return [statusView(instance).InstanceStatus?.Status];
    case 'system-status.status':
      return [statusView(instance).SystemStatus?.Status];
    default:
      return undefined;
  }
};

function refuseIdsWithPages(input: { InstanceIds?: string[] | undefined; MaxResults?: number | undefined }): void {
  if (input.MaxResults !== undefined && (input.InstanceIds?.length ?? 0) > 0) {
    throw new ServiceError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
}

/** Client tokens and what they made: a launch asked for twice happens once. */
const launchesByToken = perWorld(() => new Map<string, string[]>());

function defaultSubnet(world: World): string {
  const subnet = [...networks(world).subnets.values()].find(({ isDefault }) => isDefault);
  if (!subnet) throw new ServiceError('MissingInput', 'No subnets found for the default VPC. Please specify a subnet.');
  return subnet.id;
}

function run(input: RunInstancesRequest, world: World): Reservation {
  const done = input.ClientToken === undefined ? undefined : launchesByToken(world).get(input.ClientToken);
  if (done)
    return (
      reservations(
        world,
        done.map((id) => instanceOf(world, id)),
      )[0] ?? {}
    );
  const named = input.LaunchTemplate;
  const template = named
    ? launchTemplateOf(world, { id: named.LaunchTemplateId, name: named.LaunchTemplateName })
    : undefined;
  const version = template ? launchTemplateVersion(template, named?.Version) : undefined;
  const [min, max] = [input.MinCount ?? 1, input.MaxCount ?? 1];
  if (min < 1 || max < min) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Value (${min}) for parameter minCount is invalid. Must be at least 1.`,
    );
  }
  const spec = launchSpecFrom(world, input, version?.data);
  const tags = new Map(spec.tags);
  if (template && version) {
    tags.set('aws:ec2launchtemplate:id', template.id);
    tags.set('aws:ec2launchtemplate:version', String(version.number));
  }
  const launched = runInstances(world, { ...spec, subnetId: spec.subnetId || defaultSubnet(world), tags, count: max });
  if (input.ClientToken !== undefined)
    launchesByToken(world).set(
      input.ClientToken,
      launched.map(({ id }) => id),
    );
  return reservations(world, launched)[0] ?? {};
}

/** Changes several instances, or none when one of the ids is wrong. */
function changeEach(
  world: World,
  ids: readonly string[] | undefined,
  change: (id: string) => { previous: InstanceState; current: InstanceState },
): InstanceStateChange[] {
  const wanted = [...new Set(ids ?? [])];
  for (const id of wanted) instanceOf(world, id);
  return wanted.map((id) => {
    const { previous, current } = change(id);
    return { InstanceId: id, PreviousState: stateView(previous), CurrentState: stateView(current) };
  });
}

/** Refuses before anything is changed when one of the instances is in none of the states. */
function requireStates(
  world: World,
  ids: readonly string[] | undefined,
  states: readonly string[],
  verb: string,
): void {
  for (const id of ids ?? []) {
    if (states.includes(instanceOf(world, id).state.name)) continue;
    throw new ServiceError(
      'IncorrectInstanceState',
      `The instance '${id}' is not in a state from which it can be ${verb}.`,
    );
  }
}

/** Instances: run, describe, end, stop, start, reboot. */
export const instanceOperations: Record<string, Operation> = {
  RunInstances: ec2Change<RunInstancesRequest, Reservation>(RunInstances$, (input, { world }) => run(input, world)),

  DescribeInstances: operation<DescribeInstancesRequest, DescribeInstancesResult>(
    DescribeInstances$,
    (input, { world }) => {
      refuseIdsWithPages(input);
      const asked = byIds(instances(world).values(), input.InstanceIds, (id) => instanceOf(world, id));
      const { items, nextToken } = ec2Page(filtered(asked, input.Filters, instanceFields(world)), input);
      return {
        Reservations: reservations(world, items),
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
      };
    },
  ),

  DescribeInstanceStatus: operation<DescribeInstanceStatusRequest, DescribeInstanceStatusResult>(
    DescribeInstanceStatus$,
    (input, { world }) => {
      refuseIdsWithPages(input);
      const asked = byIds(instances(world).values(), input.InstanceIds, (id) => instanceOf(world, id));
      const told = input.IncludeAllInstances ? asked : asked.filter(({ state }) => state.name === 'running');
      const { items, nextToken } = ec2Page(filtered(told, input.Filters, statusFields), input);
      return {
        InstanceStatuses: items.map(statusView),
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
      };
    },
  ),

  TerminateInstances: ec2Change<TerminateInstancesRequest, TerminateInstancesResult>(
    TerminateInstances$,
    (input, { world }) => ({
      TerminatingInstances: changeEach(world, input.InstanceIds, (id) => terminateInstance(world, id)),
    }),
  ),

  StopInstances: ec2Change<StopInstancesRequest, StopInstancesResult>(StopInstances$, (input, { world }) => {
    requireStates(world, input.InstanceIds, ['running', 'stopping', 'stopped'], 'stopped');
    return { StoppingInstances: changeEach(world, input.InstanceIds, (id) => stopInstance(world, id)) };
  }),

  StartInstances: ec2Change<StartInstancesRequest, StartInstancesResult>(StartInstances$, (input, { world }) => {
    requireStates(world, input.InstanceIds, ['pending', 'running', 'stopped'], 'started');
    return { StartingInstances: changeEach(world, input.InstanceIds, (id) => startInstance(world, id)) };
  }),

  RebootInstances: ec2Change<RebootInstancesRequest, Record<string, never>>(RebootInstances$, (input, { world }) => {
    requireStates(world, input.InstanceIds, ['running'], 'rebooted');
    for (const id of new Set(input.InstanceIds ?? [])) rebootInstance(world, id);
    return {};
  }),

  GetConsoleOutput: operation<GetConsoleOutputRequest, GetConsoleOutputResult>(
    GetConsoleOutput$,
    (input, { world }) => {
      const instance = instanceOf(world, input.InstanceId ?? '');
      return {
        InstanceId: instance.id,
        // EC2 keeps the last 64 KiB.
        Output: Buffer.from(instance.console.join('\n')).subarray(-65_536).toString('base64'),
        Timestamp: new Date(instance.bootedAt ?? instance.launchedAt),
      };
    },
  ),

  // Nothing in the simulated region is launched as Spot, so no request for it was ever made.
  DescribeSpotInstanceRequests: operation<DescribeSpotInstanceRequestsRequest, DescribeSpotInstanceRequestsResult>(
    DescribeSpotInstanceRequests$,
    (input) => {
      const [id] = input.SpotInstanceRequestIds ?? [];
      if (id === undefined) return { SpotInstanceRequests: [] };
      throw new ServiceError(
        'InvalidSpotInstanceRequestID.NotFound',
        `The spot instance request ID '${id}' does not exist`,
      );
    },
  ),
};
