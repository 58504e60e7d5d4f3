import type {
  Attribute,
  DescribeContainerInstancesResponse,
  DescribeServiceDeploymentsResponse,
  DescribeServicesResponse,
  Failure,
  ListServiceDeploymentsResponse,
  Task,
} from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { rebootInstance } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { type SmallFarm, smallFarm } from '../world/small-farm.ts';

/** What an operator's hand and scripts do beside what the farm itself does. */

const cluster = 'jdci';
const code = (value: string) => expect.objectContaining({ code: value });
const container = { name: 'app', image: 'app:1', memory: 64 };

function running(options: Parameters<typeof smallFarm>[0] = {}): SmallFarm {
  const farm = smallFarm({ slots: ['a'], ...options });
  farm.world.advance(300_000);
  return farm;
}

function hostsOf(farm: SmallFarm, filter?: string): string[] {
  return farm.ecs<object, { containerInstanceArns: string[] }>('ListContainerInstances', { cluster, filter })
    .containerInstanceArns;
}

function register(farm: SmallFarm, family: string, more: object = {}): void {
  farm.ecs('RegisterTaskDefinition', { family, containerDefinitions: [container], ...more });
}

function run(farm: SmallFarm, input: object): { tasks: Task[]; failures: Failure[] } {
  return farm.ecs('RunTask', { cluster, ...input });
}

describe('attributes', () => {
  it('say where an instance is and what its agent can do', () => {
    const farm = running({ zones: [0, 1] });
    const [host = ''] = hostsOf(farm);
    const attributes = farm.ecs<object, DescribeContainerInstancesResponse>('DescribeContainerInstances', {
      cluster,
      containerInstances: [host],
      include: ['CONTAINER_INSTANCE_HEALTH'],
    }).containerInstances?.[0];
    expect(attributes?.healthStatus?.overallStatus).toBe('OK');
    expect(attributes?.attributes).toContainEqual({ name: 'ecs.availability-zone', value: 'eu-west-1a' });
    expect(attributes?.attributes).toContainEqual({ name: 'com.amazonaws.ecs.capability.logging-driver.awslogs' });
    const listed = farm.ecs<object, { attributes: Attribute[] }>('ListAttributes', {
      cluster,
      targetType: 'container-instance',
      attributeName: 'ecs.availability-zone',
    });
    expect(listed.attributes.map(({ value }) => value)).toEqual(['eu-west-1a', 'eu-west-1b']);
  });

  it('are put and taken away, but for those of ECS, and place tasks', () => {
    const farm = running({ zones: [0, 1] });
    const [, second = ''] = hostsOf(farm);
    register(farm, 'app', { placementConstraints: [{ type: 'memberOf', expression: 'attribute:stack == prod' }] });
    const refused = run(farm, { taskDefinition: 'app' });
    expect(refused.failures.map(({ reason }) => reason)).toEqual([
      'MemberOf placement constraint unsatisfied.',
      'MemberOf placement constraint unsatisfied.',
    ]);
    const attributes = [{ name: 'stack', value: 'prod', targetId: second }];
    expect(farm.ecs('PutAttributes', { cluster, attributes })).toEqual({ attributes });
    const placed = run(farm, { taskDefinition: 'app', count: 2 });
    expect(placed.tasks.map(({ containerInstanceArn }) => containerInstanceArn)).toEqual([second, second]);
    farm.ecs('DeleteAttributes', { cluster, attributes: [{ name: 'stack', targetId: second }] });
    expect(run(farm, { taskDefinition: 'app' }).tasks).toEqual([]);
    const put = (attribute: object) => farm.ecs('PutAttributes', { cluster, attributes: [attribute] });
    expect(() => put({ name: 'ecs.os-type', value: 'x', targetId: second })).toThrow(code('InvalidParameterException'));
    expect(() => put({ name: 'stack', targetId: 'none' })).toThrow(code('TargetNotFoundException'));
    expect(() => Array.from({ length: 11 }, (_, n) => put({ name: `n${n}`, value: 'x', targetId: second }))).toThrow(
      code('AttributeLimitExceededException'),
    );
  });

  it.each([
    ['attribute:ecs.availability-zone == eu-west-1b', 'b'],
    ['attribute:ecs.availability-zone != eu-west-1b', 'ac'],
    ['attribute:ecs.availability-zone in [eu-west-1a, eu-west-1c]', 'ac'],
    ['attribute:ecs.instance-type =~ t3.* and not(attribute:ecs.availability-zone == "eu-west-1a")', 'bc'],
    ['attribute:stack exists or runningTasksCount > 0', 'master'],
    ['attribute:stack !exists && agentConnected == true', 'abc'],
    ['agentVersion >= 1.9.0', 'abc'],
    ['registeredAt < 2025-06-18', ''],
    ['task:group == service:jdci-master-a', 'master'],
  ])('answer the cluster query %s', (filter, wanted) => {
    const farm = running({ zones: [0, 1, 2] });
    const containerInstances = hostsOf(farm, filter);
    const { containerInstances: found = [] } =
      containerInstances.length === 0
        ? {}
        : farm.ecs<object, DescribeContainerInstancesResponse>('DescribeContainerInstances', {
            cluster,
            containerInstances,
          });
    const zones = found.map(
      ({ attributes = [] }) => attributes.find(({ name }) => name === 'ecs.availability-zone')?.value?.at(-1) ?? '?',
    );
    const masters = farm.tasksOf('a')[0]?.availabilityZone?.at(-1);
    expect(zones.sort().join('')).toBe(wanted === 'master' ? masters : wanted);
  });

  it.each(['', 'x == ', 'nonsense == 1', 'attribute:a like b', '(attribute:a exists', 'attribute:a in []', '"'])(
    'refuse the cluster query %j',
    (expression) => {
      const farm = running({ zones: [0] });
      const placementConstraints = [{ type: 'memberOf', expression }];
      expect(() => run(farm, { taskDefinition: 'jdci-master-a', placementConstraints })).toThrow(
        code('InvalidParameterException'),
      );
    },
  );
});

