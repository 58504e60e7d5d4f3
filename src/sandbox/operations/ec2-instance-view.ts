import type {
  _InstanceType,
  ArchitectureValues,
  InstanceStatus,
  Reservation,
  Instance as WireInstance,
  InstanceState as WireState,
} from '@aws-sdk/client-ec2';
import { type Instance, type InstanceState, privateDnsName } from '../world/ec2.ts';
import { instanceTypes } from '../world/ec2-offers.ts';
import { iam } from '../world/iam.ts';
import { securityGroups } from '../world/security-groups.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';

/** A state as the wire has it. */
export function stateView(state: InstanceState): WireState {
  return { Code: state.code, Name: state.name };
}

function profileView(world: World, arn: string): NonNullable<WireInstance['IamInstanceProfile']> {
  const id = iam(world).profiles.get(arn.slice(arn.lastIndexOf('/') + 1))?.id;
  return { Arn: arn, ...(id === undefined ? {} : { Id: id }) };
}

/** An instance as DescribeInstances tells it; a terminated one has lost its addresses, network and disk. */
export function instanceView(world: World, instance: Instance): WireInstance {
  const gone = instance.state.name === 'terminated';
  const groups = instance.securityGroupIds.map((id) => ({
    GroupId: id,
    GroupName: securityGroups(world).get(id)?.name ?? '',
  }));
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.type as _InstanceType,
    Architecture: instance.architecture as ArchitectureValues,
    State: stateView(instance.state),
    StateTransitionReason: instance.stateTransitionReason,
    ...(instance.stateReason
      ? { StateReason: { Code: instance.stateReason.code, Message: instance.stateReason.message } }
      : {}),
    LaunchTime: new Date(instance.launchedAt),
    Placement: { AvailabilityZone: instance.zone, GroupName: '', Tenancy: 'default' },
    PrivateDnsName: gone ? '' : privateDnsName(world, instance.privateIp),
    PublicDnsName: instance.publicIp === undefined ? '' : publicDnsName(world, instance.publicIp),
    ...(instance.publicIp === undefined ? {} : { PublicIpAddress: instance.publicIp }),
    ...(instance.keyName === undefined ? {} : { KeyName: instance.keyName }),
    ...(instance.iamInstanceProfileArn === undefined || gone
      ? {}
      : { IamInstanceProfile: profileView(world, instance.iamInstanceProfileArn) }),
    ...(gone ? { SecurityGroups: [], NetworkInterfaces: [], BlockDeviceMappings: [] } : attached(instance, groups)),
    AmiLaunchIndex: 0,
    Monitoring: { State: 'disabled' },
    EbsOptimized: false,
    EnaSupport: true,
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    RootDeviceName: instance.rootDeviceName,
    RootDeviceType: 'ebs',
    PlatformDetails: 'Linux/UNIX',
    CpuOptions: { CoreCount: Math.max(1, (instanceTypes.get(instance.type)?.vcpus ?? 2) / 2), ThreadsPerCore: 2 },
    MetadataOptions: {
      State: 'applied',
      HttpTokens: instance.metadata.httpTokens,
      HttpPutResponseHopLimit: instance.metadata.hopLimit,
      HttpEndpoint: 'enabled',
    },
    Tags: tagList(instance.tags),
    ClientToken: '',
  };
}

function attached(instance: Instance, groups: { GroupId: string; GroupName: string }[]): Partial<WireInstance> {
  return {
    PrivateIpAddress: instance.privateIp,
    SubnetId: instance.subnetId,
    VpcId: instance.vpcId,
    SecurityGroups: groups,
    SourceDestCheck: true,
    NetworkInterfaces: [
      {
        NetworkInterfaceId: instance.networkInterfaceId,
        SubnetId: instance.subnetId,
        VpcId: instance.vpcId,
        PrivateIpAddress: instance.privateIp,
        Status: 'in-use',
        Groups: groups,
        Attachment: { DeviceIndex: 0, Status: 'attached' },
      },
    ],
    BlockDeviceMappings: [
      {
        DeviceName: instance.rootDeviceName,
        Ebs: {
          VolumeId: instance.rootVolumeId,
          Status: 'attached',
          AttachTime: new Date(instance.launchedAt),
          DeleteOnTermination: true,
        },
      },
    ],
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
    InstanceStatus: { Status: own, Details: running ? [{ Name: 'reachability', Status: reachability(own) }] : [] },
  };
}
