import { AutoScalingClient, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import { perform, type Step, schedule, scheduleWithOperator } from './faults.ts';
import { history } from './history.ts';
import { lightLoad, WholeFarm } from './whole-farm.ts';

/** Plays a schedule; each wait is cut into `cuts` pieces, as a wall clock would cut it at random. */
function play(seed: number, steps: readonly Step[], cuts: number): string {
  const farm = new WholeFarm(seed, lightLoad);
  for (const step of steps) {
    perform(farm, step);
    const ms = step.kind === 'wait' ? step.seconds * 1000 : 500;
    const start = farm.world.now;
    for (let piece = 1; piece <= cuts; piece++) farm.world.advanceTo(start + Math.floor((ms * piece) / cuts));
  }
  return history(farm);
}

describe('a world', { timeout: 60_000 }, () => {
  it('has the same history for the same seed and requests', () => {
    const same = fc.property(fc.nat(3), schedule, (seed, steps) => {
      const first = play(seed, steps, 1);
      // Not compared by the test runner, whose report of two texts of a megabyte takes minutes.
      return play(seed, steps, 1) === first;
    });
    fc.assert(same, { numRuns: 8, seed: 20260102 });
  });

  it('has the same history however its time is cut', () => {
    const same = fc.property(fc.nat(3), schedule, fc.integer({ min: 2, max: 50 }), (seed, steps, cuts) => {
      return play(seed, steps, cuts) === play(seed, steps, 1);
    });
    fc.assert(same, { numRuns: 8, seed: 20260103 });
  });

  it('has the same history with an operator in it, however its time is cut', () => {
    const same = fc.property(
      fc.nat(3),
      scheduleWithOperator(20),
      fc.integer({ min: 2, max: 50 }),
      (seed, steps, cuts) => play(seed, steps, cuts) === play(seed, steps, 1),
    );
    fc.assert(same, { numRuns: 16, seed: 20260104 });
  });

  it('has another history for another seed', () => {
    const steps: Step[] = [
      { kind: 'stop-task', slot: 0 },
      { kind: 'wait', seconds: 200 },
    ];
    expect(play(1, steps, 1) === play(2, steps, 1)).toBe(false);
  });
});

describe('a sandbox at speed 0, over the wire', { timeout: 60_000 }, () => {
  it('answers the same script with the same bytes, dates and ids included', async () => {
    const first = await script(21);
    expect((await script(21)) === first).toBe(true);
    expect((await script(22)) === first).toBe(false);
  });
});

/** Loses a task, then a host, and gives everything that the services say of it, through the SDK. */
async function script(seed: number): Promise<string> {
  const sandbox = await startSandbox({ seed, speed: 0, farm: true, report: (problem) => expect.fail(problem) });
  const settings = {
    endpoint: sandbox.url,
    region: sandbox.environment.AWS_REGION ?? '',
    credentials: {
      accessKeyId: sandbox.environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: sandbox.environment.AWS_SECRET_ACCESS_KEY ?? '',
    },
  };
  const [ecs, ec2] = [new ECSClient(settings), new EC2Client(settings)];
  const advance = (seconds: number) =>
    fetch(`${sandbox.url}/_sandbox/advance`, { method: 'POST', body: JSON.stringify({ seconds }) });
  try {
    const { StackResourceSummaries = [] } = await new CloudFormationClient(settings).send(
      new ListStackResourcesCommand({ StackName: 'jdci' }),
    );
    const id = (logicalId: string) =>
      StackResourceSummaries.find((one) => one.LogicalResourceId === logicalId)?.PhysicalResourceId ?? '';
    const cluster = id('Cluster');
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster }));
    await ecs.send(new StopTaskCommand({ cluster, task: taskArns[0] }));
    await advance(150);
    const Filters = [{ Name: 'tag:jdci:role', Values: ['host'] }];
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [Reservations[0]?.Instances?.[0]?.InstanceId ?? ''] }));
    await advance(400);
    const now = await ecs.send(new ListTasksCommand({ cluster, desiredStatus: 'RUNNING' }));
    const answers = await Promise.all([
      ec2.send(new DescribeInstancesCommand({})),
      ecs.send(new DescribeTasksCommand({ cluster, tasks: [...taskArns, ...(now.taskArns ?? [])] })),
      ecs.send(new DescribeServicesCommand({ cluster, services: [id('ServiceA'), id('ServiceB')] })),
      new AutoScalingClient(settings).send(
        new DescribeScalingActivitiesCommand({ AutoScalingGroupName: id('HostGroup') }),
      ),
      new CloudWatchLogsClient(settings).send(new FilterLogEventsCommand({ logGroupName: id('LogGroup') })),
    ]);
    return JSON.stringify([StackResourceSummaries, answers.map(({ $metadata: _request, ...answer }) => answer)]);
  } finally {
    await sandbox.close();
  }
}
