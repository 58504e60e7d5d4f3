import {
  CreateTags$,
  type CreateTagsRequest,
  DeleteTags$,
  type DeleteTagsRequest,
  DescribeTags$,
  type DescribeTagsRequest,
  type DescribeTagsResult,
  type ResourceType,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { instances } from '../world/ec2.ts';
import { networks } from '../world/ec2-network.ts';
import { images } from '../world/ec2-offers.ts';
import { volumes } from '../world/ec2-volumes.ts';
import { keyPairs } from '../world/key-pairs.ts';
import { launchTemplates } from '../world/launch-templates.ts';
import { securityGroups } from '../world/security-groups.ts';
import { ServiceError } from '../world/service-error.ts';
import { type Tags, tagsFrom } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { filtered } from './ec2-filters.ts';
import { ec2Page } from './ec2-operation.ts';
import { type Operation, operation } from './operation.ts';

interface Tagged {
  id: string;
  tags: Tags;
}

/** Everything that carries tags, by kind. */
function holders(world: World): readonly (readonly [ResourceType, Iterable<Tagged>])[] {
  const network = networks(world);
  return [
    ['instance', instances(world).values()],
    ['security-group', securityGroups(world).values()],
    [
      'security-group-rule',
      [...securityGroups(world).values()].flatMap(({ ingress, egress }) => [...ingress, ...egress]),
    ],
    ['volume', volumes(world).values()],
    ['launch-template', launchTemplates(world).values()],
    ['key-pair', keyPairs(world).values()],
    ['image', images(world).values()],
    ['vpc', network.vpcs.values()],
    ['subnet', network.subnets.values()],
    ['route-table', network.routeTables.values()],
    ['internet-gateway', network.internetGateways.values()],
    ['natgateway', network.natGateways.values()],
    ['vpc-endpoint', network.endpoints.values()],
  ];
}

/** `InvalidInstanceID.NotFound` and the like are what EC2 answers where the id's form is known. */
const idErrors: Record<string, readonly [code: string, what: string]> = {
  i: ['InvalidInstanceID.NotFound', 'instance ID'],
  sg: ['InvalidGroup.NotFound', 'security group'],
  sgr: ['InvalidSecurityGroupRuleId.NotFound', 'security group rule ID'],
  vol: ['InvalidVolume.NotFound', 'volume'],
  subnet: ['InvalidSubnetID.NotFound', 'subnet ID'],
  vpc: ['InvalidVpcID.NotFound', 'vpc ID'],
  ami: ['InvalidAMIID.NotFound', 'image id'],
};

function tagsOf(world: World, id: string): Tags {
  const direct = instances(world).get(id);
  if (direct) return direct.tags;
  for (const [, list] of holders(world)) for (const holder of list) if (holder.id === id) return holder.tags;
  const [code, what] = idErrors[id.slice(0, id.indexOf('-'))] ?? ['InvalidID', 'ID'];
  throw new ServiceError(
    code,
    code === 'InvalidID' ? `The ID '${id}' is not valid` : `The ${what} '${id}' does not exist`,
  );
}

/** Refuses tags that EC2 refuses; the limits are its own. */
function checkTags(tags: Tags, already: Tags = new Map()): void {
  for (const key of tags.keys()) {
    if (key.startsWith('aws:')) {
      throw new ServiceError('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use`);
    }
    if (key.length > 127) throw new ServiceError('InvalidParameterValue', 'Tag key exceeds the maximum length of 127');
  }
  if (new Set([...tags.keys(), ...already.keys()]).size > 50) {
    throw new ServiceError('TagLimitExceeded', 'More than 50 tags specified');
  }
}

/** The tags a creating request gives to the thing it makes. */
export function tagsFor(type: ResourceType, specifications: readonly TagSpecification[] | undefined): Tags {
  const own = (specifications ?? []).filter((specification) => specification.ResourceType === type);
  const tags = tagsFrom(own.flatMap((specification) => specification.Tags ?? []));
  checkTags(tags);
  return tags;
}

/** Tags on anything of EC2's. */
export const tagOperations: Record<string, Operation> = {
  CreateTags: operation<CreateTagsRequest, Record<string, never>>(CreateTags$, (input, { world }) => {
    const tags = tagsFrom(input.Tags);
    const targets = (input.Resources ?? []).map((id) => tagsOf(world, id));
    for (const target of targets) checkTags(tags, target);
    for (const target of targets) for (const [key, value] of tags) target.set(key, value);
    return {};
  }),

  DeleteTags: operation<DeleteTagsRequest, Record<string, never>>(DeleteTags$, (input, { world }) => {
    const targets = (input.Resources ?? []).map((id) => tagsOf(world, id));
    for (const target of targets) {
      if (input.Tags === undefined) {
        for (const key of [...target.keys()]) if (!key.startsWith('aws:')) target.delete(key);
      }
      // A value given must match; a key alone always does.
      for (const { Key, Value } of input.Tags ?? []) {
        if (Key !== undefined && (Value === undefined || target.get(Key) === Value)) target.delete(Key);
      }
    }
    return {};
  }),

  DescribeTags: operation<DescribeTagsRequest, DescribeTagsResult>(DescribeTags$, (input, { world }) => {
    const all = holders(world).flatMap(([type, list]) =>
      [...list].flatMap((holder) =>
        [...holder.tags].map(([key, value]) => ({ type, id: holder.id, key, value, tags: new Map([[key, value]]) })),
      ),
    );
    const kept = filtered(all, input.Filters, (entry, name) => {
      if (name === 'resource-id') return [entry.id];
      if (name === 'resource-type') return [entry.type];
      if (name === 'key') return [entry.key];
      if (name === 'value') return [entry.value];
      return undefined;
    });
    const { items, rest } = ec2Page(kept, input);
    return {
      Tags: items.map(({ type, id, key, value }) => ({ ResourceType: type, ResourceId: id, Key: key, Value: value })),
      ...rest,
    };
  }),
};
