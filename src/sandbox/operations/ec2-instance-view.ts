import type {
  _InstanceType,
  ArchitectureValues,
  GroupIdentifier,
  InstanceBlockDeviceMapping,
  InstanceMetadataOptionsResponse,
  InstanceStatus,
  Reservation,
  Instance as WireInstance,
  InstanceState as WireState,
} from '@aws-sdk/client-ec2';
import { type Instance, type InstanceState, privateDnsName } from '../world/ec2.ts';
import { instanceTypes } from '../world/ec2-offers.ts';
import { type Volume, volumesOf } from '../world/ec2-volumes.ts';
import { instanceProfileByArn } from '../world/iam.ts';
import { securityGroups } from '../world/security-groups.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { wholeSecond } from './ec2-operation.ts';

/** A state as the wire has it. */
export function stateView(state: InstanceState): WireState {
  return { Code: state.code, Name: state.name };
}

/** A profile as the wire has it, with its id while it is there. */
export function profileView(world: World, arn: string): NonNullable<WireInstance['IamInstanceProfile']> {
  const id = instanceProfileByArn(world, arn)?.id;
  return { Arn: arn, ...(id === undefined ? {} : { Id: id }) };
}

/** The security groups of an instance, by id and name. */
export function groupsView(world: World, instance: Instance): GroupIdentifier[] {
  return instance.securityGroupIds.map((id) => ({ GroupId: id, GroupName: securityGroups(world).get(id)?.name ?? '' }));
}

/** An instance as DescribeInstances tells it; a terminated one has lost its addresses, network and disk. */
function instanceView(world: World, instance: Instance): WireInstance {
  const gone = instance.state.name === 'terminated';
  const groups = groupsView(world, instance);
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.type as _InstanceType,
    Architecture: instance.architecture as ArchitectureValues,
    State: stateView(instance.state),
    StateTransitionReason: instance.stateTransitionReason,
    ...stateReasonView(instance),
    LaunchTime: wholeSecond(instance.launchedAt),
    Placement: { AvailabilityZone: instance.zone, GroupName: '', Tenancy: 'default' },
    PrivateDnsName: gone ? '' : privateDnsName(world, instance.privateIp),
    PublicDnsName: instance.publicIp === undefined ? '' : publicDnsName(world, instance.publicIp),
    ...(instance.publicIp === undefined ? {} : { PublicIpAddress: instance.publicIp }),
    ...(instance.keyName === undefined ? {} : { KeyName: instance.keyName }),
    ...(instance.iamInstanceProfileArn === undefined || gone
      ? {}
      : { IamInstanceProfile: profileView(world, instance.iamInstanceProfileArn) }),
    ...(gone
      ? { SecurityGroups: [], NetworkInterfaces: [], BlockDeviceMappings: [] }
      : attached(world, instance, groups)),
    AmiLaunchIndex: instance.launchIndex,
    Monitoring: { State: instance.monitored ? 'enabled' : 'disabled' },
    EbsOptimized: instance.ebsOptimized,
    EnaSupport: true,
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    RootDeviceName: instance.rootDeviceName,
    RootDeviceType: 'ebs',
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    UsageOperationUpdateTime: wholeSecond(instance.launchedAt),
    ProductCodes: [],
    CpuOptions: { CoreCount: Math.max(1, (instanceTypes.get(instance.type)?.vcpus ?? 2) / 2), ThreadsPerCore: 2 },
    MetadataOptions: {
      State: 'applied',
      ...metadataView(instance),
    },
    CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
    HibernationOptions: { Configured: false },
    EnclaveOptions: { Enabled: false },
    MaintenanceOptions: { AutoRecovery: 'default' },
    Tags: tagList(instance.tags),
    ClientToken: instance.clientToken,
  };
}

/** While it is on its way up an instance's reason is its state, as EC2 has it. */
function stateReasonView({ state, stateReason }: Instance): Pick<WireInstance, 'StateReason'> {
  if (state.name === 'pending') return { StateReason: { Code: 'pending', Message: 'pending' } };
  return stateReason ? { StateReason: { Code: stateReason.code, Message: stateReason.message } } : {};
}

/** What the metadata service of an instance is set to. */
export function metadataView({ metadata }: Instance): Omit<InstanceMetadataOptionsResponse, 'State'> {
  return {
    HttpTokens: metadata.httpTokens,
    HttpPutResponseHopLimit: metadata.hopLimit,
    HttpEndpoint: metadata.endpoint,
    HttpProtocolIpv6: 'disabled',
    InstanceMetadataTags: metadata.instanceTags,
  };
}

