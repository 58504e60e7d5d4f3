import type { ChangeInfo, HostedZone as WireZone } from '@aws-sdk/client-route-53';
import type { Change, HostedZone } from '../world/route-53.ts';

/** A hosted zone. */
export function zoneView(zone: HostedZone): WireZone {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: { ...(zone.comment === undefined ? {} : { Comment: zone.comment }), PrivateZone: zone.isPrivate },
    ResourceRecordSetCount: zone.records.size,
  };
}

/** Whether a change has reached every name server. */
export function changeView(change: Change): ChangeInfo {
  return {
    Id: `/change/${change.id}`,
    Status: change.inSync ? 'INSYNC' : 'PENDING',
    SubmittedAt: new Date(change.submittedAt),
    ...(change.comment === undefined ? {} : { Comment: change.comment }),
  };
}
