import {
  type _InstanceType,
  DescribeAvailabilityZones$,
  type DescribeAvailabilityZonesRequest,
  type DescribeAvailabilityZonesResult,
  DescribeImages$,
  type DescribeImagesRequest,
  type DescribeImagesResult,
  DescribeInstanceTypeOfferings$,
  type DescribeInstanceTypeOfferingsRequest,
  type DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypes$,
  type DescribeInstanceTypesRequest,
  type DescribeInstanceTypesResult,
  DescribeRegions$,
  type DescribeRegionsRequest,
  type DescribeRegionsResult,
  type InstanceTypeInfo,
  type Image as WireImage,
} from '@aws-sdk/client-ec2';
import { zoneId } from '../world/ec2-network.ts';
import { type Image, type InstanceType, imageOf, images, instanceTypes, rootSnapshotId } from '../world/ec2-offers.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import { byIds, filtered, noTags, ownedBy } from './ec2-filters.ts';
import { ec2Page } from './ec2-operation.ts';
import { type Operation, operation } from './operation.ts';

function imageView(image: Image): WireImage {
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    Architecture: image.architecture,
    OwnerId: image.ownerId,
    ...(image.ownerAlias === undefined ? {} : { ImageOwnerAlias: image.ownerAlias }),
    CreationDate: new Date(image.createdAt).toISOString(),
    State: 'available',
    Public: true,
    ImageType: 'machine',
    ImageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EnaSupport: true,
    SriovNetSupport: 'simple',
    // As Amazon publishes Amazon Linux 2023.
    BootMode: image.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    ImdsSupport: 'v2.0',
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDeviceName,
        Ebs: {
          SnapshotId: rootSnapshotId(image),
          VolumeSize: image.rootSize,
          VolumeType: 'gp3',
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
    ],
    Tags: tagList(image.tags),
  };
}

function typeView(type: InstanceType): InstanceTypeInfo {
  return {
    InstanceType: type.name as _InstanceType,
    CurrentGeneration: type.name.startsWith('t2.') === false,
    BareMetal: false,
    BurstablePerformanceSupported: type.burstable,
    Hypervisor: type.name.startsWith('t2.') ? 'xen' : 'nitro',
    ProcessorInfo: { SupportedArchitectures: [type.architecture] },
    VCpuInfo: { DefaultVCpus: type.vcpus, DefaultCores: Math.max(1, type.vcpus / 2), DefaultThreadsPerCore: 2 },
    MemoryInfo: { SizeInMiB: type.memory },
    SupportedRootDeviceTypes: ['ebs'],
    SupportedUsageClasses: ['on-demand', 'spot'],
    SupportedVirtualizationTypes: ['hvm'],
    InstanceStorageSupported: false,
  };
}

function typeNamed(name: string): InstanceType {
  const type = instanceTypes.get(name);
  if (type) return type;
  throw new ServiceError('InvalidInstanceType', `The following supplied instance types do not exist: [${name}]`);
}

