import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { nearest } from '../core/nearest.ts';
import { ProblemError } from '../core/problem.ts';
import { safeLine } from '../terminal/safe-text.ts';
import type { Aws } from './clients.ts';
import type { StackFacts } from './facts.ts';
import { orAbsent, time } from './shapes.ts';

/** A stack without its resources, which are another call. */
export type StackDescription = Omit<StackFacts, 'resources'>;

/** Describes one stack. A stack that does not exist is a Problem of kind not-found (a ValidationError on the wire). */
export async function describeStack(aws: Aws, name: string, signal?: AbortSignal): Promise<StackDescription> {
  const action = 'cloudformation:DescribeStacks';
  const answer = await aws.call(
    action,
    (o) => aws.client(CloudFormationClient).send(new DescribeStacksCommand({ StackName: name }), o),
    signal,
  );
  const stack = answer.Stacks?.[0];
  if (!stack) {
    throw new ProblemError({
      kind: 'not-found',
      source: action,
      message: `Stack with id ${safeLine(name)} does not exist`,
      advice: 'check --stack, --region and --profile, or make the farm with provision',
    });
  }
  return {
    id: stack.StackId ?? '',
    status: stack.StackStatus ?? '',
    createdAt: time(stack.CreationTime) ?? 0,
    parameters: record(stack.Parameters, (one) => [one.ParameterKey, one.ParameterValue]),
    outputs: record(stack.Outputs, (one) => [one.OutputKey, one.OutputValue]),
    ...orAbsent('reason', stack.StackStatusReason === undefined ? undefined : safeLine(stack.StackStatusReason)),
    ...orAbsent('updatedAt', time(stack.LastUpdatedTime)),
    ...orAbsent('deletedAt', time(stack.DeletionTime)),
  };
}

/**
 * The stack whose name is nearest to one that does not exist, when it is near enough to be a slip of the fingers. It only
 * helps with a message: whatever goes wrong here gives no name.
 */
export async function nearestStack(aws: Aws, name: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await aws.call(
      'cloudformation:DescribeStacks',
      (o) => aws.client(CloudFormationClient).send(new DescribeStacksCommand({}), o),
      signal,
    );
    const names = (answer.Stacks ?? []).map((stack) => stack.StackName ?? '').filter(Boolean);
    return nearest(name, names);
  } catch {
    return undefined;
  }
}

function record<T>(
  list: readonly T[] | undefined,
  entry: (one: T) => [key: string | undefined, value: string | undefined],
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const one of list ?? []) {
    const [key, value] = entry(one);
    if (key !== undefined) result[key] = safeLine(value ?? '');
  }
  return result;
}

/** Physical ids by logical id; a resource that has none yet, or is deleted, is left out. */
export async function stackResources(aws: Aws, name: string, signal?: AbortSignal): Promise<Record<string, string>> {
  const resources: Record<string, string> = {};
  let NextToken: string | undefined;
  do {
    const page = await aws.call(
      'cloudformation:ListStackResources',
      (o) => aws.client(CloudFormationClient).send(new ListStackResourcesCommand({ StackName: name, NextToken }), o),
      signal,
    );
    for (const resource of page.StackResourceSummaries ?? []) {
      const { LogicalResourceId: logical, PhysicalResourceId: physical, ResourceStatus: status } = resource;
      if (logical === undefined || !physical || status === 'DELETE_COMPLETE') continue;
      resources[logical] = physical;
    }
    NextToken = page.NextToken === '' ? undefined : page.NextToken;
  } while (NextToken !== undefined);
  return resources;
}
