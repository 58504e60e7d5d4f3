import {
  ChangeResourceRecordSets$,
  type ChangeResourceRecordSetsRequest,
  type ChangeResourceRecordSetsResponse,
  GetChange$,
  type GetChangeRequest,
  type GetChangeResponse,
  GetHostedZone$,
  type GetHostedZoneRequest,
  type GetHostedZoneResponse,
  ListHostedZones$,
  ListHostedZonesByName$,
  type ListHostedZonesByNameRequest,
  type ListHostedZonesByNameResponse,
  type ListHostedZonesRequest,
  type ListHostedZonesResponse,
  ListResourceRecordSets$,
  type ListResourceRecordSetsRequest,
  type ListResourceRecordSetsResponse,
  type ResourceRecordSet,
  type Change as WireChange,
} from '@aws-sdk/client-route-53';
import {
  canonicalName,
  type HostedZone,
  hostedZoneOf,
  propagate,
  recordKey,
  recordOrder,
  route53 as state,
} from '../world/route-53.ts';
import { ServiceError } from '../world/service-error.ts';
import { operation, type Service } from './operation.ts';
import { changeView, zoneView } from './route-53-views.ts';
import { zoneOperations } from './route-53-zones.ts';

function invalidBatch(problems: readonly string[]): ServiceError {
  return new ServiceError('InvalidChangeBatch', `[${problems.join(', ')}]`);
}

/** The record set with its name in the form that is kept. */
function canonical(record: ResourceRecordSet): ResourceRecordSet {
  const alias = record.AliasTarget;
  return {
    ...record,
    Name: canonicalName(record.Name ?? ''),
    ...(alias ? { AliasTarget: { ...alias, DNSName: canonicalName(alias.DNSName ?? '') } } : {}),
  };
}

function equal(a: ResourceRecordSet, b: ResourceRecordSet): boolean {
  const facts = (record: ResourceRecordSet) =>
    JSON.stringify([
      record.TTL,
      record.ResourceRecords?.map(({ Value }) => Value),
      record.AliasTarget?.DNSName,
      record.AliasTarget?.HostedZoneId,
    ]);
  return facts(a) === facts(b);
}

/** Why a change cannot be; undefined when it can. `records` is what the zone would hold by then. */
function problemWith(
  zone: HostedZone,
  records: ReadonlyMap<string, ResourceRecordSet>,
  change: WireChange,
): string | undefined {
  const record = canonical(change.ResourceRecordSet ?? { Name: '', Type: 'A' });
  const name = record.Name ?? '';
  const what = `[name='${name}', type='${record.Type}']`;
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    return `RRSet with DNS name ${name} is not permitted in zone ${zone.name}`;
  }
  const before = records.get(recordKey(record));
  if (change.Action === 'DELETE') {
    if (!before) return `Tried to delete resource record set ${what} but it was not found`;
    if (!equal(before, record)) {
      return `Tried to delete resource record set ${what} but the values provided do not match the current values`;
    }
    return undefined;
  }
  if (change.Action === 'CREATE' && before) return `Tried to create resource record set ${what} but it already exists`;
  if (!record.AliasTarget && !record.ResourceRecords?.length) {
    return `Invalid Resource Record: 'FATAL problem: MissingValue' ${what}`;
  }
  const others = [...records.values()].filter((other) => other.Name === name && other.Type !== record.Type);
  if (record.Type === 'CNAME' ? others.length > 0 : others.some(({ Type }) => Type === 'CNAME')) {
    return `RRSet of type ${record.Type} with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`;
  }
  return undefined;
}

