import type {
  DescribeChangeSetOutput,
  DescribeStackEventsOutput,
  DescribeStacksOutput,
  Stack,
  StackEvent,
} from '@aws-sdk/client-cloudformation';
import { expect } from 'vitest';
import type { ResourceType } from '../../../src/sandbox/cloudformation/resources/resource-type.ts';
import { text } from '../../../src/sandbox/cloudformation/resources/resource-type.ts';
import { createCloudFormation } from '../../../src/sandbox/cloudformation/service.ts';
import { type Call, invoke, type Service } from '../../../src/sandbox/operations/operation.ts';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';
import { defaultSettings } from '../../../src/sandbox/world/settings.ts';
import { World } from '../../../src/sandbox/world/world.ts';

/** What the resources of the type `Test::Thing` did, in order: `create A`, `update A`, `remove A`. */
export interface Bench {
  world: World;
  call: Call;
  log: string[];
  things: Map<string, string>;
  /** Names whose creation, update or removal is refused. */
  refuse: Set<string>;
  /** Names that are not stable yet. */
  unstable: Set<string>;
  run<O>(operation: string, input: object): O;
  fails(operation: string, input: object): ServiceError;
  stack(name: string): Stack;
  /** Events of a stack, oldest first. */
  events(name: string): StackEvent[];
  changeSet(stack: string, name: string): DescribeChangeSetOutput;
  settle(name: string): string;
}

/** A CloudFormation whose only resource type writes down what it is asked to do. */
export function bench(): Bench {
  const world = new World({ seed: 7, startMs: Date.UTC(2026, 0, 1), settings: defaultSettings });
  const call: Call = {
    world,
    caller: { accessKeyId: 'SANDBOX000000000000', arn: 'arn:aws:iam::123456789012:user/test' },
  };
  const log: string[] = [];
  const things = new Map<string, string>();
  const refuse = new Set<string>();
  const unstable = new Set<string>();
  let serial = 0;
  const guard = (what: string) => {
    log.push(what);
    if (refuse.has(what)) throw new ServiceError('InvalidThing', `${what} is refused`);
  };
  const thing: ResourceType = {
    properties: { Name: 'replace', Size: 'in-place', Link: 'in-place', List: 'in-place', Data: 'in-place' },
    required: ['Name'],
    attributes: ['Address'],
    create: (properties) => {
      const name = text(properties.Name);
      guard(`create ${name}`);
      const physicalId = `${name}-${++serial}`;
      things.set(physicalId, text(properties.Size));
      return { physicalId, attributes: { Address: `${name}.example` }, settled: () => !unstable.has(name) };
    },
    update: (physicalId, properties) => {
      guard(`update ${text(properties.Name)} to ${text(properties.Size)}`);
      things.set(physicalId, text(properties.Size));
      return { physicalId };
    },
    remove: (physicalId) => {
      guard(`remove ${physicalId}`);
      things.delete(physicalId);
      return undefined;
    },
  };
  const service: Service = createCloudFormation([], { 'Test::Thing': thing, 'AWS::IAM::Role': thing });
  const run = <O>(operation: string, input: object): O => invoke<object, O>(service, operation, input, call);
  const stack = (name: string): Stack => {
    const found = run<DescribeStacksOutput>('DescribeStacks', { StackName: name }).Stacks?.[0];
    if (!found) throw new Error(`no stack ${name}`);
    return found;
  };
  return {
    world,
    call,
    log,
    things,
    refuse,
    unstable,
    run,
    fails: (operation, input) => {
      try {
        run(operation, input);
      } catch (error) {
        if (error instanceof ServiceError) return error;
        throw error;
      }
      throw new Error(`${operation} was expected to fail`);
    },
    stack,
    events: (name) => {
      const all: StackEvent[] = [];
      let token: string | undefined;
      do {
        const answer = run<DescribeStackEventsOutput>('DescribeStackEvents', { StackName: name, NextToken: token });
        all.push(...(answer.StackEvents ?? []));
        token = answer.NextToken;
      } while (token);
      return all.reverse();
    },
    changeSet: (stackName, name) => run('DescribeChangeSet', { StackName: stackName, ChangeSetName: name }),
    settle: (name) => {
      const over = world.advanceUntil(() => !/IN_PROGRESS$/.test(text(stack(name).StackStatus)), 4 * 3600_000);
      expect(over, `stack ${name} is still ${stack(name).StackStatus}`).toBe(true);
      return text(stack(name).StackStatus);
    },
  };
}

/** `LOGICAL STATUS` or `LOGICAL STATUS: reason`. */
export function line(event: StackEvent): string {
  const reason = event.ResourceStatusReason === undefined ? '' : `: ${event.ResourceStatusReason}`;
  return `${event.LogicalResourceId} ${event.ResourceStatus}${reason}`;
}
