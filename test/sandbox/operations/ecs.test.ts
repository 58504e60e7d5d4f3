import { describe, expect, it } from 'vitest';
import { smallFarm } from '../world/small-farm.ts';

const container = { name: 'app', image: 'app:1', memory: 128 };

function farmOf() {
  return smallFarm({ slots: ['a'], zones: [0] });
}

const code = (value: string) => expect.objectContaining({ code: value });

describe('clusters', () => {
  it('are made once, listed, and not deleted while something is in them', () => {
    const farm = farmOf();
    farm.world.advance(120_000);
    expect(farm.ecs('CreateCluster', { clusterName: 'jdci' })).toMatchObject({
      cluster: { clusterName: 'jdci', registeredContainerInstancesCount: 1, activeServicesCount: 1 },
    });
    expect(farm.ecs('ListClusters', {})).toEqual({ clusterArns: ['arn:aws:ecs:eu-west-1:123456789012:cluster/jdci'] });
    expect(() => farm.ecs('DeleteCluster', { cluster: 'jdci' })).toThrow(
      code('ClusterContainsContainerInstancesException'),
    );
    expect(farm.ecs('DescribeClusters', { clusters: ['jdci', 'none'] })).toMatchObject({
      clusters: [{ clusterName: 'jdci' }],
      failures: [{ arn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/none', reason: 'MISSING' }],
    });
  });

  it('that are not there are ClusterNotFoundException, by every call', () => {
    const farm = farmOf();
    const calls: [string, object][] = [
      ['ListTasks', {}],
      ['DescribeTasks', { tasks: ['x'] }],
      ['ListServices', {}],
      ['DescribeServices', { services: ['x'] }],
      ['ListContainerInstances', {}],
      ['StopTask', { task: 'x' }],
      ['UpdateService', { service: 'x' }],
      ['DeleteCluster', {}],
    ];
    for (const [name, input] of calls) {
      expect(() => farm.ecs(name, { cluster: 'none', ...input })).toThrow(code('ClusterNotFoundException'));
    }
  });
});

describe('task definitions', () => {
  it('count revisions and resolve to the newest active one', () => {
    const farm = farmOf();
    const register = () => farm.ecs('RegisterTaskDefinition', { family: 'app', containerDefinitions: [container] });
    expect(register()).toMatchObject({ taskDefinition: { revision: 1 } });
    expect(register()).toMatchObject({ taskDefinition: { revision: 2 } });
    farm.ecs('DeregisterTaskDefinition', { taskDefinition: 'app:2' });
    expect(farm.ecs('DescribeTaskDefinition', { taskDefinition: 'app' })).toMatchObject({
      taskDefinition: { revision: 1, containerDefinitions: [{ name: 'app', essential: true, cpu: 0 }] },
    });
    expect(farm.ecs('DescribeTaskDefinition', { taskDefinition: 'app:2' })).toMatchObject({
      taskDefinition: { status: 'INACTIVE' },
    });
    farm.ecs('RegisterTaskDefinition', { family: 'old', containerDefinitions: [container] });
    farm.ecs('DeregisterTaskDefinition', { taskDefinition: 'old:1' });
    const families = (status?: string) => farm.ecs('ListTaskDefinitionFamilies', { status });
    expect(families()).toEqual({ families: ['jdci-master-a', 'app', 'old'] });
    expect(families('ACTIVE')).toEqual({ families: ['jdci-master-a', 'app'] });
    expect(families('INACTIVE')).toEqual({ families: ['old'] });
    const run = () => farm.ecs('RunTask', { cluster: 'jdci', taskDefinition: 'old:1' });
    expect(run).toThrow(code('ClientException'));
    // A revision that was given is never given again.
    expect(register()).toMatchObject({ taskDefinition: { revision: 3 } });
    expect(farm.ecs('ListTaskDefinitions', { familyPrefix: 'app', sort: 'DESC' })).toEqual({
      taskDefinitionArns: [
        'arn:aws:ecs:eu-west-1:123456789012:task-definition/app:3',
        'arn:aws:ecs:eu-west-1:123456789012:task-definition/app:1',
      ],
    });
    expect(() => farm.ecs('DescribeTaskDefinition', { taskDefinition: 'none' })).toThrow(code('ClientException'));
  });

  it.each([
    ['no container', { containerDefinitions: [] }],
    ['no memory', { containerDefinitions: [{ name: 'app', image: 'app:1' }] }],
    ['no image', { containerDefinitions: [{ name: 'app', memory: 64 }] }],
    ['two containers of one name', { containerDefinitions: [container, container] }],
    ['nothing essential', { containerDefinitions: [{ ...container, essential: false }] }],
    [
      'secrets without a role to read them',
      { containerDefinitions: [{ ...container, secrets: [{ name: 'A', valueFrom: 'b' }] }] },
    ],
    [
      'a health check interval of 4',
      { containerDefinitions: [{ ...container, healthCheck: { command: ['CMD', 'x'], interval: 4 } }] },
    ],
    [
      'a start period of 301',
      { containerDefinitions: [{ ...container, healthCheck: { command: ['CMD', 'x'], startPeriod: 301 } }] },
    ],
    ['a family with a slash', { family: 'a/b' }],
  ])('are refused with %s', (_name, change) => {
    const farm = farmOf();
    expect(() =>
      farm.ecs('RegisterTaskDefinition', { family: 'app', containerDefinitions: [container], ...change }),
    ).toThrow(code('ClientException'));
  });
});

describe('services', () => {
  const service = { cluster: 'jdci', serviceName: 's', taskDefinition: 'jdci-master-a' };
  it.each([
    [
      '100 and 100 percent, which could never be replaced',
      { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
    ],
    [
      'a balancer that is not there',
      { loadBalancers: [{ loadBalancerName: 'none', containerName: 'master', containerPort: 8080 }] },
    ],
    [
      'a container that is not there',
      { loadBalancers: [{ loadBalancerName: 'jdci', containerName: 'none', containerPort: 8080 }] },
    ],
    [
      'a port that is not there',
      { loadBalancers: [{ loadBalancerName: 'jdci', containerName: 'master', containerPort: 1 }] },
    ],
    ['a name that is taken', { serviceName: 'jdci-master-a' }],
    ['less than nothing', { desiredCount: -1 }],
    ['a constraint the sandbox does not know', { placementConstraints: [{ type: 'memberOf', expression: 'x' }] }],
  ])('are refused with %s', (_name, change) => {
    const farm = farmOf();
    expect(() => farm.ecs('CreateService', { ...service, ...change })).toThrow(code('InvalidParameterException'));
    expect(farm.ecs('ListServices', { cluster: 'jdci' })).toEqual({
      serviceArns: ['arn:aws:ecs:eu-west-1:123456789012:service/jdci/jdci-master-a'],
    });
  });

  it('are described ten at a time, with failures for what is missing and tags only when asked', () => {
    const farm = farmOf();
    expect(() => farm.ecs('DescribeServices', { cluster: 'jdci', services: Array(11).fill('x') })).toThrow(
      code('InvalidParameterException'),
    );
    expect(() => farm.ecs('DescribeServices', { cluster: 'jdci', services: [] })).toThrow(
      code('InvalidParameterException'),
    );
    const answer = farm.ecs<object, { services: { tags?: unknown }[]; failures: unknown }>('DescribeServices', {
      cluster: 'jdci',
      services: ['jdci-master-a', 'x'],
    });
    expect(answer.services[0]?.tags).toBeUndefined();
    expect(answer.failures).toEqual([{ arn: 'arn:aws:ecs:eu-west-1:123456789012:service/jdci/x', reason: 'MISSING' }]);
    expect(() => farm.ecs('UpdateService', { cluster: 'jdci', service: 'x' })).toThrow(
      code('ServiceNotFoundException'),
    );
  });
});

describe('tasks', () => {
  it('are listed in pages of at most 100, by desired status, service, family and host', () => {
    const farm = smallFarm({ slots: [], zones: [0] });
    farm.world.advance(120_000);
    farm.ecs('RegisterTaskDefinition', { family: 'app', containerDefinitions: [{ ...container, memory: 16 }] });
    for (let n = 0; n < 11; n++) farm.ecs('RunTask', { cluster: 'jdci', taskDefinition: 'app', count: 10 });
    type Page = { taskArns: string[]; nextToken?: string };
    const list = (more: object) => farm.ecs<object, Page>('ListTasks', { cluster: 'jdci', ...more });
    const first = list({});
    const second = list({ nextToken: first.nextToken });
    expect([first.taskArns.length, second.taskArns.length, second.nextToken]).toEqual([100, 10, undefined]);
    expect(new Set([...first.taskArns, ...second.taskArns]).size).toBe(110);
    expect(list({ maxResults: 7 }).taskArns).toHaveLength(7);
    for (const maxResults of [0, 101]) expect(() => list({ maxResults })).toThrow(code('InvalidParameterException'));
    expect(list({ desiredStatus: 'STOPPED' }).taskArns).toEqual([]);
    expect(list({ desiredStatus: 'PENDING' }).taskArns).toEqual([]);
    expect(list({ family: 'other' }).taskArns).toEqual([]);
    expect(() => list({ serviceName: 'none' })).toThrow(code('ServiceNotFoundException'));
    expect(() => farm.ecs('DescribeTasks', { cluster: 'jdci', tasks: Array(101).fill('x') })).toThrow(
      code('InvalidParameterException'),
    );
  });

  it('that do not fit are failures with a reason, not errors', () => {
    const farm = smallFarm({ slots: [], zones: [0] });
    const run = (memory: number) => {
      farm.ecs('RegisterTaskDefinition', { family: 'app', containerDefinitions: [{ ...container, memory }] });
      return farm.ecs<object, { tasks: unknown[]; failures: { reason: string }[] }>('RunTask', {
        cluster: 'jdci',
        taskDefinition: 'app',
      });
    };
    expect(() => run(64)).toThrow('No Container Instances were found in your cluster.');
    farm.world.advance(120_000);
    expect(run(64)).toMatchObject({ failures: [] });
    expect(run(4000).failures[0]?.reason).toBe('RESOURCE:MEMORY');
  });

  it('are tagged, and lose their tags when they stop', () => {
    const farm = farmOf();
    farm.world.advance(180_000);
    const [task] = farm.tasksOf('a');
    const arn = task?.taskArn ?? '';
    farm.ecs('TagResource', { resourceArn: arn, tags: [{ key: 'drill', value: '1' }] });
    expect(farm.ecs('ListTagsForResource', { resourceArn: arn })).toEqual({
      tags: [
        { key: 'jdci:farm', value: 'jdci' },
        { key: 'jdci:slot', value: 'a' },
        { key: 'drill', value: '1' },
      ],
    });
    farm.ecs('StopTask', { cluster: 'jdci', task: arn });
    farm.world.advance(20_000);
    expect(farm.tasksOf('a', 'STOPPED')[0]?.tags).toEqual([]);
    expect(() => farm.ecs('TagResource', { resourceArn: 'nonsense', tags: [] })).toThrow(
      code('InvalidParameterException'),
    );
  });
});

describe('container instances', () => {
  it('change state ten at a time, and only to ACTIVE or DRAINING', () => {
    const farm = farmOf();
    farm.world.advance(120_000);
    const { containerInstanceArns } = farm.ecs<object, { containerInstanceArns: string[] }>('ListContainerInstances', {
      cluster: 'jdci',
    });
    const update = (containerInstances: string[], status: string) =>
      farm.ecs('UpdateContainerInstancesState', { cluster: 'jdci', containerInstances, status });
    expect(() => update(containerInstanceArns, 'INACTIVE')).toThrow(code('InvalidParameterException'));
    expect(() => update(Array(11).fill('x'), 'DRAINING')).toThrow(code('InvalidParameterException'));
    expect(update([...containerInstanceArns, 'x'], 'DRAINING')).toMatchObject({
      containerInstances: [{ status: 'DRAINING' }],
      failures: [{ reason: 'MISSING' }],
    });
    expect(farm.ecs('ListContainerInstances', { cluster: 'jdci', status: 'ACTIVE' })).toEqual({
      containerInstanceArns: [],
    });
  });
});