/** What the region offers: zones, images, instance types. */
export const catalogueOperations: Record<string, Operation> = {
  DescribeRegions: operation<DescribeRegionsRequest, DescribeRegionsResult>(DescribeRegions$, (input, { world }) => {
    const { region } = world.settings;
    const unknown = input.RegionNames?.find((name) => name !== region);
    if (unknown !== undefined) throw new ServiceError('InvalidParameterValue', `Invalid region provided: ${unknown}`);
    return {
      Regions: [{ RegionName: region, Endpoint: `ec2.${region}.amazonaws.com`, OptInStatus: 'opt-in-not-required' }],
    };
  }),

  DescribeAvailabilityZones: operation<DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult>(
    DescribeAvailabilityZones$,
    (input, { world }) => {
      const all = world.settings.zones.map((zone) => ({ zone, id: zoneId(world, zone), tags: noTags }));
      const named = byIds(all, input.ZoneNames, (name) => {
        const found = all.find(({ zone }) => zone === name);
        if (!found) throw new ServiceError('InvalidParameterValue', `Invalid availability zone: [${name}]`);
        return found;
      });
      const kept = filtered(named, input.Filters, (entry, name) => {
        if (name === 'zone-name') return [entry.zone];
        if (name === 'zone-id') return [entry.id];
        if (name === 'state') return ['available'];
        if (name === 'region-name') return [world.settings.region];
        if (name === 'zone-type') return ['availability-zone'];
        if (name === 'opt-in-status') return ['opt-in-not-required'];
        return undefined;
      });
      return {
        AvailabilityZones: kept.map(({ zone, id }) => ({
          ZoneName: zone,
          ZoneId: id,
          State: 'available',
          RegionName: world.settings.region,
          ZoneType: 'availability-zone',
          OptInStatus: 'opt-in-not-required',
          GroupName: world.settings.region,
          NetworkBorderGroup: world.settings.region,
          Messages: [],
        })),
      };
    },
  ),

  DescribeImages: operation<DescribeImagesRequest, DescribeImagesResult>(DescribeImages$, (input, { world }) => {
    const asked = byIds(images(world).values(), input.ImageIds, (id) => imageOf(world, id));
    const owned = ownedBy(asked, input.Owners, world.settings.account);
    const kept = filtered(owned, input.Filters, (image, name) => {
      if (name === 'image-id') return [image.id];
      if (name === 'name') return [image.name];
      if (name === 'description') return [image.description];
      if (name === 'architecture') return [image.architecture];
      if (name === 'owner-id') return [image.ownerId];
      if (name === 'owner-alias') return [image.ownerAlias];
      if (name === 'state') return ['available'];
      if (name === 'root-device-type') return ['ebs'];
      if (name === 'virtualization-type') return ['hvm'];
      if (name === 'is-public') return ['true'];
      if (name === 'image-type') return ['machine'];
      if (name === 'hypervisor') return ['xen'];
      if (name === 'ena-support') return ['true'];
      if (name === 'creation-date') return [new Date(image.createdAt).toISOString()];
      if (name === 'root-device-name') return [image.rootDeviceName];
      if (name === 'manifest-location') return [`${image.ownerAlias ?? image.ownerId}/${image.name}`];
      if (name === 'block-device-mapping.device-name') return [image.rootDeviceName];
      if (name === 'block-device-mapping.snapshot-id') return [rootSnapshotId(image)];
      if (name === 'block-device-mapping.volume-size') return [String(image.rootSize)];
      if (name === 'block-device-mapping.volume-type') return ['gp3'];
      if (name === 'block-device-mapping.delete-on-termination') return ['true'];
      if (name === 'block-device-mapping.encrypted') return ['false'];
      // Only Windows has a platform; an image that is Amazon's tells no product code.
      if (name === 'platform' || name === 'product-code') return [];
      return undefined;
    });
    const { items, rest } = ec2Page(kept, input);
    return { Images: items.map(imageView), ...rest };
  }),

  DescribeInstanceTypes: operation<DescribeInstanceTypesRequest, DescribeInstanceTypesResult>(
    DescribeInstanceTypes$,
    (input) => {
      const asked = byIds(instanceTypes.values(), input.InstanceTypes, typeNamed).map((type) => ({
        type,
        tags: noTags,
      }));
      const kept = filtered(asked, input.Filters, ({ type }, name) => {
        if (name === 'instance-type') return [type.name];
        if (name === 'current-generation') return [String(!type.name.startsWith('t2.'))];
        if (name === 'processor-info.supported-architecture') return [type.architecture];
        if (name === 'vcpu-info.default-vcpus') return [String(type.vcpus)];
        if (name === 'memory-info.size-in-mib') return [String(type.memory)];
        if (name === 'burstable-performance-supported') return [String(type.burstable)];
        if (name === 'bare-metal') return ['false'];
        return undefined;
      });
      // Here a page is 100 even when none is asked for.
      const { items, rest } = ec2Page(kept, { MaxResults: 100, ...input });
      return {
        InstanceTypes: items.map(({ type }) => typeView(type)),
        ...rest,
      };
    },
  ),

  DescribeInstanceTypeOfferings: operation<DescribeInstanceTypeOfferingsRequest, DescribeInstanceTypeOfferingsResult>(
    DescribeInstanceTypeOfferings$,
    (input, { world }) => {
      const kind = input.LocationType ?? 'region';
      const { region, zones } = world.settings;
      const places =
        kind === 'availability-zone'
          ? zones
          : kind === 'availability-zone-id'
            ? zones.map((zone) => zoneId(world, zone))
            : [region];
      const all = [...instanceTypes.keys()].flatMap((type) => places.map((place) => ({ type, place, tags: noTags })));
      const kept = filtered(all, input.Filters, (offer, name) => {
        if (name === 'instance-type') return [offer.type];
        if (name === 'location') return [offer.place];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        InstanceTypeOfferings: items.map(({ type, place }) => ({
          InstanceType: type as _InstanceType,
          LocationType: kind,
          Location: place,
        })),
        ...rest,
      };
    },
  ),
};
