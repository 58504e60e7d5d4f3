import { ECSClient, StopTaskCommand } from '@aws-sdk/client-ecs';
import type { Aws } from './clients.ts';

/** Stops a task; `reason` is what ECS then shows as its stoppedReason (at most 1,024 characters). */
export async function stopTask(aws: Aws, cluster: string, task: string, reason: string): Promise<void> {
  await aws.call('ecs:StopTask', (options) =>
    aws.client(ECSClient).send(new StopTaskCommand({ cluster, task, reason: reason.slice(0, 1024) }), options),
  );
}

/** The cluster's name in a task's ARN: `arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID`; undefined in the old short form. */
export function clusterOfTask(arn: string): string | undefined {
  const [, cluster, id] = arn.split(':task')[1]?.split('/') ?? [];
  return id === undefined ? undefined : cluster;
}
