import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

export interface HostedZone {
  /** Without `/hostedzone/`. */
  id: string;
  /** With its final dot. */
  name: string;
  callerReference: string;
  comment?: string;
  isPrivate: boolean;
  nameServers: string[];
  /** By {@link recordKey}. */
  records: Map<string, ResourceRecordSet>;
  tags: Tags;
}

export interface Change {
  id: string;
  submittedAt: number;
  inSync: boolean;
  comment?: string;
}

class Route53State {
  readonly zones = new Map<string, HostedZone>();
  readonly changes = new Map<string, Change>();
}

/** The account's hosted zones and changes, by id. */
export const route53 = perWorld(() => new Route53State());

/** Seconds until every name server knows a change; Route 53 says "within 60 seconds under normal conditions". */
const propagation = [8, 25] as const;

/** The zone, or `NoSuchHostedZone` (404). */
export function hostedZoneOf(world: World, id: string): HostedZone {
  const bare = id.replace(/^\/?hostedzone\//, '');
  const zone = route53(world).zones.get(bare);
  if (!zone) throw new ServiceError('NoSuchHostedZone', `No hosted zone found with ID: ${bare}`, 404);
  return zone;
}

/** Makes a hosted zone with its SOA and NS records. */
export function addHostedZone(world: World, name: string, comment?: string, callerReference?: string): HostedZone {
  const fqdn = canonicalName(name);
  const servers = ['com', 'net', 'org', 'co.uk'].map((top, index) => `ns-${257 * (index + 1)}.awsdns-0${index}.${top}`);
  const zone: HostedZone = {
    id: `Z${world.hex(19).toUpperCase()}`,
    name: fqdn,
    callerReference: callerReference ?? world.uuid(),
    ...(comment === undefined ? {} : { comment }),
    isPrivate: false,
    nameServers: servers,
    records: new Map(),
    tags: new Map(),
  };
  const soa = `${servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  const own: ResourceRecordSet[] = [
    { Name: fqdn, Type: 'NS', TTL: 172_800, ResourceRecords: servers.map((server) => ({ Value: `${server}.` })) },
    { Name: fqdn, Type: 'SOA', TTL: 900, ResourceRecords: [{ Value: soa }] },
  ];
  for (const record of own) zone.records.set(recordKey(record), record);
  route53(world).zones.set(zone.id, zone);
  return zone;
}

/** Lower case, with the final dot. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}

/** What makes a record set the same one. */
export function recordKey(record: ResourceRecordSet): string {
  return `${canonicalName(record.Name ?? '')} ${record.Type ?? ''} ${record.SetIdentifier ?? ''}`;
}

/** Order of ListResourceRecordSets: by name with its labels reversed (`com.example.www`), then by type. */
export function recordOrder(a: ResourceRecordSet, b: ResourceRecordSet): number {
  const key = (record: ResourceRecordSet) =>
    `${canonicalName(record.Name ?? '')
      .split('.')
      .reverse()
      .join('.')} ${record.Type ?? ''} ${record.SetIdentifier ?? ''}`;
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}

/** Brings what the zone now says about some names to the world's name service after a while, and tells when. */
export function propagate(world: World, zone: HostedZone, names: readonly string[], comment?: string): Change {
  return pending(world, comment, () => {
    for (const name of names) publish(world, zone, name);
  });
}

/** A change that is in sync after a while, when `done` is called. */
export function pending(world: World, comment: string | undefined, done: () => void): Change {
  const state = route53(world);
  const change: Change = {
    id: `C${world.hex(19).toUpperCase()}`,
    submittedAt: world.now,
    inSync: false,
    ...(comment === undefined ? {} : { comment }),
  };
  state.changes.set(change.id, change);
  world.scheduleWithin(propagation, () => {
    change.inSync = true;
    done();
  });
  return change;
}

/** Answers for a name what its A or CNAME record says. */
function publish(world: World, zone: HostedZone, name: string): void {
  const record =
    zone.records.get(recordKey({ Name: name, Type: 'A' })) ??
    zone.records.get(recordKey({ Name: name, Type: 'CNAME' }));
  const target = record?.AliasTarget?.DNSName ?? record?.ResourceRecords?.[0]?.Value;
  // `dualstack.` is how the console names the same balancer for IPv4 and IPv6 together.
  if (target === undefined) world.network.unalias(name);
  else world.network.alias(name, target.replace(/^dualstack\./i, ''));
}
