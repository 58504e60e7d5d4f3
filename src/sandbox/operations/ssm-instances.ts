import type { DescribeInstanceInformationRequest, InstanceInformation } from '@aws-sdk/client-ssm';
import { roleAllows } from '../wire/role-policies.ts';
import { type Instance, instances, privateDnsName } from '../world/ec2.ts';
import { iam, instanceProfileByArn } from '../world/iam.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';

/** What an instance needs for its agent to register with Systems Manager. */
const registering = 'ssm:UpdateInstanceInformation';
/** The agent of the ECS-optimised image; it says that it lives every five minutes. */
const agentVersion = '3.3.2299.0';
const ping = 5 * 60_000;

/** Instances whose agent has registered: up since their boot, and with a role that lets them. */
export function managedInstances(world: World, input: DescribeInstanceInformationRequest): InstanceInformation[] {
  const filters = [
    ...(input.Filters ?? []).map(({ Key, Values }) => ({ key: Key ?? '', values: Values ?? [] })),
    ...(input.InstanceInformationFilterList ?? []).map(({ key, valueSet }) => ({
      key: key ?? '',
      values: valueSet ?? [],
    })),
  ];
  return [...instances(world).values()]
    .filter((instance) => instance.state.name === 'running' && instance.bootedAt !== undefined)
    .flatMap((instance) => view(world, instance) ?? [])
    .filter((shown) =>
      filters.every(({ key, values }) => values.some((value) => value === filteredBy(world, shown, key))),
    );
}

function view(world: World, instance: Instance): InstanceInformation | undefined {
  const profile = instanceProfileByArn(world, instance.iamInstanceProfileArn ?? '');
  const role = iam(world).roles.get(profile?.roleName ?? '');
  if (!role || instance.bootedAt === undefined || !roleAllows(world, role, registering)) return undefined;
  const since = instance.bootedAt;
  return {
    InstanceId: instance.id,
    PingStatus: 'Online',
    LastPingDateTime: new Date(since + Math.floor((world.now - since) / ping) * ping),
    AgentVersion: agentVersion,
    IsLatestVersion: true,
    PlatformType: 'Linux',
    PlatformName: 'Amazon Linux',
    PlatformVersion: '2023',
    ResourceType: 'EC2Instance',
    IPAddress: instance.privateIp,
    ComputerName: privateDnsName(world, instance.privateIp),
    SourceId: instance.id,
    SourceType: 'AWS::EC2::Instance',
  };
}

function filteredBy(world: World, shown: InstanceInformation, key: string): string | undefined {
  const members: Readonly<Record<string, string | undefined>> = {
    InstanceIds: shown.InstanceId,
    AgentVersion: shown.AgentVersion,
    PingStatus: shown.PingStatus,
    PlatformTypes: shown.PlatformType,
    ResourceType: 'EC2Instance',
    SourceIds: shown.SourceId,
    SourceTypes: shown.SourceType,
  };
  if (key.startsWith('tag:'))
    return instances(world)
      .get(shown.InstanceId ?? '')
      ?.tags.get(key.slice(4));
  if (!Object.hasOwn(members, key)) {
    throw new ServiceError('InvalidInstanceInformationFilterValue', `The filter key ${key} is not valid.`);
  }
  return members[key];
}