describe('a task by hand', () => {
  it('tells for every host why it does not fit', () => {
    const farm = running({ zones: [0, 1] });
    farm.ecs('UpdateService', { cluster, service: 'jdci-master-a', desiredCount: 2 });
    farm.world.advance(300_000);
    expect(run(farm, { taskDefinition: 'jdci-master-a' })).toMatchObject({
      tasks: [],
      failures: [{ reason: 'RESOURCE:PORTS' }, { reason: 'RESOURCE:PORTS' }],
    });
    expect(() => run(farm, { taskDefinition: 'jdci-master-a', launchType: 'FARGATE' })).toThrow(
      'Task definition does not support launch_type FARGATE.',
    );
    expect(() =>
      run(farm, { taskDefinition: 'jdci-master-a', overrides: { containerOverrides: [{ name: 'none' }] } }),
    ).toThrow('Override for container named none is not a container in the TaskDefinition.');
  });

  it('starts where it is told to, or is a failure', () => {
    const farm = running({ zones: [0, 1] });
    register(farm, 'app');
    const [first = '', second = ''] = hostsOf(farm);
    const start = (taskDefinition: string, containerInstances: string[]) =>
      farm.ecs<object, { tasks: Task[]; failures: Failure[] }>('StartTask', {
        cluster,
        taskDefinition,
        containerInstances,
      });
    const started = start('app', [second, 'none']);
    expect(started.tasks.map(({ containerInstanceArn, group }) => [containerInstanceArn, group])).toEqual([
      [second, 'family:app'],
    ]);
    expect(started.failures.map(({ reason }) => reason)).toEqual(['MISSING']);
    expect(start('jdci-master-a', [first]).failures).toEqual([{ arn: first, reason: 'RESOURCE:PORTS' }]);
  });

  it('takes no command unless that was asked for, and has no Session Manager then', () => {
    const farm = running({ zones: [0, 1] });
    register(farm, 'app');
    const [plain] = run(farm, { taskDefinition: 'app' }).tasks;
    const [asked] = run(farm, { taskDefinition: 'app', enableExecuteCommand: true }).tasks;
    farm.world.advance(120_000);
    const execute = (task: Task | undefined) =>
      farm.ecs('ExecuteCommand', { cluster, task: task?.taskArn, command: 'sh', interactive: true });
    expect(() => execute(plain)).toThrow(/^The execute command failed because execute command was not enabled/);
    expect(() => execute(asked)).toThrow(code('TargetNotConnectedException'));
  });

  it('is of a definition that is there, in a cluster that is not deleted, and has an id of the right length', () => {
    const farm = running({ zones: [0] });
    expect(() => run(farm, { taskDefinition: 'none' })).toThrow('TaskDefinition not found.');
    farm.ecs('CreateCluster', { clusterName: 'old' });
    farm.ecs('DeleteCluster', { cluster: 'old' });
    expect(() => run(farm, { cluster: 'old', taskDefinition: 'jdci-master-a' })).toThrow(
      'The referenced cluster was inactive.',
    );
    expect(() => farm.ecs('StopTask', { cluster, task: 'abc' })).toThrow('taskId length should be one of [32,36]');
  });

  it('is not looked for in another cluster than its own', () => {
    const farm = running({ zones: [0] });
    const other = 'arn:aws:ecs:eu-west-1:123456789012:task/other/0123456789abcdef0123456789abcdef';
    expect(() => farm.ecs('DescribeTasks', { cluster, tasks: [other] })).toThrow(
      'Invalid identifier: Identifier is for cluster other. Your cluster is jdci',
    );
  });
});

