import type {
  ChangeSetStatus,
  ExecutionStatus,
  ResourceChange,
  ResourceStatus,
  StackDriftStatus,
  StackResourceDrift,
  StackStatus,
} from '@aws-sdk/client-cloudformation';
import { ServiceError } from '../world/service-error.ts';
import { perWorld, type World } from '../world/world.ts';
import { maskedProperties, secretsOf } from './no-echo.ts';
import type { ParameterValue } from './parameters.ts';
import type { ResourceDefinition, Template } from './template.ts';
import { invalid } from './validation-error.ts';
import type { Value, ValueMap } from './value.ts';

/** A resource of a stack, as it is: not as the template writes it. */
export interface StackResource {
  readonly logicalId: string;
  readonly definition: ResourceDefinition;
  physicalId: string | undefined;
  status: ResourceStatus;
  statusReason: string | undefined;
  /** Of the last change of status, milliseconds. */
  updatedAt: number;
  /** Evaluated: no intrinsic function is left. */
  properties: ValueMap;
  attributes: Readonly<Record<string, Value>>;
  /** Logical ids that must be there before it, and outlive it. */
  dependsOn: readonly string[];
  /** Tags of the stack that were put on it. */
  stackTags: readonly Tag[];
}

export interface Tag {
  Key: string;
  Value: string;
}

export interface StackEvent {
  id: string;
  at: number;
  logicalId: string;
  physicalId: string | undefined;
  type: string;
  status: ResourceStatus | StackStatus;
  reason: string | undefined;
  properties: ValueMap | undefined;
  token: string | undefined;
}

export interface StackOutput {
  key: string;
  value: string;
  description: string | undefined;
  exportName: string | undefined;
}

/** A template bound to parameters: what a stack is made from. */
export interface Source {
  template: Template;
  parameters: ReadonlyMap<string, ParameterValue>;
  tags: readonly Tag[];
}

export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly description: string | undefined;
  readonly createdAt: number;
  readonly source: Source;
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly onStackFailure: OnFailure | undefined;
  readonly roleArn: string | undefined;
  /** Whether it was asked for nested stacks as well; there are none. */
  readonly nested: boolean;
  status: ChangeSetStatus;
  statusReason: string | undefined;
  executionStatus: ExecutionStatus;
  changes: readonly ResourceChange[];
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  status: StackStatus;
  statusReason: string | undefined;
  readonly createdAt: number;
  updatedAt: number | undefined;
  deletedAt: number | undefined;
  /** Undefined until a first change set is executed. */
  source: Source | undefined;
  description: string | undefined;
  resources: Map<string, StackResource>;
  outputs: StackOutput[];
  /** Oldest first. */
  readonly events: StackEvent[];
  capabilities: readonly string[];
  terminationProtection: boolean;
  onFailure: OnFailure;
  /** Whether a rollback deletes what it made even where the template says to retain it. */
  retainExceptOnCreate: boolean;
  timeoutMinutes: number | undefined;
  notificationArns: readonly string[];
  roleArn: string | undefined;
  changeSetId: string | undefined;
  /** By ARN. */
  readonly changeSets: Map<string, ChangeSet>;
  /** What is going on; ends with `stop` when another operation takes over. */
  running: { stop(): void; cancel?(): void } | undefined;
  /** What an update started from, while it may have to go back there. */
  before:
    | {
        source: Source;
        resources: ReadonlyMap<string, StackResource>;
        /** Resources that have, or had for a while, successors. */
        replaced: StackResource[];
      }
    | undefined;
  /** The caller's token of the running operation, which its events carry. */
  token: string | undefined;
  /** What the last drift detection found. */
  drift: StackDrift | undefined;
  /** Body of the stack policy. */
  policy: string | undefined;
}

export interface StackDrift {
  status: StackDriftStatus;
  checkedAt: number;
  /** By logical id; only resources that were checked. */
  readonly resources: Map<string, StackResourceDrift>;
}

/** The region's stacks by ARN, deleted ones included. */
export const stacks = perWorld(() => new Map<string, Stack>());

/** Makes a stack with nothing in it. */
export function addStack(world: World, name: string, status: StackStatus): Stack {
  const id = world.arn('cloudformation', `stack/${name}/${world.uuid()}`);
  const stack: Stack = {
    id,
    name,
    status,
    statusReason: undefined,
    createdAt: world.now,
    updatedAt: undefined,
    deletedAt: undefined,
    source: undefined,
    description: undefined,
    resources: new Map(),
    outputs: [],
    events: [],
    capabilities: [],
    terminationProtection: false,
    onFailure: 'ROLLBACK',
    retainExceptOnCreate: false,
    timeoutMinutes: undefined,
    notificationArns: [],
    roleArn: undefined,
    changeSetId: undefined,
    changeSets: new Map(),
    running: undefined,
    before: undefined,
    token: undefined,
    drift: undefined,
    policy: undefined,
  };
  stacks(world).set(id, stack);
  return stack;
}