/** An instance's only network interface, which lives and ends with it. */
export function interfaceView(world: World, instance: Instance, groups: GroupIdentifier[]) {
  const eni = instance.networkInterfaceId.slice('eni-'.length);
  const names = {
    PrivateIpAddress: instance.privateIp,
    PrivateDnsName: privateDnsName(world, instance.privateIp),
    ...(instance.publicIp === undefined
      ? {}
      : {
          Association: {
            IpOwnerId: 'amazon',
            PublicDnsName: publicDnsName(world, instance.publicIp),
            PublicIp: instance.publicIp,
          },
        }),
  };
  return {
    NetworkInterfaceId: instance.networkInterfaceId,
    SubnetId: instance.subnetId,
    VpcId: instance.vpcId,
    ...names,
    PrivateIpAddresses: [{ ...names, Primary: true }],
    Ipv6Addresses: [],
    OwnerId: world.settings.account,
    Description: '',
    InterfaceType: 'interface' as const,
    // 02: locally administered, as EC2's addresses are.
    MacAddress: ['02', ...(eni.slice(-10).match(/../g) ?? [])].join(':'),
    SourceDestCheck: instance.sourceDestCheck,
    Status: 'in-use' as const,
    Groups: groups,
    Attachment: {
      AttachmentId: `eni-attach-${eni}`,
      AttachTime: wholeSecond(instance.launchedAt),
      DeleteOnTermination: true,
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      Status: 'attached' as const,
    },
  };
}

function attached(world: World, instance: Instance, groups: GroupIdentifier[]): Partial<WireInstance> {
  return {
    PrivateIpAddress: instance.privateIp,
    SubnetId: instance.subnetId,
    VpcId: instance.vpcId,
    SecurityGroups: groups,
    SourceDestCheck: instance.sourceDestCheck,
    NetworkInterfaces: [interfaceView(world, instance, groups)],
    BlockDeviceMappings: volumesOf(world, instance).map(mappingView),
  };
}

/** A volume as its instance has it. */
export function mappingView(volume: Volume): InstanceBlockDeviceMapping {
  return {
    DeviceName: volume.device,
    Ebs: {
      VolumeId: volume.id,
      Status: 'attached',
      AttachTime: wholeSecond(volume.createdAt),
      DeleteOnTermination: volume.deleteOnTermination,
    },
  };
}

/** The public DNS name of an address: `ec2-198-18-0-1.eu-west-1.compute.amazonaws.com`. */
export function publicDnsName(world: World, address: string): string {
  return `ec2-${address.replaceAll('.', '-')}.${world.settings.region}.compute.amazonaws.com`;
}

/** Instances that were launched together stand in one reservation. */
export function reservations(world: World, list: readonly Instance[]): Reservation[] {
  const byId = new Map<string, Reservation & { Instances: WireInstance[] }>();
  for (const instance of list) {
    let reservation = byId.get(instance.reservationId);
    if (!reservation) {
      reservation = {
        ReservationId: instance.reservationId,
        OwnerId: world.settings.account,
        Groups: [],
        Instances: [],
      };
      byId.set(instance.reservationId, reservation);
    }
    reservation.Instances.push(instanceView(world, instance));
  }
  return [...byId.values()];
}

/** The two status checks; they only mean something on a running instance. */
export function statusView(instance: Instance): InstanceStatus {
  const running = instance.state.name === 'running';
  const checks = instance.statusChecks;
  const system = !running ? 'not-applicable' : checks === 'initializing' ? 'initializing' : 'ok';
  const own = running ? checks : 'not-applicable';
  const reachability = (status: typeof system | typeof own) =>
    status === 'ok' ? 'passed' : status === 'impaired' ? 'failed' : 'initializing';
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.zone,
    InstanceState: stateView(instance.state),
    SystemStatus: {
      Status: system,
      Details: running ? [{ Name: 'reachability', Status: reachability(system) }] : [],
    },
    InstanceStatus: {
      Status: own,
      Details: running
        ? [
            {
              Name: 'reachability',
              Status: reachability(own),
              ...(own === 'impaired' && instance.impairedSince !== undefined
                ? { ImpairedSince: new Date(instance.impairedSince) }
                : {}),
            },
          ]
        : [],
    },
  };
}
