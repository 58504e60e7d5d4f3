import { afterEach, describe, expect, it } from 'vitest';
import { observe } from '../../src/farm/observe.ts';
import { ObserveContext } from '../../src/farm/observe-context.ts';
import { Probe } from '../../src/farm/probe.ts';
import type { Snapshot } from '../../src/farm/snapshot.ts';
import { proxyRoad } from '../../src/jenkins/roads.ts';
import { type Answers, serviceError } from '../aws/fake-aws.ts';
import { json, type Serving, serve } from '../jenkins/serving.ts';
import { fakeSession } from './sessions.ts';

/** A farm of two slots as AWS answers for it; tests change what they need. */
function account() {
  const state = {
    status: 'CREATE_COMPLETE',
    resources: {
      Cluster: 'jdci-cluster',
      HostGroup: 'jdci-hosts',
      LoadBalancer: 'jdci-lb',
      ServiceA: 'arn:service/jdci-master-a',
      ServiceB: 'arn:service/jdci-master-b',
      ViewerSecret: 'arn:secret',
    } as Record<string, string>,
    running: ['arn:task/91ac', 'arn:task/44e0'],
    stopped: ['arn:task/dead'],
    secrets: { AWSCURRENT: 'aa', AWSPREVIOUS: 'bb' } as Record<string, string | undefined>,
    lifecycle: 'InService',
  };
  const slotOf = (arn: string) => (arn.endsWith('91ac') ? 'a' : 'b');
  const answers: Answers = {
    describeStacks: () => ({
      Stacks: [{ StackId: 's', StackStatus: state.status, CreationTime: new Date(1), Parameters: [] }],
    }),
    listStackResources: () => ({
      StackResourceSummaries: Object.entries(state.resources).map(([LogicalResourceId, PhysicalResourceId]) => ({
        LogicalResourceId,
        PhysicalResourceId,
      })),
    }),
    describeServices: ({ services }: { services: string[] }) => ({
      services: services.map((serviceArn) => ({ serviceArn, serviceName: serviceArn.slice(12), desiredCount: 1 })),
    }),
    listTasks: ({ desiredStatus }: { desiredStatus: string }) => ({
      taskArns: desiredStatus === 'RUNNING' ? state.running : state.stopped,
    }),
    describeTasks: ({ tasks }: { tasks: string[] }) => ({
      tasks: tasks.map((taskArn) => ({
        taskArn,
        group: `service:jdci-master-${slotOf(taskArn)}`,
        lastStatus: state.stopped.includes(taskArn) ? 'STOPPED' : 'RUNNING',
        desiredStatus: state.stopped.includes(taskArn) ? 'STOPPED' : 'RUNNING',
        containerInstanceArn: `arn:host/${slotOf(taskArn)}`,
        startedAt: new Date(2),
      })),
    }),
    listContainerInstances: () => ({ containerInstanceArns: ['arn:host/a', 'arn:host/b'] }),
    describeContainerInstances: () => ({
      containerInstances: ['a', 'b'].map((slot) => ({
        containerInstanceArn: `arn:host/${slot}`,
        ec2InstanceId: `i-${slot}`,
        status: 'ACTIVE',
        agentConnected: true,
      })),
    }),
    describeInstances: () => ({
      Reservations: ['a', 'b'].map((slot, index) => ({
        Instances: [
          {
            InstanceId: `i-${slot}`,
            State: { Name: 'running' },
            PrivateIpAddress: `10.0.0.${index + 1}`,
            Tags: [{ Key: 'jdci:role', Value: 'host' }],
          },
        ],
      })),
    }),
    describeLoadBalancers: () => ({ LoadBalancerDescriptions: [{ DNSName: 'Door.example' }] }),
    describeInstanceHealth: () => ({
      InstanceStates: ['a', 'b'].map((slot) => ({ InstanceId: `i-${slot}`, State: 'InService' })),
    }),
    describeAutoScalingGroups: () => ({
      AutoScalingGroups: [
        {
          DesiredCapacity: 2,
          Instances: ['a', 'b'].map((slot) => ({
            InstanceId: `i-${slot}`,
            LifecycleState: state.lifecycle,
            HealthStatus: 'Healthy',
          })),
        },
      ],
    }),
    describeScalingActivities: () => ({ Activities: [] }),
    getSecretValue: ({ VersionStage }: { VersionStage: string }) => {
      const token = state.secrets[VersionStage];
      if (token === undefined) throw serviceError('ResourceNotFoundException');
      return { SecretString: JSON.stringify({ username: 'viewer', token }) };
    },
  };
  return { state, answers };
}

