import type { _InstanceType, ResponseLaunchTemplateData, ShutdownBehavior, VolumeType } from '@aws-sdk/client-ec2';
import type { Instance } from '../world/ec2.ts';
import { volumesOf } from '../world/ec2-volumes.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { creditsOf } from './ec2-instance-credits.ts';
import { metadataView } from './ec2-instance-view.ts';

/** What a launch template would have to say to launch an instance like this one. */
export function launchTemplateDataOf(world: World, instance: Instance): ResponseLaunchTemplateData {
  const own = new Map([...instance.tags].filter(([key]) => !key.startsWith('aws:')));
  const credits = creditsOf(instance);
  return {
    EbsOptimized: instance.ebsOptimized,
    ...(instance.iamInstanceProfileArn === undefined
      ? {}
      : { IamInstanceProfile: { Arn: instance.iamInstanceProfileArn } }),
    BlockDeviceMappings: volumesOf(world, instance).map((volume) => ({
      DeviceName: volume.device,
      Ebs: {
        Encrypted: volume.encrypted,
        DeleteOnTermination: volume.deleteOnTermination,
        VolumeSize: volume.size,
        VolumeType: volume.type as VolumeType,
        ...(volume.iops === undefined ? {} : { Iops: volume.iops }),
        ...(volume.throughput === undefined ? {} : { Throughput: volume.throughput }),
        ...(volume.snapshotId === undefined ? {} : { SnapshotId: volume.snapshotId }),
      },
    })),
    NetworkInterfaces: [
      {
        AssociatePublicIpAddress: instance.publicIp !== undefined,
        DeleteOnTermination: true,
        Description: '',
        DeviceIndex: 0,
        Groups: instance.securityGroupIds,
        InterfaceType: 'interface',
        Ipv6Addresses: [],
        PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: instance.privateIp }],
        SubnetId: instance.subnetId,
        NetworkCardIndex: 0,
      },
    ],
    ImageId: instance.imageId,
    InstanceType: instance.type as _InstanceType,
    ...(instance.keyName === undefined ? {} : { KeyName: instance.keyName }),
    Monitoring: { Enabled: instance.monitored },
    Placement: { AvailabilityZone: instance.zone, GroupName: '', Tenancy: 'default' },
    DisableApiTermination: instance.protection.termination,
    DisableApiStop: instance.protection.stop,
    InstanceInitiatedShutdownBehavior: instance.shutdownBehavior as ShutdownBehavior,
    ...(instance.userData === '' ? {} : { UserData: Buffer.from(instance.userData).toString('base64') }),
    ...(own.size === 0 ? {} : { TagSpecifications: [{ ResourceType: 'instance', Tags: tagList(own) }] }),
    MetadataOptions: metadataView(instance),
    HibernationOptions: { Configured: false },
    EnclaveOptions: { Enabled: false },
    CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
    ...(credits === undefined ? {} : { CreditSpecification: { CpuCredits: credits } }),
    MaintenanceOptions: { AutoRecovery: 'default' },
    PrivateDnsNameOptions: {
      HostnameType: 'ip-name',
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
  };
}