/** A stack by its name, unless it is deleted, or by its ARN even then. */
export function findStack(world: World, nameOrId: string): Stack | undefined {
  const byId = stacks(world).get(nameOrId);
  if (byId) return byId;
  return [...stacks(world).values()].find(({ name, status }) => name === nameOrId && status !== 'DELETE_COMPLETE');
}

/**
 * The stack an operation names.
 *
 * @param wording CloudFormation says it in two ways; which depends on the operation
 */
export function stackOf(
  world: World,
  nameOrId: string | undefined,
  wording: 'with id' | 'bracketed' = 'with id',
): Stack {
  if (nameOrId === undefined || nameOrId === '') {
    throw invalid(
      "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null",
    );
  }
  const stack = findStack(world, nameOrId);
  if (stack) return stack;
  throw invalid(
    wording === 'with id' ? `Stack with id ${nameOrId} does not exist` : `Stack [${nameOrId}] does not exist`,
  );
}

/** Refuses a change set's name or a stack's that CloudFormation would not take. */
export function checkStackName(name: string | undefined): string {
  if (name === undefined || name === '') throw invalid('StackName is a required parameter.');
  if (!/^[a-zA-Z][-a-zA-Z0-9]*$|^arn:[-a-zA-Z0-9:/._+]*$/.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*`,
    );
  }
  if (name.length > 128 && !name.startsWith('arn:')) {
    throw invalid(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must have length less than or equal to 128`,
    );
  }
  return name;
}

export function alreadyExists(name: string): ServiceError {
  return new ServiceError('AlreadyExistsException', `Stack [${name}] already exists`);
}

/** Changes a stack's status and writes its event. */
export function setStackStatus(world: World, stack: Stack, status: StackStatus, reason?: string): void {
  stack.status = status;
  stack.statusReason = reason;
  // The time at which it was asked for, as DescribeStacks tells it while the deletion is still under way.
  if (status === 'DELETE_IN_PROGRESS') stack.deletedAt = world.now;
  stack.events.push({
    id: world.uuid(),
    at: world.now,
    logicalId: stack.name,
    physicalId: stack.id,
    type: 'AWS::CloudFormation::Stack',
    status,
    reason,
    properties: undefined,
    token: stack.token,
  });
}

/**
 * Changes a resource's status and writes its event.
 *
 * @param cleanUp whether it is of the cleaning up after an update, whose events are recorded in another form
 */
export function setResourceStatus(
  world: World,
  stack: Stack,
  resource: StackResource,
  status: ResourceStatus,
  reason?: string,
  cleanUp = false,
): void {
  resource.status = status;
  resource.statusReason = reason;
  resource.updatedAt = world.now;
  stack.events.push({
    // Two events of one resource, status and millisecond would share an id; the sequence keeps them apart, as AWS does.
    id: cleanUp ? `${resource.logicalId}-${world.uuid()}` : eventId(stack, resource.logicalId, status, world.now),
    at: world.now,
    logicalId: resource.logicalId,
    physicalId: resource.physicalId,
    type: resource.definition.type,
    status,
    reason,
    properties: cleanUp ? undefined : maskedProperties(resource.properties, secretsOf(stack.source?.parameters)),
    token: stack.token,
  });
}

function eventId(stack: Stack, logicalId: string, status: ResourceStatus, now: number): string {
  let at = now;
  const id = () => `${logicalId}-${status}-${new Date(at).toISOString()}`;
  const taken = (candidate: string) => {
    for (let index = stack.events.length - 1; index >= 0; index--) {
      const event = stack.events[index];
      if (!event || event.at < now - 1000) return false;
      if (event.id === candidate) return true;
    }
    return false;
  };
  while (taken(id())) at += 1;
  return id();
}

/** A resource as the next update finds it: one that an update failed at, and that was kept, counts as it was before. */
export function asItStands(stack: Stack, resource: StackResource): StackResource {
  const before = stack.before?.resources.get(resource.logicalId);
  if (!before || resource.status !== 'UPDATE_FAILED' || before.physicalId !== resource.physicalId) return resource;
  return { ...resource, definition: before.definition, properties: before.properties };
}

/** A stack that is about to change makes the change sets that were not executed obsolete. */
export function makeObsolete(stack: Stack, executed?: ChangeSet): void {
  for (const other of stack.changeSets.values()) {
    if (other !== executed && other.executionStatus === 'AVAILABLE') other.executionStatus = 'OBSOLETE';
  }
}

/** Whether an operation is under way. */
export function inProgress(stack: Stack): boolean {
  return stack.status.endsWith('_IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS';
}
