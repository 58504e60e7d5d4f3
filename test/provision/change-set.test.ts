import { describe, expect, it } from 'vitest';
import { discard, execute, isEmptyUpdate, propose } from '../../src/provision/change-set.ts';
import { followStack } from '../../src/provision/follow.ts';
import type { ParameterForm, Proposal, ProvisionProgress } from '../../src/provision/form.ts';
import { buildForm } from '../../src/provision/parameters.ts';
import { farmTemplate } from '../../src/provision/template.ts';
import { FakeAws, fakeSession, type Handler, LeapingClock, parameterStore, serviceError } from '../drills/simulated.ts';

const filled: ParameterForm = buildForm(
  farmTemplate(),
  {
    flags: {
      VpcId: 'vpc-00000001',
      LoadBalancerSubnets: 'subnet-0000000a,subnet-0000000b',
      HostSubnets: 'subnet-0000000a,subnet-0000000b',
      OperatorCidr: '203.0.113.7/32',
      MasterAccessCidr: '172.31.0.0/16',
      ImageUri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@sha256:${'e'.repeat(64)}`,
      HostAmi: 'ami-00000001',
      AgentAmi: 'ami-00000001',
    },
    file: {},
  },
  { network: { vpcs: [], subnets: [] }, images: [], ami: '', address: '', notes: [] },
);

const change = { Action: 'Add', LogicalResourceId: 'Cluster', ResourceType: 'AWS::ECS::Cluster' };
const none = () => {
  throw serviceError('ValidationError', 'Stack with id jdci does not exist');
};

function bench(handlers: Record<string, Handler>) {
  const clock = new LeapingClock();
  const { stored, handlers: ssm } = parameterStore();
  const aws = new FakeAws(clock, {
    ...ssm,
    describeStacks: none,
    createChangeSet: () => ({ Id: 'arn:change-set', StackId: 'arn:stack' }),
    describeChangeSet: () => ({ Status: 'CREATE_COMPLETE', Changes: [{ ResourceChange: change }] }),
    deleteChangeSet: () => ({}),
    deleteStack: () => ({}),
    executeChangeSet: () => ({}),
    updateTerminationProtection: () => ({}),
    ...handlers,
  });
  return { clock, aws, stored, session: fakeSession(clock, aws) };
}

function stackOf(status: string) {
  return () => ({ Stacks: [{ StackId: 'arn:stack', StackName: 'jdci', StackStatus: status }] });
}

describe('propose', () => {
  it('makes a stack of a template with its values, tag and capability, and waits for all pages', async () => {
    let looks = 0;
    const { session, aws, clock } = bench({
      describeChangeSet: (input) => {
        looks += 1;
        if (looks < 3) return { Status: 'CREATE_IN_PROGRESS' };
        return input.NextToken === undefined
          ? { Status: 'CREATE_COMPLETE', Changes: [{ ResourceChange: change }], NextToken: 'more' }
          : { Status: 'CREATE_COMPLETE', Changes: [{ ResourceChange: { ...change, LogicalResourceId: 'LogGroup' } }] };
      },
    });
    const before = clock.now();
    const proposal = await propose(session, filled);
    expect(proposal).toMatchObject({ kind: 'CREATE', stack: 'jdci', changeSetArn: 'arn:change-set', madeStack: true });
    expect(proposal.changes.map((one) => one.logicalId)).toEqual(['Cluster', 'LogGroup']);
    expect(clock.now() - before).toBe(2000);
    const sent = aws.asked.find((call) => call.operation === 'createChangeSet')?.input;
    expect(sent).toMatchObject({
      ChangeSetType: 'CREATE',
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Tags: [{ Key: 'jdci:farm', Value: 'jdci' }],
      TemplateBody: farmTemplate().body,
    });
    expect(sent?.Parameters).toContainEqual({ ParameterKey: 'MasterCount', ParameterValue: '2' });
  });

  it('sends nothing while a value is missing or wrong', async () => {
    const { session, aws } = bench({});
    const groups = filled.groups.map((group) => ({
      ...group,
      fields: group.fields.map((field) => (field.name === 'HostAmi' ? { ...field, value: '' } : field)),
    }));
    await expect(propose(session, { ...filled, groups })).rejects.toThrow(/HostAmi/);
    expect(aws.operations).toEqual([]);
  });

  it('throws the reason of a change set that failed, and takes away what it made', async () => {
    const { session, aws } = bench({
      describeChangeSet: () => ({ Status: 'FAILED', StatusReason: 'Parameters: [X] must have values' }),
    });
    aws.handlers.createChangeSet = () => {
      aws.handlers.describeStacks = stackOf('REVIEW_IN_PROGRESS');
      return { Id: 'arn:change-set', StackId: 'arn:stack' };
    };
    await expect(propose(session, filled)).rejects.toThrow('CloudFormation refuses: Parameters: [X] must have values');
    expect(aws.operations).toEqual(expect.arrayContaining(['deleteChangeSet', 'deleteStack']));
  });

  it('tells an update that changes nothing from a failure', async () => {
    const reasons = [
      "The submitted information didn't contain changes. Submit different information to create a change set.",
      'No updates are to be performed.',
    ];
    for (const StatusReason of reasons) {
      const { session, aws } = bench({
        describeStacks: stackOf('CREATE_COMPLETE'),
        describeStackEvents: () => ({ StackEvents: [{ EventId: 'newest' }] }),
        describeChangeSet: () => ({ Status: 'FAILED', StatusReason }),
      });
      const error: unknown = await propose(session, filled).catch((caught: unknown) => caught);
      expect(isEmptyUpdate(error)).toBe(true);
      expect(aws.operations).not.toContain('deleteStack');
    }
  });

  it.each([
    ['ROLLBACK_COMPLETE', /can only be deleted/],
    ['UPDATE_IN_PROGRESS', /is UPDATE_IN_PROGRESS/],
    ['UPDATE_ROLLBACK_FAILED', /is UPDATE_ROLLBACK_FAILED/],
  ])('refuses a stack that is %s before asking', async (status, words) => {
    const { session, aws } = bench({ describeStacks: stackOf(status) });
    await expect(propose(session, filled)).rejects.toThrow(words);
    expect(aws.operations).not.toContain('createChangeSet');
  });

  it('asks on through throttling', async () => {
    let looks = 0;
    const { session } = bench({
      describeChangeSet: () => {
        if (looks++ < 3) throw serviceError('Throttling', 'Rate exceeded');
        return { Status: 'CREATE_COMPLETE', Changes: [] };
      },
    });
    expect((await propose(session, filled)).kind).toBe('CREATE');
  });
});

const proposal: Proposal = {
  stack: 'jdci',
  stackId: 'arn:stack',
  changeSetArn: 'arn:change-set',
  kind: 'CREATE',
  madeStack: true,
  changes: [],
};

describe('discard', () => {
  it('waits for a change set that is still being made, which cannot be deleted', async () => {
    let looks = 0;
    const { session, aws } = bench({
      describeStacks: stackOf('REVIEW_IN_PROGRESS'),
      describeChangeSet: () => {
        looks += 1;
        return { Status: looks < 3 ? 'CREATE_IN_PROGRESS' : 'CREATE_COMPLETE', Changes: [] };
      },
      deleteChangeSet: () => {
        if (looks >= 3) return {};
        throw serviceError('InvalidChangeSetStatusException', 'Cannot delete ChangeSet in status CREATE_IN_PROGRESS');
      },
    });
    await discard(session, proposal);
    expect(aws.operations.filter((one) => one !== 'describeChangeSet')).toEqual([
      'deleteChangeSet',
      'deleteChangeSet',
      'describeStacks',
      'deleteStack',
    ]);
  });

  it('never deletes a stack that has been something', async () => {
    const { session, aws } = bench({ describeStacks: stackOf('CREATE_IN_PROGRESS') });
    await discard(session, proposal);
    await discard(session, { ...proposal, kind: 'UPDATE', madeStack: false });
    expect(aws.operations).not.toContain('deleteStack');
  });
});

describe('execute', () => {
  it('holds the lock meanwhile, protects a new stack and gives the lock back', async () => {
    const { session, aws, stored } = bench({});
    let held = '';
    aws.handlers.executeChangeSet = () => {
      held = stored.get('/jdci/jdci/lock/1') ?? '';
      return {};
    };
    await execute(session, proposal);
    expect(JSON.parse(held)).toMatchObject({ purpose: 'provision' });
    expect(JSON.parse(held)).not.toHaveProperty('released');
    expect(JSON.parse(stored.get('/jdci/jdci/lock/1') ?? '')).toMatchObject({ released: true });
    expect(aws.operations).toContain('updateTerminationProtection');
  });

  it('does nothing while a drill runs, or read-only', async () => {
    const { session, aws, stored, clock } = bench({});
    const holder = { owner: 'alice', purpose: 'drill', since: 0, expiresAt: clock.now() + 60_000 };
    stored.set('/jdci/jdci/lock/3', JSON.stringify(holder));
    await expect(execute(session, proposal)).rejects.toThrow(/drill by alice/);
    await expect(execute({ ...session, readOnly: true }, proposal)).rejects.toThrow(/read-only/);
    expect(aws.operations).not.toContain('executeChangeSet');
  });
});

describe('followStack', () => {
  const raw = (seconds: number, id: string, status: string, reason?: string) => ({
    EventId: `${id}-${status}-${seconds}`,
    StackId: 'arn:stack',
    Timestamp: new Date(seconds * 1000),
    LogicalResourceId: id,
    PhysicalResourceId: id === 'jdci' ? 'arn:stack' : `id-${id}`,
    ResourceType: 'X',
    ResourceStatus: status,
    ResourceStatusReason: reason,
  });

  async function followed(
    session: Parameters<typeof followStack>[0],
    target: Parameters<typeof followStack>[1],
  ): Promise<ProvisionProgress[]> {
    const all: ProvisionProgress[] = [];
    for await (const progress of followStack(session, target)) all.push(progress);
    return all;
  }

  const old = [
    raw(1, 'jdci', 'CREATE_IN_PROGRESS'),
    raw(2, 'Old', 'CREATE_FAILED', 'of before'),
    raw(3, 'jdci', 'CREATE_COMPLETE'),
  ];
  const fresh = [
    raw(11, 'jdci', 'UPDATE_IN_PROGRESS', 'User Initiated'),
    raw(12, 'New', 'UPDATE_IN_PROGRESS'),
    raw(13, 'New', 'UPDATE_COMPLETE'),
    raw(14, 'jdci', 'UPDATE_COMPLETE'),
  ];

  it('waits for the operation to show and does not take the one before for it', async () => {
    let visible = 0;
    const { session } = bench({
      describeStackEvents: () => ({ StackEvents: [...old, ...fresh.slice(0, visible++)].reverse() }),
      describeStacks: () => ({
        Stacks: [
          {
            StackId: 'arn:stack',
            StackName: 'jdci',
            StackStatus: 'UPDATE_COMPLETE',
            Outputs: [{ OutputKey: 'FrontDoorUrl', OutputValue: 'http://door' }],
          },
        ],
      }),
    });
    const all = await followed(session, { stackId: 'arn:stack', lastEventId: 'jdci-CREATE_COMPLETE-3', changes: [] });
    expect(all.map((one) => one.stackStatus)).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_IN_PROGRESS',
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE',
    ]);
    expect(all.at(-1)).toMatchObject({ succeeded: true, done: 1, outputs: { FrontDoorUrl: 'http://door' } });
    expect(all.at(-1)).not.toHaveProperty('rootCause');
  });

  it('joins an operation that is under way at its newest start', async () => {
    const { session } = bench({
      describeStackEvents: () => ({ StackEvents: [...old, ...fresh].reverse() }),
      describeStacks: stackOf('UPDATE_COMPLETE'),
    });
    const all = await followed(session, 'jdci');
    expect(all.at(-1)?.resources.map((resource) => resource.logicalId)).toEqual(['New']);
  });

  it('asks for one page a look once it has begun', async () => {
    let visible = 2;
    const { session, aws } = bench({
      describeStackEvents: (input) =>
        input.NextToken === undefined
          ? { StackEvents: fresh.slice(0, visible++).reverse(), NextToken: 'older' }
          : { StackEvents: [...old].reverse() },
      describeStacks: stackOf('UPDATE_COMPLETE'),
    });
    await followed(session, { stackId: 'arn:stack', lastEventId: 'jdci-CREATE_COMPLETE-3', changes: [] });
    expect(aws.asked.map((call) => [call.operation, call.input.NextToken])).toEqual([
      ['describeStackEvents', undefined],
      ['describeStackEvents', undefined],
      ['describeStackEvents', undefined],
      ['describeStacks', undefined],
    ]);
  });

  it('goes on after throttling and after expired credentials, and says so meanwhile', async () => {
    const failures = [serviceError('Throttling', 'slow'), serviceError('ExpiredToken', 'expired')];
    const { session, aws } = bench({
      describeStackEvents: () => {
        const failure = failures.shift();
        if (failure) throw failure;
        return { StackEvents: [...fresh].reverse() };
      },
      describeStacks: stackOf('UPDATE_COMPLETE'),
    });
    const all = await followed(session, 'jdci');
    expect(all.map((one) => one.problem?.kind)).toEqual(['throttled', 'auth', undefined]);
    expect(aws.renewed).toBe(1);
  });

  it('goes on when a stack without events cannot be asked for once', async () => {
    const failures = [serviceError('Throttling', 'slow'), serviceError('ExpiredToken', 'expired')];
    const { session } = bench({
      describeStackEvents: () => ({ StackEvents: [] }),
      describeStacks: () => {
        const failure = failures.shift();
        if (failure) throw failure;
        return stackOf('DELETE_COMPLETE')();
      },
    });
    expect(await followed(session, 'arn:stack')).toMatchObject([{ stackStatus: 'DELETE_COMPLETE', finished: true }]);
    expect(failures).toEqual([]);
  });

  it('throws what will not pass', async () => {
    const { session } = bench({
      describeStackEvents: () => {
        throw serviceError('AccessDenied', 'no');
      },
    });
    await expect(followed(session, 'jdci')).rejects.toThrow(/not allowed: cloudformation:DescribeStackEvents/);
  });
});
