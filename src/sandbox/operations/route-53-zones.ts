import {
  ChangeTagsForResource$,
  type ChangeTagsForResourceRequest,
  type ChangeTagsForResourceResponse,
  CreateHostedZone$,
  type CreateHostedZoneRequest,
  type CreateHostedZoneResponse,
  DeleteHostedZone$,
  type DeleteHostedZoneRequest,
  type DeleteHostedZoneResponse,
  GetHealthCheckCount$,
  type GetHealthCheckCountResponse,
  GetHostedZoneCount$,
  type GetHostedZoneCountResponse,
  ListHealthChecks$,
  type ListHealthChecksRequest,
  type ListHealthChecksResponse,
  ListTagsForResource$,
  type ListTagsForResourceRequest,
  type ListTagsForResourceResponse,
  ListTagsForResources$,
  type ListTagsForResourcesRequest,
  type ListTagsForResourcesResponse,
  type ResourceTagSet,
  type TagResourceType,
  TestDNSAnswer$,
  type TestDNSAnswerRequest,
  type TestDNSAnswerResponse,
  UpdateHostedZoneComment$,
  type UpdateHostedZoneCommentRequest,
  type UpdateHostedZoneCommentResponse,
} from '@aws-sdk/client-route-53';
import {
  addHostedZone,
  canonicalName,
  type HostedZone,
  hostedZoneOf,
  pending,
  recordKey,
  route53,
} from '../world/route-53.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList, tagsFrom } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { type Operation, operation } from './operation.ts';
import { changeView, zoneView } from './route-53-views.ts';

/** The zone whose tags a request is about; there are no health checks. */
function tagged(world: World, type: string | undefined, id: string | undefined): HostedZone {
  if (type === 'hostedzone') return hostedZoneOf(world, id ?? '');
  throw new ServiceError('NoSuchHealthCheck', `No health check exists with the specified ID: ${id}`, 404);
}

function tagSet(world: World, type: TagResourceType | undefined, id: string | undefined): ResourceTagSet {
  return { ResourceType: type, ResourceId: id, Tags: tagList(tagged(world, type, id).tags) };
}

/** Hosted zones themselves, and what hangs on them beside their records. */
export const zoneOperations: Readonly<Record<string, Operation>> = {
  CreateHostedZone: operation<CreateHostedZoneRequest, CreateHostedZoneResponse>(
    CreateHostedZone$,
    (input, { world }) => {
      const name = canonicalName(input.Name ?? '');
      if (!/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+$/.test(name)) {
        throw new ServiceError('InvalidDomainName', `The domain name ${input.Name} is not valid.`);
      }
      if (input.VPC !== undefined || input.HostedZoneConfig?.PrivateZone) {
        throw new ServiceError('InvalidVPCId', 'Private hosted zones do not exist in the sandbox.');
      }
      const reference = input.CallerReference ?? '';
      if ([...route53(world).zones.values()].some(({ callerReference }) => callerReference === reference)) {
        throw new ServiceError(
          'HostedZoneAlreadyExists',
          `A hosted zone has already been created with the specified caller reference.`,
          409,
        );
      }
      const zone = addHostedZone(world, name, input.HostedZoneConfig?.Comment, reference);
      return {
        HostedZone: zoneView(zone),
        ChangeInfo: changeView(pending(world, undefined, () => {})),
        DelegationSet: { NameServers: zone.nameServers },
        Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
      };
    },
  ),
  DeleteHostedZone: operation<DeleteHostedZoneRequest, DeleteHostedZoneResponse>(
    DeleteHostedZone$,
    (input, { world }) => {
      const zone = hostedZoneOf(world, input.Id ?? '');
      const own = [...zone.records.values()].filter(
        ({ Name, Type }) => Name === zone.name && (Type === 'NS' || Type === 'SOA'),
      );
      if (zone.records.size > own.length) {
        throw new ServiceError(
          'HostedZoneNotEmpty',
          'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
        );
      }
      route53(world).zones.delete(zone.id);
      return { ChangeInfo: changeView(pending(world, undefined, () => {})) };
    },
  ),
  UpdateHostedZoneComment: operation<UpdateHostedZoneCommentRequest, UpdateHostedZoneCommentResponse>(
    UpdateHostedZoneComment$,
    (input, { world }) => {
      const zone = hostedZoneOf(world, input.Id ?? '');
      if (input.Comment) zone.comment = input.Comment;
      else delete zone.comment;
      return { HostedZone: zoneView(zone) };
    },
  ),
  GetHostedZoneCount: operation<Record<string, never>, GetHostedZoneCountResponse>(
    GetHostedZoneCount$,
    (_input, { world }) => ({ HostedZoneCount: route53(world).zones.size }),
  ),
  ListHealthChecks: operation<ListHealthChecksRequest, ListHealthChecksResponse>(ListHealthChecks$, (input) => ({
    HealthChecks: [],
    Marker: input.Marker ?? '',
    IsTruncated: false,
    MaxItems: input.MaxItems ?? 100,
  })),
  GetHealthCheckCount: operation<Record<string, never>, GetHealthCheckCountResponse>(GetHealthCheckCount$, () => ({
    HealthCheckCount: 0,
  })),
  ChangeTagsForResource: operation<ChangeTagsForResourceRequest, ChangeTagsForResourceResponse>(
    ChangeTagsForResource$,
    (input, { world }) => {
      const { tags } = tagged(world, input.ResourceType, input.ResourceId);
      for (const key of input.RemoveTagKeys ?? []) tags.delete(key);
      for (const [key, value] of tagsFrom(input.AddTags)) tags.set(key, value);
      return {};
    },
  ),
  ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResponse>(
    ListTagsForResource$,
    (input, { world }) => ({ ResourceTagSet: tagSet(world, input.ResourceType, input.ResourceId) }),
  ),
  ListTagsForResources: operation<ListTagsForResourcesRequest, ListTagsForResourcesResponse>(
    ListTagsForResources$,
    (input, { world }) => ({
      ResourceTagSets: (input.ResourceIds ?? []).map((id) => tagSet(world, input.ResourceType, id)),
    }),
  ),
  // An alias answers with the name it stands for: the simulated balancers have names, and no addresses to give out.
  TestDNSAnswer: operation<TestDNSAnswerRequest, TestDNSAnswerResponse>(TestDNSAnswer$, (input, { world }) => {
    const zone = hostedZoneOf(world, input.HostedZoneId ?? '');
    const name = canonicalName(input.RecordName ?? '');
    if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
      throw new ServiceError('InvalidInput', `Record name ${name} is not in the hosted zone ${zone.name}`);
    }
    const record = zone.records.get(recordKey({ Name: name, Type: input.RecordType }));
    const data = record?.AliasTarget?.DNSName
      ? [record.AliasTarget.DNSName]
      : (record?.ResourceRecords ?? []).map(({ Value }) => Value ?? '');
    const exists = [...zone.records.values()].some(({ Name }) => Name === name);
    return {
      Nameserver: zone.nameServers[0],
      RecordName: name,
      RecordType: input.RecordType,
      RecordData: data,
      ResponseCode: exists ? 'NOERROR' : 'NXDOMAIN',
      Protocol: 'UDP',
    };
  }),
};