const empty: Readonly<Record<string, unknown>> = {
  '/api/json': { quietingDown: false, jobs: [] },
  '/computer/api/json': { busyExecutors: 0, totalExecutors: 2, computer: [] },
  '/queue/api/json': { items: [] },
};

describe('a round', () => {
  let vpc: Serving | undefined;
  afterEach(() => vpc?.close());

  /** A session whose masters answer behind a proxy; `tokens` are those that each address takes. */
  async function farm(tokens: Record<string, string> = { '10.0.0.1': '11aa', '10.0.0.2': '11aa' }) {
    vpc = await serve((request, response) => {
      const url = new URL(request.url ?? '');
      const basic = `Basic ${Buffer.from(`viewer:${tokens[url.hostname]}`).toString('base64')}`;
      if (url.pathname === '/login') response.writeHead(200).end();
      else if (request.headers.authorization === basic)
        json(response, empty[url.pathname], { 'x-jenkins-session': url.hostname });
      else response.writeHead(401).end();
    });
    const road = await proxyRoad(vpc.url);
    const { state, answers } = account();
    const session = fakeSession(answers, { mastersRoad: road, doorRoad: road });
    const context = new ObserveContext(new Probe({ road, clock: session.clock }));
    const round = (before?: Snapshot) => observe(session, context, before);
    return { state, answers, session, context, round };
  }

  const problems = (snapshot: Snapshot) =>
    Object.entries({ ...snapshot, ...snapshot.masters })
      .filter(([, reading]) => typeof reading === 'object' && reading !== null && 'problem' in reading)
      .map(([name]) => name);

  it('sees everything at the first look', async () => {
    const { round, session } = await farm();
    const snapshot = await round();
    expect(problems(snapshot)).toEqual([]);
    expect(snapshot.balancer.value?.frontDoorUrl).toBe('http://Door.example/');
    expect(snapshot.probe.value).toMatchObject({ requests: 1, failures: 0 });
    expect(snapshot.masters.a?.value).toMatchObject({ url: 'http://10.0.0.1:8080', session: '10.0.0.1' });
    expect(snapshot.masters.b?.value).toMatchObject({ url: 'http://10.0.0.2:8080', session: '10.0.0.2' });
    expect(session.aws.calls.get('ec2:DescribeInstances')).toBe(1);
  });

  it('asks the fewest things again: what is static only every fifth round, ended tasks never', async () => {
    const { round, session } = await farm();
    let snapshot = await round();
    session.aws.take();
    const steady = [
      'DescribeAutoScalingGroups',
      'DescribeContainerInstances',
      'DescribeInstanceHealth',
      'DescribeInstances',
      'DescribeServices',
      'DescribeTasks',
      'ListContainerInstances',
      'ListTasks',
      'ListTasks',
    ];
    for (let index = 0; index < 4; index++) {
      const next = await round(snapshot);
      expect(session.aws.sent.find(({ name }) => name === 'DescribeTasks')?.input.tasks).toEqual([
        'arn:task/91ac',
        'arn:task/44e0',
      ]);
      expect(session.aws.take()).toEqual(steady);
      // What did not change keeps its identity, so that nothing is drawn again for it.
      expect(next.services.value).toBe(snapshot.services.value);
      expect(next.tasks.value?.map((task) => task.lastStatus)).toEqual(['RUNNING', 'RUNNING', 'STOPPED']);
      snapshot = next;
    }
    await round(snapshot);
    expect(session.aws.take()).toEqual(
      [...steady, 'DescribeLoadBalancers', 'DescribeScalingActivities', 'DescribeStacks'].sort(),
    );
  });

  it('asks for the stack each round while it is worked on, and for activities while the group moves', async () => {
    const { round, session, state } = await farm();
    state.status = 'UPDATE_IN_PROGRESS';
    state.lifecycle = 'Pending';
    const first = await round();
    session.aws.take();
    await round(first);
    expect(session.aws.take()).toEqual(
      expect.arrayContaining(['DescribeStacks', 'ListStackResources', 'DescribeScalingActivities']),
    );
  });

  it('asks nothing but the stack of a farm that is not there', async () => {
    const { round, session } = await farm();
    const gone = () => {
      throw serviceError('ValidationError', 'Stack with id jdci does not exist');
    };
    session.aws.answers = { ...session.aws.answers, describeStacks: gone, listStackResources: gone };
    const first = await round();
    expect(first.stack.problem?.kind).toBe('not-found');
    expect(first.services.problem?.message).toBe('the stack jdci does not exist');
    session.aws.take();
    await round(first);
    expect(session.aws.take()).toEqual(['DescribeStacks']);
  });

  it('keeps what it knew of a source that fails, and sees the others', async () => {
    const { round, session, answers } = await farm();
    const first = await round();
    const denied = () => {
      throw serviceError('AccessDeniedException', 'no', 400);
    };
    session.aws.answers = { ...answers, describeServices: denied };
    await session.clock.advance(2_000);
    const second = await round(first);
    expect(problems(second)).toEqual(['services']);
    expect(second.services).toMatchObject({ value: first.services.value, at: first.at, problem: { kind: 'denied' } });
    expect(second.masters.a?.problem).toBeUndefined();
    session.aws.answers = answers;
    expect(problems(await round(second))).toEqual([]);
  });

  it('says of what is not made yet that it is not made yet', async () => {
    const { round, state } = await farm();
    state.status = 'CREATE_IN_PROGRESS';
    state.resources = { LoadBalancer: 'jdci-lb' };
    const snapshot = await round();
    expect(snapshot.group.problem).toMatchObject({ kind: 'not-found', message: 'the stack has no HostGroup yet' });
    expect(snapshot.balancer.problem).toBeUndefined();
  });

  it('says why a master could not be asked', async () => {
    const { round, state } = await farm();
    state.running = ['arn:task/91ac'];
    const snapshot = await round();
    expect(snapshot.masters.a?.problem).toBeUndefined();
    expect(snapshot.masters.b?.problem).toMatchObject({ message: 'slot b has no running task' });
  });

  it('takes the version of the secret that each master started with, and remembers it', async () => {
    const { round, session } = await farm({ '10.0.0.1': '11aa', '10.0.0.2': '11bb' });
    const first = await round();
    expect(problems(first)).toEqual([]);
    const secretsRead = session.aws.calls.get('secretsmanager:GetSecretValue');
    const asked = vpc?.requests.length ?? 0;
    expect(problems(await round(first))).toEqual([]);
    expect(session.aws.calls.get('secretsmanager:GetSecretValue')).toBe(secretsRead);
    // Three a master and the probe's one: nobody is asked twice.
    expect((vpc?.requests.length ?? 0) - asked).toBe(7);
  });

  it('asks once a round, and early, for a secret that cannot be read', async () => {
    const { round, session, state } = await farm();
    state.secrets = {};
    const first = await round();
    expect([first.masters.a?.problem, first.masters.b?.problem].map((problem) => problem?.kind)).toEqual([
      'not-found',
      'not-found',
    ]);
    expect(session.aws.calls.get('secretsmanager:GetSecretValue')).toBe(1);
    // Before the tasks are described: no answer but the stack's is waited for.
    const order = [...session.aws.calls.keys()];
    expect(order.indexOf('secretsmanager:GetSecretValue')).toBeLessThan(order.indexOf('ecs:DescribeTasks'));
    await round(first);
    expect(session.aws.calls.get('secretsmanager:GetSecretValue')).toBe(2);
  });

  it('reads the secret anew when a master takes neither version', async () => {
    const { round, state } = await farm({ '10.0.0.1': '11cc', '10.0.0.2': '11aa' });
    const first = await round();
    expect(first.masters.a?.problem).toMatchObject({ kind: 'auth', code: '401' });
    state.secrets = { AWSCURRENT: 'cc', AWSPREVIOUS: 'aa' };
    expect(problems(await round(first))).toEqual([]);
  });

  it('does without a previous version', async () => {
    const { round, state } = await farm({ '10.0.0.1': '11cc', '10.0.0.2': '11aa' });
    state.secrets = { AWSCURRENT: 'aa' };
    const snapshot = await round();
    expect(snapshot.masters.a?.problem).toMatchObject({ kind: 'auth' });
    expect(snapshot.masters.b?.problem).toBeUndefined();
  });

  it('throws only what it was stopped with', async () => {
    const { session, context } = await farm();
    const stop = new AbortController();
    session.aws.answers = {
      ...session.aws.answers,
      describeStacks: () => {
        stop.abort(new Error('stopped'));
        throw new Error('aborted by the signal');
      },
    };
    await expect(observe(session, context, undefined, stop.signal)).rejects.toThrow('aborted by the signal');
  });
});
