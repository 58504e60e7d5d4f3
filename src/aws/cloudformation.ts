import {
  CancelUpdateStackCommand,
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { ProblemError } from '../core/problem.ts';
import { safeLine } from '../terminal/safe-text.ts';
import type { Aws } from './clients.ts';

/** What provisioning needs to know of a stack. */
export interface StackState {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly reason?: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Empty until the stack is complete. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly terminationProtection: boolean;
}

export interface ChangeSetState {
  readonly id: string;
  readonly stackId: string;
  readonly status: string;
  readonly reason?: string;
  readonly changes: readonly {
    readonly action: string;
    readonly logicalId: string;
    readonly type: string;
    readonly replacement?: string;
  }[];
}

export interface StackEvent {
  readonly id: string;
  readonly at: number;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  /** The event is about the stack itself: its physical id is the stack's. */
  readonly ofStack: boolean;
}

/** The stack of that name or id, or undefined when there is none. A deleted stack is found by its id only. */
export async function findStack(aws: Aws, stack: string, signal?: AbortSignal): Promise<StackState | undefined> {
  try {
    const answer = await aws.call(
      'cloudformation:DescribeStacks',
      (options) => aws.client(CloudFormationClient).send(new DescribeStacksCommand({ StackName: stack }), options),
      signal,
    );
    const found = answer.Stacks?.[0];
    if (!found) return undefined;
    return {
      id: found.StackId ?? '',
      name: found.StackName ?? '',
      status: found.StackStatus ?? '',
      ...(found.StackStatusReason ? { reason: safeLine(found.StackStatusReason) } : {}),
      parameters: Object.fromEntries(
        (found.Parameters ?? []).map((p) => [p.ParameterKey ?? '', p.ParameterValue ?? '']),
      ),
      outputs: Object.fromEntries((found.Outputs ?? []).map((o) => [o.OutputKey ?? '', safeLine(o.OutputValue ?? '')])),
      terminationProtection: found.EnableTerminationProtection ?? false,
    };
  } catch (error) {
    // A missing stack is a ValidationError whose words vary by call: `Stack with id X does not exist`.
    if (error instanceof ProblemError && error.problem.kind === 'not-found') return undefined;
    throw error;
  }
}

export interface ChangeSetRequest {
  readonly stack: string;
  readonly name: string;
  readonly kind: 'CREATE' | 'UPDATE';
  readonly templateBody: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters that keep the value the stack has. */
  readonly previous: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Starts a change set and returns its ARN and the stack's id; it is not usable before its status says so. */
export async function createChangeSet(
  aws: Aws,
  request: ChangeSetRequest,
  signal?: AbortSignal,
): Promise<{ id: string; stackId: string }> {
  const answer = await aws.call(
    'cloudformation:CreateChangeSet',
    (options) =>
      aws.client(CloudFormationClient).send(
        new CreateChangeSetCommand({
          StackName: request.stack,
          ChangeSetName: request.name,
          ChangeSetType: request.kind,
          // The name is fresh for each proposal, so a retried request makes no second change set.
          ClientToken: request.name,
          TemplateBody: request.templateBody,
          Parameters: [
            ...Object.entries(request.parameters).map(([key, value]) => ({ ParameterKey: key, ParameterValue: value })),
            ...request.previous.map((key) => ({ ParameterKey: key, UsePreviousValue: true })),
          ],
          // The template makes roles and gives them no names of its own; NAMED_IAM covers both.
          Capabilities: ['CAPABILITY_NAMED_IAM'],
          Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
        }),
        options,
      ),
    signal,
  );
  return { id: answer.Id ?? request.name, stackId: answer.StackId ?? request.stack };
}

/** A change set with all its changes, over all pages. */
export async function describeChangeSet(aws: Aws, id: string, signal?: AbortSignal): Promise<ChangeSetState> {
  const changes: ChangeSetState['changes'][number][] = [];
  let token: string | undefined;
  for (;;) {
    const page = await aws.call(
      'cloudformation:DescribeChangeSet',
      (options) =>
        aws
          .client(CloudFormationClient)
          .send(new DescribeChangeSetCommand({ ChangeSetName: id, NextToken: token }), options),
      signal,
    );
    for (const { ResourceChange: change } of page.Changes ?? []) {
      if (!change) continue;
      changes.push({
        action: change.Action ?? '',
        logicalId: change.LogicalResourceId ?? '',
        type: change.ResourceType ?? '',
        ...(change.Replacement ? { replacement: change.Replacement } : {}),
      });
    }
    token = page.NextToken;
    if (token) continue;
    return {
      id: page.ChangeSetId ?? id,
      stackId: page.StackId ?? '',
      status: page.Status ?? '',
      ...(page.StatusReason ? { reason: safeLine(page.StatusReason) } : {}),
      changes,
    };
  }
}

export async function executeChangeSet(aws: Aws, id: string, token: string): Promise<void> {
  await aws.call('cloudformation:ExecuteChangeSet', (options) =>
    aws
      .client(CloudFormationClient)
      .send(new ExecuteChangeSetCommand({ ChangeSetName: id, ClientRequestToken: token }), options),
  );
}

export async function deleteChangeSet(aws: Aws, id: string): Promise<void> {
  await aws.call('cloudformation:DeleteChangeSet', (options) =>
    aws.client(CloudFormationClient).send(new DeleteChangeSetCommand({ ChangeSetName: id }), options),
  );
}

export async function deleteStack(aws: Aws, id: string): Promise<void> {
  await aws.call('cloudformation:DeleteStack', (options) =>
    aws.client(CloudFormationClient).send(new DeleteStackCommand({ StackName: id }), options),
  );
}

/** Has an update that is under way rolled back. */
export async function cancelUpdate(aws: Aws, id: string): Promise<void> {
  await aws.call('cloudformation:CancelUpdateStack', (options) =>
    aws.client(CloudFormationClient).send(new CancelUpdateStackCommand({ StackName: id }), options),
  );
}

export async function setTerminationProtection(aws: Aws, stack: string, on: boolean): Promise<void> {
  await aws.call('cloudformation:UpdateTerminationProtection', (options) =>
    aws
      .client(CloudFormationClient)
      .send(new UpdateTerminationProtectionCommand({ StackName: stack, EnableTerminationProtection: on }), options),
  );
}

/**
 * A stack's events, newest first, page by page as long as `wanted` says so: `last` takes an event and ends there, `no`
 * leaves it out and ends. One call when the newest page already holds the end.
 */
export async function stackEventsWhile(
  aws: Aws,
  stack: string,
  wanted: (event: StackEvent) => 'yes' | 'last' | 'no',
  signal?: AbortSignal,
): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  let token: string | undefined;
  do {
    const page = await aws.call(
      'cloudformation:DescribeStackEvents',
      (options) =>
        aws
          .client(CloudFormationClient)
          .send(new DescribeStackEventsCommand({ StackName: stack, NextToken: token }), options),
      signal,
    );
    for (const raw of page.StackEvents ?? []) {
      const event: StackEvent = {
        id: raw.EventId ?? '',
        at: raw.Timestamp?.getTime() ?? 0,
        logicalId: raw.LogicalResourceId ?? '',
        physicalId: raw.PhysicalResourceId ?? '',
        type: raw.ResourceType ?? '',
        status: raw.ResourceStatus ?? '',
        ...(raw.ResourceStatusReason ? { reason: safeLine(raw.ResourceStatusReason) } : {}),
        ofStack: raw.PhysicalResourceId !== undefined && raw.PhysicalResourceId === raw.StackId,
      };
      const take = wanted(event);
      if (take !== 'no') events.push(event);
      if (take !== 'yes') return events;
    }
    token = page.NextToken;
  } while (token);
  return events;
}

/** Id of a stack's newest event: what comes after it belongs to what is asked for next. */
export async function newestEventId(aws: Aws, stack: string, signal?: AbortSignal): Promise<string | undefined> {
  const events = await stackEventsWhile(aws, stack, () => 'last', signal);
  return events[0]?.id;
}