/** Amazon Route 53. */
export const route53: Service = {
  signingName: 'route53',
  operations: {
    ...zoneOperations,
    ListHostedZones: operation<ListHostedZonesRequest, ListHostedZonesResponse>(
      ListHostedZones$,
      (input, { world }) => {
        const all = [...state(world).zones.values()];
        const start = input.Marker === undefined ? 0 : all.findIndex(({ id }) => id === input.Marker);
        if (start < 0) throw new ServiceError('InvalidInput', `The marker ${input.Marker} is not valid.`);
        const max = input.MaxItems ?? 100;
        const following = all[start + max];
        return {
          HostedZones: all.slice(start, start + max).map(zoneView),
          Marker: input.Marker ?? '',
          IsTruncated: following !== undefined,
          ...(following ? { NextMarker: following.id } : {}),
          MaxItems: max,
        };
      },
    ),

    ListHostedZonesByName: operation<ListHostedZonesByNameRequest, ListHostedZonesByNameResponse>(
      ListHostedZonesByName$,
      (input, { world }) => {
        const reversed = (name: string) => canonicalName(name).split('.').reverse().join('.');
        const from = reversed(input.DNSName ?? '');
        const all = [...state(world).zones.values()]
          .filter(({ name }) => input.DNSName === undefined || reversed(name) >= from)
          .sort((a, b) => (reversed(a.name) < reversed(b.name) ? -1 : 1));
        const max = input.MaxItems ?? 100;
        const following = all[max];
        return {
          HostedZones: all.slice(0, max).map(zoneView),
          ...(input.DNSName === undefined ? {} : { DNSName: input.DNSName }),
          IsTruncated: following !== undefined,
          ...(following ? { NextDNSName: following.name, NextHostedZoneId: following.id } : {}),
          MaxItems: max,
        };
      },
    ),

    GetHostedZone: operation<GetHostedZoneRequest, GetHostedZoneResponse>(GetHostedZone$, (input, { world }) => {
      const zone = hostedZoneOf(world, input.Id ?? '');
      return { HostedZone: zoneView(zone), DelegationSet: { NameServers: zone.nameServers } };
    }),

    ListResourceRecordSets: operation<ListResourceRecordSetsRequest, ListResourceRecordSetsResponse>(
      ListResourceRecordSets$,
      (input, { world }) => {
        const zone = hostedZoneOf(world, input.HostedZoneId ?? '');
        const from: ResourceRecordSet = {
          Name: input.StartRecordName ?? '',
          Type: input.StartRecordType,
          ...(input.StartRecordIdentifier === undefined ? {} : { SetIdentifier: input.StartRecordIdentifier }),
        };
        const sorted = [...zone.records.values()]
          .sort(recordOrder)
          .filter((record) => input.StartRecordName === undefined || recordOrder(record, from) >= 0);
        const max = Math.min(input.MaxItems ?? 300, 300);
        const following = sorted[max];
        return {
          ResourceRecordSets: sorted.slice(0, max),
          IsTruncated: following !== undefined,
          ...(following ? { NextRecordName: following.Name, NextRecordType: following.Type } : {}),
          MaxItems: max,
        };
      },
    ),

    ChangeResourceRecordSets: operation<ChangeResourceRecordSetsRequest, ChangeResourceRecordSetsResponse>(
      ChangeResourceRecordSets$,
      (input, { world }) => {
        const zone = hostedZoneOf(world, input.HostedZoneId ?? '');
        const changes = input.ChangeBatch?.Changes ?? [];
        // All or nothing, and later changes see what the earlier ones did.
        const records = new Map(zone.records);
        const problems: string[] = [];
        for (const change of changes) {
          const problem = problemWith(zone, records, change);
          if (problem !== undefined) problems.push(problem);
          const record = canonical(change.ResourceRecordSet ?? { Name: '', Type: 'A' });
          if (change.Action === 'DELETE') records.delete(recordKey(record));
          else records.set(recordKey(record), record);
        }
        if (problems.length > 0) throw invalidBatch(problems);
        zone.records = records;
        const names = [...new Set(changes.map((change) => canonicalName(change.ResourceRecordSet?.Name ?? '')))];
        return { ChangeInfo: changeView(propagate(world, zone, names, input.ChangeBatch?.Comment)) };
      },
    ),

    GetChange: operation<GetChangeRequest, GetChangeResponse>(GetChange$, (input, { world }) => {
      const id = (input.Id ?? '').replace(/^\/?change\//, '');
      const change = state(world).changes.get(id);
      if (!change) throw new ServiceError('NoSuchChange', `A change with the ID ${id} does not exist.`, 404);
      return { ChangeInfo: changeView(change) };
    }),
  },
};
