import { describe, expect, it } from 'vitest';
import { runDestroy } from '../../src/commands/destroy.ts';
import { type ProvisionOptions, runProvision } from '../../src/commands/provision.ts';
import { CommandError } from '../../src/core/exit.ts';
import type { Session } from '../../src/farm/session.ts';
import { FakeAws, fakeSession, type Handler, LeapingClock, parameterStore, serviceError } from '../drills/simulated.ts';

const given = {
  VpcId: 'vpc-00000001',
  LoadBalancerSubnets: 'subnet-0000000a,subnet-0000000b',
  HostSubnets: 'subnet-0000000a,subnet-0000000b',
  OperatorCidr: '203.0.113.7/32',
  MasterAccessCidr: '172.31.0.0/16',
  ImageUri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@sha256:${'e'.repeat(64)}`,
  HostAmi: 'ami-00000001',
  AgentAmi: 'ami-00000001',
};

function stackEvent(at: number, id: string, status: string, reason?: string) {
  return {
    EventId: `${id}-${status}-${at}`,
    StackId: 'arn:stack',
    Timestamp: new Date(Date.UTC(2026, 0, 1) + at * 1000),
    LogicalResourceId: id,
    PhysicalResourceId: id === 'jdci' ? 'arn:stack' : id,
    ResourceType: id === 'jdci' ? 'AWS::CloudFormation::Stack' : 'AWS::Logs::LogGroup',
    ResourceStatus: status,
    ResourceStatusReason: reason,
  };
}

const created = [
  stackEvent(0, 'jdci', 'CREATE_IN_PROGRESS'),
  stackEvent(1, 'LogGroup', 'CREATE_COMPLETE'),
  stackEvent(2, 'jdci', 'CREATE_COMPLETE'),
];

function bench(handlers: Record<string, Handler> = {}, more: Partial<Session> = {}) {
  const clock = new LeapingClock();
  let stack: Record<string, unknown> | undefined;
  const aws = new FakeAws(clock, {
    ...parameterStore().handlers,
    describeStacks: () => {
      if (!stack) throw serviceError('ValidationError', 'Stack with id jdci does not exist');
      return { Stacks: [stack] };
    },
    createChangeSet: () => {
      stack = { StackId: 'arn:stack', StackName: 'jdci', StackStatus: 'REVIEW_IN_PROGRESS' };
      return { Id: 'arn:change-set', StackId: 'arn:stack' };
    },
    describeChangeSet: () => ({
      Status: 'CREATE_COMPLETE',
      Changes: [
        { ResourceChange: { Action: 'Add', LogicalResourceId: 'LogGroup', ResourceType: 'AWS::Logs::LogGroup' } },
      ],
    }),
    executeChangeSet: () => {
      stack = {
        ...stack,
        StackStatus: 'CREATE_COMPLETE',
        Outputs: [{ OutputKey: 'FrontDoorUrl', OutputValue: 'http://door' }],
      };
      return {};
    },
    updateTerminationProtection: () => ({}),
    deleteChangeSet: () => ({}),
    deleteStack: () => {
      stack = undefined;
      return {};
    },
    describeStackEvents: () => ({ StackEvents: [...created].reverse() }),
    ...handlers,
  });
  const out = { stdout: '', stderr: '' };
  const io = {
    stdout: (text: string) => {
      out.stdout += text;
    },
    stderr: (text: string) => {
      out.stderr += text;
    },
  };
  const session = fakeSession(clock, aws, more);
  const provision = (options: Partial<ProvisionOptions> = {}) =>
    runProvision(session, { set: given, yes: false, noExecute: false, json: false, ...options }, io);
  return { aws, out, io, session, provision };
}

async function refused(attempt: Promise<number>): Promise<[number, string]> {
  try {
    return [await attempt, 'no error'];
  } catch (error) {
    if (error instanceof CommandError) return [error.code, error.message];
    throw error;
  }
}

describe('provision', () => {
  it('makes the farm, follows it, and prints what came out', async () => {
    const { provision, out, aws } = bench();
    expect(await provision({ yes: true })).toBe(0);
    expect(out.stdout).toBe('Add     LogGroup  AWS::Logs::LogGroup\nFrontDoorUrl http://door\n');
    expect(out.stderr).toContain('CREATE_COMPLETE LogGroup');
    expect(aws.operations).toContain('executeChangeSet');
  });

  it('prints one document with --json', async () => {
    const { provision, out } = bench();
    await provision({ yes: true, json: true });
    expect(JSON.parse(out.stdout)).toMatchObject({
      stack: 'jdci',
      kind: 'CREATE',
      executed: true,
      status: 'CREATE_COMPLETE',
      succeeded: true,
      outputs: { FrontDoorUrl: 'http://door' },
      rootCause: null,
    });
  });

  it('changes nothing without --yes, and takes the proposal back', async () => {
    const { provision, out, aws } = bench();
    expect(await provision()).toBe(2);
    expect(out.stdout).toContain('LogGroup');
    expect(out.stderr).toContain('add --yes');
    expect(aws.operations).not.toContain('executeChangeSet');
    expect(aws.operations).toContain('deleteStack');
  });

  it('keeps the proposal with --no-execute', async () => {
    const { provision, out, aws } = bench();
    expect(await provision({ noExecute: true })).toBe(0);
    expect(out.stderr).toContain('arn:change-set');
    expect(aws.operations).not.toContain('deleteChangeSet');
  });

  it('names the values that are still missing', async () => {
    const { provision, aws } = bench();
    const { HostAmi: _, ...some } = given;
    expect(await refused(provision({ set: some, yes: true }))).toEqual([2, expect.stringContaining('HostAmi')]);
    expect(aws.operations).not.toContain('createChangeSet');
  });

  it('names a wrong value, and the nearest parameter for a slip of the fingers', async () => {
    const { provision } = bench();
    const wrong = { ...given, OperatorCidr: '0.0.0.0/0' };
    expect(await refused(provision({ set: wrong }))).toEqual([2, expect.stringContaining('OperatorCidr "0.0.0.0/0"')]);
    expect(await refused(provision({ set: { MasterCuont: '2' } }))).toEqual([
      64,
      '--set: the template has no parameter MasterCuont; did you mean MasterCount?',
    ]);
  });

  it('says why it failed, and what to do', async () => {
    const events = [
      created[0],
      stackEvent(1, 'LogGroup', 'CREATE_FAILED', 'it exists already'),
      stackEvent(2, 'jdci', 'ROLLBACK_COMPLETE'),
    ];
    const { provision, out } = bench({ describeStackEvents: () => ({ StackEvents: [...events].reverse() }) });
    expect(await provision({ yes: true })).toBe(2);
    expect(out.stderr).toMatch(/is ROLLBACK_COMPLETE: LogGroup \(AWS::Logs::LogGroup\): it exists already; .*destroy/);
  });

  it('does nothing read-only', async () => {
    const { provision, aws } = bench({}, { readOnly: true });
    expect((await refused(provision({ yes: true })))[0]).toBe(2);
    expect(aws.operations).toEqual([]);
  });
});

describe('destroy', () => {
  const there = {
    StackId: 'arn:stack',
    StackName: 'jdci',
    StackStatus: 'CREATE_COMPLETE',
    EnableTerminationProtection: true,
  };
  const gone = [
    stackEvent(11, 'jdci', 'DELETE_IN_PROGRESS'),
    stackEvent(12, 'LogGroup', 'DELETE_COMPLETE'),
    stackEvent(13, 'jdci', 'DELETE_COMPLETE'),
  ];

  function farmToDestroy() {
    let deleted = false;
    let agents = ['i-1', 'i-2'];
    return bench({
      describeStacks: () => ({ Stacks: [there] }),
      listStackResources: () => ({
        StackResourceSummaries: [{ LogicalResourceId: 'LogGroup', PhysicalResourceId: 'x' }],
      }),
      deleteStack: () => {
        deleted = true;
        return {};
      },
      describeStackEvents: () => ({ StackEvents: [...created, ...(deleted ? gone : [])].reverse() }),
      describeInstances: () => ({ Reservations: [{ Instances: agents.map((id) => ({ InstanceId: id })) }] }),
      terminateInstances: () => {
        agents = [];
        return {};
      },
    });
  }

  it.each([[{ yes: false }], [{ yes: true }], [{ yes: false, confirm: 'jdci' }], [{ yes: true, confirm: 'jdc' }]])(
    'asks for the name: %j',
    async (options) => {
      const { session, io, aws } = farmToDestroy();
      expect((await refused(runDestroy(session, options, io)))[0]).toBe(2);
      expect(aws.operations).toEqual([]);
    },
  );

  it('lifts the protection, deletes by id, ends the agents and leaves no lock', async () => {
    const { session, io, aws, out } = farmToDestroy();
    expect(await runDestroy(session, { yes: true, confirm: 'jdci' }, io)).toBe(0);
    expect(aws.asked.find((call) => call.operation === 'updateTerminationProtection')?.input).toMatchObject({
      EnableTerminationProtection: false,
    });
    expect(aws.asked.find((call) => call.operation === 'deleteStack')?.input).toEqual({ StackName: 'arn:stack' });
    expect(aws.asked.find((call) => call.operation === 'terminateInstances')?.input).toEqual({
      InstanceIds: ['i-1', 'i-2'],
    });
    expect(aws.operations).toContain('deleteParameter');
    expect(out.stdout).toContain('jdci is gone');
  });
});
