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
import { type Instance, type InstanceState, instanceOf, instances, isInstanceId } from '../world/ec2.ts';
import { checkLaunch } from '../world/ec2-launch.ts';
import {
  rebootInstance,
  runInstances,
  startInstance,
  stopInstance,
  terminateInstance,
  wrongState,
} from '../world/ec2-lifecycle.ts';
import { networks, subnetOf } from '../world/ec2-network.ts';
import { launchSpecFrom, launchTemplateOf, launchTemplateVersion } from '../world/launch-templates.ts';
import { ServiceError } from '../world/service-error.ts';
import { perWorld, type World } from '../world/world.ts';
import { byIds, filtered } from './ec2-filters.ts';
import { instanceFields, statusFields } from './ec2-instance-filters.ts';
import { reservations, stateView, statusView } from './ec2-instance-view.ts';
import { ec2Page, wouldHaveSucceeded } from './ec2-operation.ts';
import { type Operation, operation } from './operation.ts';

function refuseIdsWithPages(input: { InstanceIds?: string[] | undefined; MaxResults?: number | undefined }): void {
  if (input.MaxResults !== undefined && (input.InstanceIds?.length ?? 0) > 0) {
    throw new ServiceError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
}

/** The instances of the ids, all of them without ids; EC2 names every id that nobody has. */
function instancesNamed(world: World, ids: readonly string[] | undefined): Instance[] {
  requireAll(world, ids);
  return byIds(instances(world).values(), ids, (id) => instanceOf(world, id));
}

function requireAll(world: World, ids: readonly string[] | undefined): void {
  const missing = [...new Set(ids ?? [])].filter((id) => isInstanceId(id) && !instances(world).has(id));
  if (missing.length > 1 && ids?.every(isInstanceId)) {
    throw new ServiceError('InvalidInstanceID.NotFound', `The instance IDs '${missing.join(', ')}' do not exist`);
  }
}

/** Client tokens and what they made: a launch asked for twice happens once. */
const launchesByToken = perWorld(() => new Map<string, string[]>());

/** Where a launch goes that names no subnet: a default one, of the zone that it names. */
function defaultSubnet(world: World, zone: string | undefined): string {
  if (zone !== undefined && !world.settings.zones.includes(zone)) {
    throw new ServiceError('InvalidParameterValue', `Invalid availability zone: [${zone}]`);
  }
  const subnet = [...networks(world).subnets.values()].find(
    (one) => one.isDefault && (zone === undefined || one.zone === zone),
  );
  if (!subnet) throw new ServiceError('MissingInput', 'No subnets found for the default VPC. Please specify a subnet.');
  return subnet.id;
}

function run(input: RunInstancesRequest, world: World): Reservation {
  const done = input.ClientToken === undefined ? undefined : launchesByToken(world).get(input.ClientToken);
  if (done && !input.DryRun) return justLaunched(world, done);
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
  const subnetId =
    spec.subnetId || defaultSubnet(world, (input.Placement ?? version?.data.Placement)?.AvailabilityZone);
  if (input.DryRun) {
    checkLaunch(world, spec);
    subnetOf(world, subnetId);
    throw wouldHaveSucceeded();
  }
  const launched = runInstances(world, {
    ...spec,
    subnetId,
    tags,
    count: max,
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
  });
  const ids = launched.map(({ id }) => id);
  if (input.ClientToken !== undefined) launchesByToken(world).set(input.ClientToken, ids);
  return justLaunched(world, ids);
}

/** A launch as RunInstances answers it: public addresses and disks only come to the instances in a moment. */
function justLaunched(world: World, ids: readonly string[]): Reservation {
  const launched = ids.map((id) => instanceOf(world, id));
  const [reservation = {}] = reservations(
    world,
    launched.map((instance) => ({ ...instance, publicIp: undefined, volumeIds: [] })),
  );
  return reservation;
}

/** Changes several instances, or none when one of the ids is wrong. */
function changeEach(
  world: World,
  ids: readonly string[] | undefined,
  change: (id: string) => { previous: InstanceState; current: InstanceState },
): InstanceStateChange[] {
  const wanted = [...new Set(ids ?? [])];
  requireAll(world, wanted);
  for (const id of wanted) instanceOf(world, id);
  return wanted.map((id) => {
    const { previous, current } = change(id);
    return { InstanceId: id, PreviousState: stateView(previous), CurrentState: stateView(current) };
  });
}

function notPermitted(id: string, deed: string, attribute: string): ServiceError {
  return new ServiceError(
    'OperationNotPermitted',
    `The instance '${id}' may not be ${deed}. Modify its '${attribute}' instance attribute and try again.`,
  );
}

/** Refuses before anything is changed when one of the instances is in none of the states. */
function requireStates(
  world: World,
  ids: readonly string[] | undefined,
  states: readonly string[],
  verb: string,
): void {
  requireAll(world, ids);
  for (const id of ids ?? []) {
    const instance = instanceOf(world, id);
    if (states.includes(instance.state.name)) continue;
    throw wrongState(instance, verb);
  }
}

/** Instances: run, describe, end, stop, start, reboot. */
export const instanceOperations: Record<string, Operation> = {
  RunInstances: operation<RunInstancesRequest, Reservation>(RunInstances$, (input, { world }) => run(input, world)),

  DescribeInstances: operation<DescribeInstancesRequest, DescribeInstancesResult>(
    DescribeInstances$,
    (input, { world }) => {
      refuseIdsWithPages(input);
      const asked = instancesNamed(world, input.InstanceIds);
      const { items, rest } = ec2Page(filtered(asked, input.Filters, instanceFields(world)), input);
      return {
        Reservations: reservations(world, items),
        ...rest,
      };
    },
  ),

  DescribeInstanceStatus: operation<DescribeInstanceStatusRequest, DescribeInstanceStatusResult>(
    DescribeInstanceStatus$,
    (input, { world }) => {
      refuseIdsWithPages(input);
      const asked = instancesNamed(world, input.InstanceIds);
      const told = input.IncludeAllInstances ? asked : asked.filter(({ state }) => state.name === 'running');
      const { items, rest } = ec2Page(filtered(told, input.Filters, statusFields), input);
      return {
        InstanceStatuses: items.map(statusView),
        ...rest,
      };
    },
  ),

  TerminateInstances: operation<TerminateInstancesRequest, TerminateInstancesResult>(
    TerminateInstances$,
    (input, { world }) => {
      requireAll(world, input.InstanceIds);
      const held = input.InstanceIds?.map((id) => instanceOf(world, id)).find(
        ({ protection, state }) => protection.termination && state.name !== 'terminated',
      );
      if (held) throw notPermitted(held.id, 'terminated', 'disableApiTermination');
      return { TerminatingInstances: changeEach(world, input.InstanceIds, (id) => terminateInstance(world, id)) };
    },
  ),

  StopInstances: operation<StopInstancesRequest, StopInstancesResult>(StopInstances$, (input, { world }) => {
    requireStates(world, input.InstanceIds, ['running', 'stopping', 'stopped'], 'stopped');
    const held = input.InstanceIds?.find((id) => instanceOf(world, id).protection.stop);
    if (held !== undefined) throw notPermitted(held, 'stopped', 'disableApiStop');
    return { StoppingInstances: changeEach(world, input.InstanceIds, (id) => stopInstance(world, id)) };
  }),

  StartInstances: operation<StartInstancesRequest, StartInstancesResult>(StartInstances$, (input, { world }) => {
    requireStates(world, input.InstanceIds, ['pending', 'running', 'stopped'], 'started');
    return { StartingInstances: changeEach(world, input.InstanceIds, (id) => startInstance(world, id)) };
  }),

  RebootInstances: operation<RebootInstancesRequest, Record<string, never>>(RebootInstances$, (input, { world }) => {
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
