import type { ChangeResourceRecordSetsRequest, ResourceRecordSet, RRType } from '@aws-sdk/client-route-53';
import type { ValueMap } from '../value.ts';
import {
  map,
  optionalBoolean,
  optionalNumber,
  optionalText,
  type ResourceContext,
  type ResourceType,
  text,
  texts,
  unlessGone,
} from './resource-type.ts';

function recordSet(properties: ValueMap): ResourceRecordSet {
  const alias = map(properties.AliasTarget);
  const ttl = optionalNumber(properties.TTL);
  return {
    Name: text(properties.Name),
    Type: text(properties.Type) as RRType,
    ...(ttl === undefined ? {} : { TTL: ttl }),
    ...(properties.ResourceRecords === undefined
      ? {}
      : { ResourceRecords: texts(properties.ResourceRecords).map((Value) => ({ Value })) }),
    ...(properties.AliasTarget === undefined
      ? {}
      : {
          AliasTarget: {
            DNSName: text(alias.DNSName),
            HostedZoneId: text(alias.HostedZoneId),
            EvaluateTargetHealth: optionalBoolean(alias.EvaluateTargetHealth) ?? false,
          },
        }),
  };
}

function change(context: ResourceContext, properties: ValueMap, action: 'CREATE' | 'UPSERT' | 'DELETE'): void {
  context.aws<ChangeResourceRecordSetsRequest, unknown>('route53', 'ChangeResourceRecordSets', {
    HostedZoneId: text(properties.HostedZoneId),
    ChangeBatch: {
      ...(properties.Comment === undefined ? {} : { Comment: optionalText(properties.Comment) }),
      Changes: [{ Action: action, ResourceRecordSet: recordSet(properties) }],
    },
  });
}

/** AWS::Route53::RecordSet: the physical id is the record's name. */
const record: ResourceType = {
  properties: {
    AliasTarget: 'in-place',
    Comment: 'in-place',
    HostedZoneId: 'replace',
    HostedZoneName: 'replace',
    Name: 'replace',
    ResourceRecords: 'in-place',
    TTL: 'in-place',
    Type: 'in-place',
  },
  required: ['Name', 'Type'],
  attributes: [],
  create: (properties, context) => {
    change(context, properties, 'CREATE');
    return { physicalId: text(properties.Name) };
  },
  update: (physicalId, properties, _previous, context) => {
    change(context, properties, 'UPSERT');
    return { physicalId };
  },
  remove: (_physicalId, properties, context) => {
    unlessGone(() => change(context, properties, 'DELETE'));
    return undefined;
  },
};

export const route53Types: Readonly<Record<string, ResourceType>> = { 'AWS::Route53::RecordSet': record };
