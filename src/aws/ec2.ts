import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import { safeLine } from '../terminal/safe-text.ts';
import type { Aws } from './clients.ts';
import type { InstanceFacts } from './facts.ts';
import { InstancePagesClient } from './instance-pages.ts';
import { orAbsent, time } from './shapes.ts';

/** The API's maximum. A paged and filtered call also has the larger request bucket (EC2 API throttling). */
const instancesAPage = 1_000;

/**
 * The hosts and agents of a farm, by the tag `jdci:farm`; what carries neither role of the farm is left out. EC2 goes on
 * describing a terminated instance for about an hour.
 */
export async function describeFarmInstances(aws: Aws, farm: string, signal?: AbortSignal): Promise<InstanceFacts[]> {
  const found: InstanceFacts[] = [];
  let NextToken: string | undefined;
  do {
    const page = await aws.call(
      'ec2:DescribeInstances',
      (o) =>
        aws.client(InstancePagesClient).send(
          new DescribeInstancesCommand({
            Filters: [{ Name: 'tag:jdci:farm', Values: [farm] }],
            MaxResults: instancesAPage,
            NextToken,
          }),
          o,
        ),
      signal,
    );
    for (const reservation of page.Reservations ?? []) {
      for (const instance of reservation.Instances ?? []) {
        const facts = instanceFacts(instance);
        if (facts) found.push(facts);
      }
    }
    NextToken = page.NextToken === '' ? undefined : page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

function instanceFacts(instance: Instance): InstanceFacts | undefined {
  const tags: Record<string, string> = {};
  for (const { Key, Value } of instance.Tags ?? []) if (Key !== undefined) tags[Key] = safeLine(Value ?? '');
  const role = tags['jdci:role'];
  if (role !== 'host' && role !== 'agent') return undefined;
  return {
    id: instance.InstanceId ?? '',
    role,
    state: instance.State?.Name ?? 'unknown',
    zone: instance.Placement?.AvailabilityZone ?? '',
    type: instance.InstanceType ?? '',
    launchedAt: time(instance.LaunchTime) ?? 0,
    tags,
    ...orAbsent('privateIp', instance.PrivateIpAddress),
    ...orAbsent('slot', tags['jdci:slot']),
  };
}
