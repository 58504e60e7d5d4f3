import type { DescribeStacksOutput } from '@aws-sdk/client-cloudformation';
import type { DescribeInstancesResult } from '@aws-sdk/client-ec2';
import type { DescribeTasksResponse, ListClustersResponse, ListTasksResponse } from '@aws-sdk/client-ecs';
import { invoke } from './operations/operation.ts';
import { sandboxCredentials } from './wire/callers.ts';
import type { Region } from './wire/dispatch.ts';

/** The world in brief, as the services themselves describe it: two worlds with the same history give the same text. */
export function summary(region: Region) {
  const call = <O>(signingName: string, name: string, input: object): O | undefined => {
    const service = region.services.find((one) => one.signingName === signingName);
    if (!service?.operations[name]) return undefined;
    const caller = { accessKeyId: sandboxCredentials.accessKeyId, arn: region.world.arn('iam', 'root', '') };
    return invoke<object, O>(service, name, input, { world: region.world, caller });
  };

  const instances = call<DescribeInstancesResult>('ec2', 'DescribeInstances', {})?.Reservations?.flatMap(
    (reservation) =>
      (reservation.Instances ?? []).map((instance) => ({
        id: instance.InstanceId,
        state: instance.State?.Name,
        zone: instance.Placement?.AvailabilityZone,
        address: instance.PrivateIpAddress,
        role: instance.Tags?.find((tag) => tag.Key === 'jdci:role')?.Value,
        slot: instance.Tags?.find((tag) => tag.Key === 'jdci:slot')?.Value,
      })),
  );
  const clusters = call<ListClustersResponse>('ecs', 'ListClusters', {})?.clusterArns ?? [];
  // By pages of 100, which is as many as DescribeTasks takes.
  const tasksOf = (cluster: string, nextToken?: string): object[] => {
    const page = call<ListTasksResponse>('ecs', 'ListTasks', { cluster, nextToken, maxResults: 100 });
    if (!page?.taskArns?.length) return [];
    const described =
      call<DescribeTasksResponse>('ecs', 'DescribeTasks', { cluster, tasks: page.taskArns })?.tasks ?? [];
    const shown = described.map((task) => ({
      arn: task.taskArn,
      group: task.group,
      status: task.lastStatus,
      health: task.healthStatus,
      host: task.containerInstanceArn,
    }));
    return page.nextToken ? [...shown, ...tasksOf(cluster, page.nextToken)] : shown;
  };
  const tasks = clusters.flatMap((cluster) => tasksOf(cluster));
  const stacks = call<DescribeStacksOutput>('cloudformation', 'DescribeStacks', {})?.Stacks?.map((stack) => ({
    name: stack.StackName,
    status: stack.StackStatus,
  }));
  return { instances: instances ?? [], tasks, stacks: stacks ?? [], faults: region.faults.active };
}
