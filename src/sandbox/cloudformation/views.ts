import type {
  DescribeChangeSetOutput,
  StackEvent as StackEventShape,
  StackResource as StackResourceShape,
  StackResourceSummary,
  Stack as StackShape,
  StackSummary,
} from '@aws-sdk/client-cloudformation';
import { withoutValues } from './change-details.ts';
import { hidden } from './no-echo.ts';
import type { ParameterValue } from './parameters.ts';
import type { ChangeSet, Stack, StackEvent, StackResource } from './stack.ts';

function parametersShape(parameters: ReadonlyMap<string, ParameterValue> | undefined) {
  if (!parameters?.size) return {};
  const Parameters = [...parameters].map(([ParameterKey, { given, resolved, noEcho }]) => ({
    ParameterKey,
    ParameterValue: noEcho ? hidden : given,
    ...(resolved === undefined ? {} : { ResolvedValue: noEcho ? hidden : resolved }),
  }));
  return { Parameters };
}

function date(ms: number): Date {
  return new Date(ms);
}

/** A stack as DescribeStacks gives it. Outputs are there only once it is complete. */
export function stackShape(stack: Stack): StackShape {
  const complete = stack.status.endsWith('_COMPLETE') && stack.outputs.length > 0;
  return {
    StackId: stack.id,
    StackName: stack.name,
    ...(stack.changeSetId === undefined ? {} : { ChangeSetId: stack.changeSetId }),
    ...(stack.description === undefined ? {} : { Description: stack.description }),
    ...parametersShape(stack.source?.parameters),
    CreationTime: date(stack.createdAt),
    ...(stack.updatedAt === undefined ? {} : { LastUpdatedTime: date(stack.updatedAt) }),
    ...(stack.deletedAt === undefined ? {} : { DeletionTime: date(stack.deletedAt) }),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    ...(stack.statusReason === undefined ? {} : { StackStatusReason: stack.statusReason }),
    DisableRollback: stack.onFailure === 'DO_NOTHING',
    NotificationARNs: [...stack.notificationArns],
    ...(stack.timeoutMinutes === undefined ? {} : { TimeoutInMinutes: stack.timeoutMinutes }),
    Capabilities: [...stack.capabilities] as StackShape['Capabilities'],
    ...(complete
      ? {
          Outputs: stack.outputs.map((output) => ({
            OutputKey: output.key,
            OutputValue: output.value,
            ...(output.description === undefined ? {} : { Description: output.description }),
            ...(output.exportName === undefined ? {} : { ExportName: output.exportName }),
          })),
        }
      : {}),
    ...(stack.roleArn === undefined ? {} : { RoleARN: stack.roleArn }),
    Tags: [...(stack.source?.tags ?? [])],
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: stackDrift(stack),
  };
}

function stackDrift({ drift }: Stack) {
  if (!drift) return { StackDriftStatus: 'NOT_CHECKED' as const };
  return { StackDriftStatus: drift.status, LastCheckTimestamp: date(drift.checkedAt) };
}

function resourceDrift({ drift }: Stack, logicalId: string) {
  const found = drift?.resources.get(logicalId);
  if (!found) return { StackResourceDriftStatus: 'NOT_CHECKED' as const };
  return { StackResourceDriftStatus: found.StackResourceDriftStatus, LastCheckTimestamp: found.Timestamp };
}

export function stackSummary(stack: Stack): StackSummary {
  return {
    StackId: stack.id,
    StackName: stack.name,
    ...(stack.description === undefined ? {} : { TemplateDescription: stack.description }),
    CreationTime: date(stack.createdAt),
    ...(stack.updatedAt === undefined ? {} : { LastUpdatedTime: date(stack.updatedAt) }),
    ...(stack.deletedAt === undefined ? {} : { DeletionTime: date(stack.deletedAt) }),
    StackStatus: stack.status,
    ...(stack.statusReason === undefined ? {} : { StackStatusReason: stack.statusReason }),
    DriftInformation: stackDrift(stack),
  };
}

export function eventShape(stack: Stack, event: StackEvent): StackEventShape {
  return {
    StackId: stack.id,
    EventId: event.id,
    StackName: stack.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId ?? '',
    ResourceType: event.type,
    Timestamp: date(event.at),
    ResourceStatus: event.status as StackEventShape['ResourceStatus'],
    ...(event.reason === undefined ? {} : { ResourceStatusReason: event.reason }),
    ...(event.properties === undefined ? {} : { ResourceProperties: JSON.stringify(event.properties, asText) }),
    ...(event.token === undefined ? {} : { ClientRequestToken: event.token }),
  };
}

/** Events tell every scalar as text. */
function asText(_key: string, value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

export function resourceShape(stack: Stack, resource: StackResource): StackResourceShape {
  return {
    StackName: stack.name,
    StackId: stack.id,
    LogicalResourceId: resource.logicalId,
    ...(resource.physicalId === undefined ? {} : { PhysicalResourceId: resource.physicalId }),
    ResourceType: resource.definition.type,
    Timestamp: date(resource.updatedAt),
    ResourceStatus: resource.status,
    ...(resource.statusReason === undefined ? {} : { ResourceStatusReason: resource.statusReason }),
    DriftInformation: resourceDrift(stack, resource.logicalId),
  };
}

export function resourceSummary(stack: Stack, resource: StackResource): StackResourceSummary {
  return {
    LogicalResourceId: resource.logicalId,
    ...(resource.physicalId === undefined ? {} : { PhysicalResourceId: resource.physicalId }),
    ResourceType: resource.definition.type,
    LastUpdatedTimestamp: date(resource.updatedAt),
    ResourceStatus: resource.status,
    ...(resource.statusReason === undefined ? {} : { ResourceStatusReason: resource.statusReason }),
    DriftInformation: resourceDrift(stack, resource.logicalId),
  };
}

/** @param withValues whether properties are shown with what they were and will be */
export function changeSetShape(stack: Stack, changeSet: ChangeSet, withValues: boolean): DescribeChangeSetOutput {
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    ...(changeSet.description === undefined ? {} : { Description: changeSet.description }),
    ...parametersShape(changeSet.source.parameters),
    CreationTime: date(changeSet.createdAt),
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    ...(changeSet.statusReason === undefined ? {} : { StatusReason: changeSet.statusReason }),
    NotificationARNs: [...changeSet.notificationArns],
    RollbackConfiguration: {},
    Capabilities: [...changeSet.capabilities] as DescribeChangeSetOutput['Capabilities'],
    Tags: [...changeSet.source.tags],
    Changes: changeSet.changes.map((change) => ({
      Type: 'Resource' as const,
      ResourceChange: withValues ? change : withoutValues(change),
    })),
    IncludeNestedStacks: changeSet.nested,
    ...(changeSet.onStackFailure === undefined ? {} : { OnStackFailure: changeSet.onStackFailure }),
  };
}
