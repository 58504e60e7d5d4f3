import { nameIn } from '../world/arn.ts';
import { type Instance, privateDnsName } from '../world/ec2.ts';
import { volumesOf } from '../world/ec2-volumes.ts';
import { instanceProfileByArn } from '../world/iam.ts';
import { securityGroups } from '../world/security-groups.ts';
import type { World } from '../world/world.ts';
import type { FilterFields } from './ec2-filters.ts';
import { publicDnsName, statusView } from './ec2-instance-view.ts';
import { wholeSecond } from './ec2-operation.ts';

type Field = (world: World, instance: Instance) => readonly (string | undefined)[];

const gone = (instance: Instance) => instance.state.name === 'terminated';
const publicName: Field = (world, { publicIp }) => [publicIp && publicDnsName(world, publicIp)];
const groupIds: Field = (_world, { securityGroupIds }) => securityGroupIds;
const groupNames: Field = (world, { securityGroupIds }) =>
  securityGroupIds.map((id) => securityGroups(world).get(id)?.name);
const launchTime: Field = (_world, { launchedAt }) => [wholeSecond(launchedAt).toISOString()];
const ofVolumes =
  (told: (volume: { id: string; device: string; deleteOnTermination: boolean }) => string): Field =>
  (world, instance) =>
    volumesOf(world, instance).map(told);
/** What a terminated instance has lost. */
const living =
  (told: (instance: Instance) => string | undefined): Field =>
  (_world, instance) => [gone(instance) ? undefined : told(instance)];
/** What is the same for every instance of the region. */
const always =
  (...values: string[]): Field =>
  () =>
    values;
const ownerId: Field = (world) => [world.settings.account];
const privateIp = living((instance) => instance.privateIp);
const subnetId = living((instance) => instance.subnetId);
const vpcId = living((instance) => instance.vpcId);
const zone: Field = (_world, instance) => [instance.zone];
const publicIp: Field = (_world, instance) => [instance.publicIp];
const privateName: Field = (world, instance) => [gone(instance) ? '' : privateDnsName(world, instance.privateIp)];

/** The filters of DescribeInstances, as far as instances here have what they ask for. */
const fields: Readonly<Record<string, Field>> = {
  'instance-id': (_world, { id }) => [id],
  'instance-state-name': (_world, { state }) => [state.name],
  'instance-state-code': (_world, { state }) => [String(state.code)],
  'instance-type': (_world, { type }) => [type],
  'image-id': (_world, { imageId }) => [imageId],
  architecture: (_world, { architecture }) => [architecture],
  'availability-zone': zone,
  'vpc-id': vpcId,
  'subnet-id': subnetId,
  'private-ip-address': privateIp,
  'ip-address': publicIp,
  'private-dns-name': privateName,
  'dns-name': publicName,
  'key-name': (_world, { keyName }) => [keyName],
  'iam-instance-profile.arn': (_world, { iamInstanceProfileArn }) => [iamInstanceProfileArn],
  'iam-instance-profile.id': (world, { iamInstanceProfileArn: arn }) => [arn && instanceProfileByArn(world, arn)?.id],
  'iam-instance-profile.name': (_world, { iamInstanceProfileArn: arn }) => [arn && nameIn(arn)],
  'reservation-id': (_world, { reservationId }) => [reservationId],
  'owner-id': ownerId,
  'instance.group-id': groupIds,
  'group-id': groupIds,
  'instance.group-name': groupNames,
  'group-name': groupNames,
  'launch-time': launchTime,
  'launch-index': (_world, { launchIndex }) => [String(launchIndex)],
  'client-token': (_world, { clientToken }) => [clientToken],
  reason: (_world, { stateTransitionReason }) => [stateTransitionReason],
  'state-reason-code': (_world, { stateReason }) => [stateReason?.code],
  'state-reason-message': (_world, { stateReason }) => [stateReason?.message],
  'root-device-name': (_world, { rootDeviceName }) => [rootDeviceName],
  'root-device-type': always('ebs'),
  'block-device-mapping.volume-id': ofVolumes(({ id }) => id),
  'block-device-mapping.device-name': ofVolumes(({ device }) => device),
  'block-device-mapping.delete-on-termination': ofVolumes(({ deleteOnTermination }) => String(deleteOnTermination)),
  'block-device-mapping.status': ofVolumes(() => 'attached'),
  'monitoring-state': (_world, { monitored }) => [monitored ? 'enabled' : 'disabled'],
  'source-dest-check': (_world, { sourceDestCheck }) => [String(sourceDestCheck)],
  'metadata-options.http-tokens': (_world, { metadata }) => [metadata.httpTokens],
  'metadata-options.http-endpoint': (_world, { metadata }) => [metadata.endpoint],
  'metadata-options.instance-metadata-tags': (_world, { metadata }) => [metadata.instanceTags],
  'network-interface.network-interface-id': living((instance) => instance.networkInterfaceId),
  'network-interface.addresses.private-ip-address': privateIp,
  'network-interface.addresses.primary': always('true'),
  'network-interface.addresses.association.public-ip': publicIp,
  'network-interface.association.public-ip': publicIp,
  'network-interface.availability-zone': zone,
  'network-interface.group-id': groupIds,
  'network-interface.group-name': groupNames,
  'network-interface.owner-id': ownerId,
  'network-interface.private-dns-name': privateName,
  'network-interface.status': always('in-use'),
  'network-interface.subnet-id': subnetId,
  'network-interface.vpc-id': vpcId,
  'network-interface.attachment.status': always('attached'),
  tenancy: always('default'),
  hypervisor: always('xen'),
  'virtualization-type': always('hvm'),
  'ena-support': always('true'),
  'platform-details': always('Linux/UNIX'),
  'usage-operation': always('RunInstances'),
  'hibernation-options.configured': always('false'),
  // Only Windows has a platform, only Spot and scheduled instances a lifecycle; nothing here has the rest.
  platform: always(),
  'instance-lifecycle': always(),
  'spot-instance-request-id': always(),
  'placement-group-name': always(),
  'product-code': always(),
  'requester-id': always(),
  'kernel-id': always(),
  'ramdisk-id': always(),
  affinity: always(),
  'host-id': always(),
};

/** What DescribeInstances filters by. */
export function instanceFields(world: World): FilterFields<Instance> {
  return (instance, name) => (Object.hasOwn(fields, name) ? fields[name]?.(world, instance) : undefined);
}

/** What DescribeInstanceStatus filters by; no instance here ever has an event scheduled. */
export const statusFields: FilterFields<Instance> = (instance, name) => {
  const { InstanceStatus, SystemStatus } = statusView(instance);
  switch (name) {
    case 'availability-zone':
      return [instance.zone];
    case 'instance-state-name':
      return [instance.state.name];
    case 'instance-state-code':
      return [String(instance.state.code)];
    case 'instance-status.status':
      return [InstanceStatus?.Status];
    case 'instance-status.reachability':
      return [InstanceStatus?.Details?.[0]?.Status];
    case 'system-status.status':
      return [SystemStatus?.Status];
    case 'system-status.reachability':
      return [SystemStatus?.Details?.[0]?.Status];
    default:
      return /^event\.(code|description|instance-event-id|not-after|not-before|not-before-deadline)$/.test(name)
        ? []
        : undefined;
  }
};