describe('scale-in protection', () => {
  it('keeps a task of a service from a deployment until it ends', () => {
    const farm = running({ zones: [0, 1] });
    const [task] = farm.tasksOf('a');
    register(farm, 'app');
    const [alone] = run(farm, { taskDefinition: 'app' }).tasks;
    const tasks = [task?.taskArn, alone?.taskArn];
    expect(farm.ecs('UpdateTaskProtection', { cluster, tasks, protectionEnabled: true, expiresInMinutes: 30 })).toEqual(
      {
        protectedTasks: [
          { taskArn: task?.taskArn, protectionEnabled: true, expirationDate: new Date(farm.world.now + 1_800_000) },
        ],
        failures: [{ arn: alone?.taskArn, reason: 'TASK_NOT_VALID' }],
      },
    );
    farm.ecs('UpdateService', { cluster, service: 'jdci-master-a', forceNewDeployment: true });
    farm.world.advance(25 * 60_000);
    expect(farm.tasksOf('a').map(({ taskArn }) => taskArn)).toEqual([task?.taskArn]);
    farm.world.advance(10 * 60_000);
    expect(farm.tasksOf('a')).toHaveLength(1);
    expect(farm.tasksOf('a')[0]?.taskArn).not.toBe(task?.taskArn);
    expect(farm.ecs('GetTaskProtection', { cluster, tasks: [farm.tasksOf('a')[0]?.taskArn] })).toMatchObject({
      protectedTasks: [{ protectionEnabled: false }],
    });
  });
});

describe('a container instance', () => {
  it('is deregistered with tasks by force only; its containers run on, and it comes back when it boots again', () => {
    const farm = running({ zones: [0, 1] });
    const [task] = farm.tasksOf('a');
    const input = { cluster, containerInstance: task?.containerInstanceArn };
    expect(() => farm.ecs('UpdateContainerAgent', input)).toThrow(code('NoUpdateAvailableException'));
    expect(() => farm.ecs('DeregisterContainerInstance', input)).toThrow('Found running tasks on the instance.');
    expect(farm.ecs('DeregisterContainerInstance', { ...input, force: true })).toMatchObject({
      containerInstance: { status: 'INACTIVE', agentConnected: false },
    });
    expect(farm.tasksOf('a', 'STOPPED')).toMatchObject([
      { lastStatus: 'STOPPED', stoppedReason: 'Container instance deregistration forced by user' },
    ]);
    const [orphaned] = farm.hosts;
    const ask = () =>
      farm.world.network.request(orphaned?.privateIp ?? '', 8080, {
        method: 'GET',
        path: '/login',
        headers: {},
        body: '',
      });
    farm.world.advance(300_000);
    expect(hostsOf(farm)).toHaveLength(1);
    expect(farm.tasksOf('a')).toHaveLength(1);
    expect(ask()).toMatchObject({ kind: 'reply', status: 200 });
    if (!orphaned) throw new Error('no host');
    rebootInstance(farm.world, orphaned.id);
    expect(ask().kind).not.toBe('reply');
    farm.world.advance(300_000);
    expect(hostsOf(farm)).toHaveLength(2);
  });
});

