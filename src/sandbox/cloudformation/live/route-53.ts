import type { ListResourceRecordSetsResponse } from '@aws-sdk/client-route-53';
import { map, text } from '../resources/resource-type.ts';
import type { Value } from '../value.ts';
import { found, type LiveType, stated, values } from './live-type.ts';

/** DNS names are one with and without the final dot, in any case. */
function bare(name: Value): string {
  return text(name).toLowerCase().replace(/\.$/, '');
}

/** A name as the template writes it, when it is the same. */
function named(expected: Value, live: string | undefined): Value {
  return bare(expected) === bare(live) ? expected : live;
}

const record: LiveType = {
  read: (physicalId, expected, context) => {
    const answer = found(() =>
      context.aws<object, ListResourceRecordSetsResponse>('route53', 'ListResourceRecordSets', {
        HostedZoneId: text(expected.HostedZoneId),
        StartRecordName: physicalId,
        StartRecordType: text(expected.Type),
      }),
    );
    const live = answer?.ResourceRecordSets?.find(
      ({ Name, Type }) => bare(Name) === bare(physicalId) && Type === text(expected.Type),
    );
    if (!live) return undefined;
    const wanted = map(expected.AliasTarget);
    return {
      Name: named(expected.Name, live.Name),
      Type: live.Type,
      TTL: live.TTL,
      ResourceRecords: live.ResourceRecords?.map(({ Value }) => Value),
      AliasTarget: live.AliasTarget
        ? {
            ...map(stated(wanted, values(live.AliasTarget))),
            DNSName: named(wanted.DNSName, live.AliasTarget.DNSName),
          }
        : undefined,
    };
  },
};

export const route53Live: Readonly<Record<string, LiveType>> = { 'AWS::Route53::RecordSet': record };
