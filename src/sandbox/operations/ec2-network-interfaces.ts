import {
  DescribeNetworkInterfaces$,
  type DescribeNetworkInterfacesRequest,
  type DescribeNetworkInterfacesResult,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';
import { type Instance, instances, privateDnsName } from '../world/ec2.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { byIds, filtered, noTags } from './ec2-filters.ts';
import { groupsView, interfaceView } from './ec2-instance-view.ts';
import { ec2Page } from './ec2-operation.ts';
import { type Operation, operation } from './operation.ts';

function view(world: World, instance: Instance): NetworkInterface {
  const own = interfaceView(world, instance, groupsView(world, instance));
  return {
    ...own,
    AvailabilityZone: instance.zone,
    Attachment: { ...own.Attachment, InstanceId: instance.id, InstanceOwnerId: world.settings.account },
    RequesterManaged: false,
    TagSet: [],
  };
}

/** The interfaces of the instances: what an operator asks for to find out who holds a security group or a subnet. */
export const networkInterfaceOperations: Record<string, Operation> = {
  DescribeNetworkInterfaces: operation<DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult>(
    DescribeNetworkInterfaces$,
    (input, { world }) => {
      const all = new Map(
        [...instances(world).values()]
          .filter(({ state }) => state.name !== 'terminated')
          .map((instance) => [
            instance.networkInterfaceId,
            { id: instance.networkInterfaceId, instance, tags: noTags },
          ]),
      );
      const asked = byIds(all.values(), input.NetworkInterfaceIds, (id) => {
        const found = all.get(id);
        if (found) return found;
        throw new ServiceError('InvalidNetworkInterfaceID.NotFound', `The networkInterface ID '${id}' does not exist`);
      });
      const kept = filtered(asked, input.Filters, ({ id, instance }, name) => {
        if (name === 'network-interface-id') return [id];
        if (name === 'group-id') return instance.securityGroupIds;
        if (name === 'subnet-id') return [instance.subnetId];
        if (name === 'vpc-id') return [instance.vpcId];
        if (name === 'availability-zone') return [instance.zone];
        if (name === 'attachment.instance-id') return [instance.id];
        if (name === 'private-ip-address' || name === 'addresses.private-ip-address') return [instance.privateIp];
        if (name === 'association.public-ip') return [instance.publicIp];
        if (name === 'status') return ['in-use'];
        if (name === 'group-name') return groupsView(world, instance).map(({ GroupName }) => GroupName);
        if (name === 'description') return [''];
        if (name === 'interface-type') return ['interface'];
        if (name === 'mac-address') return [interfaceView(world, instance, []).MacAddress];
        if (name === 'owner-id' || name === 'attachment.instance-owner-id') return [world.settings.account];
        if (name === 'private-dns-name') return [privateDnsName(world, instance.privateIp)];
        if (name === 'addresses.primary') return ['true'];
        if (name === 'addresses.association.public-ip') return [instance.publicIp];
        if (name === 'source-dest-check') return [String(instance.sourceDestCheck)];
        if (name === 'requester-managed') return ['false'];
        if (name === 'requester-id') return [];
        if (name === 'attachment.attachment-id') return [interfaceView(world, instance, []).Attachment.AttachmentId];
        if (name === 'attachment.status') return ['attached'];
        if (name === 'attachment.device-index') return ['0'];
        if (name === 'attachment.delete-on-termination') return ['true'];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        NetworkInterfaces: items.map(({ instance }) => view(world, instance)),
        ...rest,
      };
    },
  ),
};