describe('service deployments', () => {
  const list = (farm: SmallFarm) =>
    farm.ecs<object, ListServiceDeploymentsResponse>('ListServiceDeployments', { cluster, service: 'jdci-master-a' })
      .serviceDeployments ?? [];

  it('tell the history of a service, with the revisions that it went from and to', () => {
    const farm = running({ zones: [0, 1] });
    expect(list(farm).map(({ status }) => status)).toEqual(['SUCCESSFUL']);
    farm.ecs('UpdateService', { cluster, service: 'jdci-master-a', forceNewDeployment: true });
    expect(list(farm).map(({ status }) => status)).toEqual(['IN_PROGRESS', 'SUCCESSFUL']);
    farm.world.advance(300_000);
    const [newest, first] = list(farm);
    expect(newest).toMatchObject({ status: 'SUCCESSFUL', finishedAt: expect.any(Date) });
    const { serviceDeployments } = farm.ecs<object, DescribeServiceDeploymentsResponse>('DescribeServiceDeployments', {
      serviceDeploymentArns: [newest?.serviceDeploymentArn],
    });
    expect(serviceDeployments?.[0]).toMatchObject({
      sourceServiceRevisions: [{ arn: first?.targetServiceRevisionArn, runningTaskCount: 0 }],
      targetServiceRevision: { arn: newest?.targetServiceRevisionArn, requestedTaskCount: 1, runningTaskCount: 1 },
    });
    const serviceRevisionArns = [newest?.targetServiceRevisionArn, 'none'];
    expect(farm.ecs('DescribeServiceRevisions', { serviceRevisionArns })).toMatchObject({
      serviceRevisions: [{ taskDefinition: expect.stringMatching(/jdci-master-a:1$/), launchType: 'EC2' }],
      failures: [{ arn: 'none', reason: 'MISSING' }],
    });
    expect(() => farm.ecs('StopServiceDeployment', { serviceDeploymentArn: newest?.serviceDeploymentArn })).toThrow(
      code('ConflictException'),
    );
  });

  it('are rolled back on demand', () => {
    const farm = running({ zones: [0, 1] });
    register(farm, 'jdci-master-a', {
      containerDefinitions: [{ ...container, name: 'master', portMappings: [{ containerPort: 8080, hostPort: 8080 }] }],
    });
    farm.ecs('UpdateService', { cluster, service: 'jdci-master-a', taskDefinition: 'jdci-master-a:2' });
    farm.world.advance(20_000);
    farm.ecs('StopServiceDeployment', { serviceDeploymentArn: list(farm)[0]?.serviceDeploymentArn });
    expect(list(farm)[0]?.status).toBe('ROLLBACK_IN_PROGRESS');
    farm.world.advance(400_000);
    expect(list(farm)[0]?.status).toBe('ROLLBACK_SUCCESSFUL');
    expect(farm.serviceOf('a').taskDefinition).toMatch(/:1$/);
    expect(farm.tasksOf('a')).toHaveLength(1);
  });

  it('are rolled back by the circuit breaker, which says so', () => {
    const farm = running({ slots: [], zones: [0] });
    register(farm, 'app');
    farm.ecs('CreateService', {
      cluster,
      serviceName: 'app',
      taskDefinition: 'app',
      desiredCount: 1,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    });
    farm.world.advance(120_000);
    register(farm, 'app', {
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      containerDefinitions: [{ ...container, secrets: [{ name: 'X', valueFrom: '/no/such/parameter' }] }],
    });
    farm.ecs('UpdateService', { cluster, service: 'app', taskDefinition: 'app:2' });
    farm.world.advance(20 * 60_000);
    const [service] =
      farm.ecs<object, DescribeServicesResponse>('DescribeServices', { cluster, services: ['app'] }).services ?? [];
    expect(service?.taskDefinition).toMatch(/app:1$/);
    expect(service?.deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED' }]);
    const messages = (service?.events ?? []).map(({ message }) => message?.replace(/\d{19}/g, 'N'));
    expect(messages).toContain('(service app) (deployment ecs-svc/N) deployment failed: tasks failed to start.');
    expect(messages).toContain('(service app) rolling back to deployment ecs-svc/N.');
    expect(messages).toContain('(service app) (deployment ecs-svc/N) deployment completed.');
  });

  it('know no task sets and no namespaces', () => {
    const farm = running({ zones: [0] });
    expect(() => farm.ecs('DescribeTaskSets', { cluster, service: 'jdci-master-a' })).toThrow(
      'Amazon ECS only supports task set management on services configured to use external deployment controllers.',
    );
    expect(() => farm.ecs('ListServicesByNamespace', { namespace: 'x' })).toThrow(code('NamespaceNotFoundException'));
  });
});

describe('the account', () => {
  it('has settings with defaults, for a caller and for all', () => {
    const farm = running({ slots: [], zones: [] });
    const list = (input: object) => farm.ecs('ListAccountSettings', input);
    expect(list({})).toEqual({ settings: [] });
    expect(list({ effectiveSettings: true, name: 'containerInsights' })).toMatchObject({
      settings: [{ name: 'containerInsights', value: 'disabled' }],
    });
    farm.ecs('PutAccountSettingDefault', { name: 'containerInsights', value: 'enabled' });
    farm.ecs('CreateCluster', { clusterName: 'more' });
    const shown = () => farm.ecs('DescribeClusters', { clusters: ['more'], include: ['SETTINGS', 'STATISTICS'] });
    expect(shown()).toMatchObject({
      clusters: [
        {
          settings: [{ name: 'containerInsights', value: 'enabled' }],
          statistics: expect.arrayContaining([{ name: 'runningEC2TasksCount', value: '0' }]),
        },
      ],
    });
    farm.ecs('UpdateClusterSettings', {
      cluster: 'more',
      settings: [{ name: 'containerInsights', value: 'disabled' }],
    });
    expect(shown()).toMatchObject({ clusters: [{ settings: [{ value: 'disabled' }] }] });
    expect(farm.ecs('DescribeClusters', { clusters: ['more'] })).toMatchObject({
      clusters: [{ settings: [], statistics: [] }],
    });
    expect(() => farm.ecs('PutAccountSetting', { name: 'none', value: 'x' })).toThrow(
      code('InvalidParameterException'),
    );
  });
});

describe('a task definition', () => {
  it('says what it needs of a host, and is deleted when nothing uses it', () => {
    const farm = running({ zones: [0] });
    const described = farm.ecs<object, { taskDefinition: { requiresAttributes: Attribute[] } }>(
      'DescribeTaskDefinition',
      { taskDefinition: 'jdci-master-a' },
    );
    expect(described.taskDefinition.requiresAttributes).toContainEqual({
      name: 'ecs.capability.secrets.asm.environment-variables',
    });
    register(farm, 'app');
    const remove = () => farm.ecs('DeleteTaskDefinitions', { taskDefinitions: ['app:1'] });
    expect(remove()).toMatchObject({
      taskDefinitions: [],
      failures: [{ reason: expect.stringMatching(/ACTIVE status/) }],
    });
    const [task] = run(farm, { taskDefinition: 'app' }).tasks;
    farm.ecs('DeregisterTaskDefinition', { taskDefinition: 'app:1' });
    expect(remove()).toMatchObject({ taskDefinitions: [{ status: 'DELETE_IN_PROGRESS' }], failures: [] });
    expect(() => run(farm, { taskDefinition: 'app:1' })).toThrow(code('ClientException'));
    farm.world.advance(300_000);
    expect(farm.ecs('DescribeTaskDefinition', { taskDefinition: 'app:1' })).toMatchObject({
      taskDefinition: { status: 'DELETE_IN_PROGRESS' },
    });
    farm.ecs('StopTask', { cluster, task: task?.taskArn });
    farm.world.advance(300_000);
    expect(() => farm.ecs('DescribeTaskDefinition', { taskDefinition: 'app:1' })).toThrow(code('ClientException'));
    register(farm, 'app');
    expect(farm.ecs('DescribeTaskDefinition', { taskDefinition: 'app' })).toMatchObject({
      taskDefinition: { revision: 2 },
    });
  });
});

describe('capacity providers', () => {
  it('are Fargate’s two in every account', () => {
    const farm = running({ slots: [], zones: [] });
    expect(farm.ecs('DescribeCapacityProviders', {})).toMatchObject({
      capacityProviders: [
        { name: 'FARGATE', status: 'ACTIVE' },
        { name: 'FARGATE_SPOT', status: 'ACTIVE' },
      ],
      failures: [],
    });
  });

  it('place tasks on the hosts of a provider only, and are changed by a new deployment only', () => {
    const farm = running({ zones: [0] });
    const strategy = [{ capacityProvider: 'none', weight: 1 }];
    const update = (input: object) => farm.ecs('UpdateService', { cluster, service: 'jdci-master-a', ...input });
    expect(() => update({ capacityProviderStrategy: strategy })).toThrow(/you must force a new deployment\.$/);
    expect(() => update({ capacityProviderStrategy: strategy, forceNewDeployment: true })).toThrow(
      "The specified capacity provider 'none' was not found. Specify a valid capacity provider and try again.",
    );
  });
});

describe('what would be accepted and not done', () => {
  it('is refused: other deployment controllers and strategies, providers that are not there', () => {
    const farm = running();
    register(farm, 'app');
    const create = (more: object) => () =>
      farm.ecs('CreateService', { cluster, serviceName: 'app', taskDefinition: 'app', desiredCount: 0, ...more });
    expect(create({ deploymentController: { type: 'EXTERNAL' } })).toThrow('deployment controller ECS only');
    expect(create({ deploymentConfiguration: { strategy: 'BLUE_GREEN' } })).toThrow('strategy ROLLING only');
    create({ deploymentController: { type: 'ECS' } })();
    const other = (input: object) => () => farm.ecs('CreateCluster', { clusterName: 'other', ...input });
    expect(other({ capacityProviders: ['nobody'] })).toThrow('does not exist');
    expect(other({ capacityProviders: ['FARGATE'] })).toThrow('Fargate');
    expect(farm.ecs('DescribeClusters', { clusters: ['other'] })).toMatchObject({ clusters: [] });
  });
});
