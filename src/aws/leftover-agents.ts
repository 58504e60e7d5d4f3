import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { Aws } from './clients.ts';

/** Ids of a farm's agents that still run. They are started by the masters, so no stack knows them. */
export async function runningAgents(aws: Aws, farm: string): Promise<string[]> {
  const ids: string[] = [];
  let token: string | undefined;
  do {
    const page = await aws.call('ec2:DescribeInstances', (options) =>
      aws.client(EC2Client).send(
        new DescribeInstancesCommand({
          Filters: [
            { Name: 'tag:jdci:farm', Values: [farm] },
            { Name: 'tag:jdci:role', Values: ['agent'] },
            { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
          ],
          MaxResults: 1000,
          NextToken: token,
        }),
        options,
      ),
    );
    for (const reservation of page.Reservations ?? []) {
      for (const instance of reservation.Instances ?? []) if (instance.InstanceId) ids.push(instance.InstanceId);
    }
    token = page.NextToken;
  } while (token);
  return ids;
}

/** Terminates instances, at most 100 a call. */
export async function terminateInstances(aws: Aws, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += 100) {
    const batch = ids.slice(start, start + 100);
    await aws.call('ec2:TerminateInstances', (options) =>
      aws.client(EC2Client).send(new TerminateInstancesCommand({ InstanceIds: batch }), options),
    );
  }
}
