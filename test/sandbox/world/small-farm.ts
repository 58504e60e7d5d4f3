import type {
  CreateServiceRequest,
  DescribeServicesResponse,
  DescribeTasksResponse,
  ListTasksResponse,
  Service,
  Task,
} from '@aws-sdk/client-ecs';
import type { DescribeEndPointStateOutput } from '@aws-sdk/client-elastic-load-balancing';
import { ecs } from '../../../src/sandbox/operations/ecs.ts';
import { elasticLoadBalancing } from '../../../src/sandbox/operations/elastic-load-balancing.ts';
import { type Call, invoke } from '../../../src/sandbox/operations/operation.ts';
import { createRegion } from '../../../src/sandbox/region.ts';
import type { Instance } from '../../../src/sandbox/world/ec2.ts';
import { runInstances } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { networks } from '../../../src/sandbox/world/ec2-network.ts';
import { repositories } from '../../../src/sandbox/world/ecr.ts';
import { iam } from '../../../src/sandbox/world/iam.ts';
import { createKeyPair } from '../../../src/sandbox/world/key-pairs.ts';
import { createSecret, putVersion } from '../../../src/sandbox/world/secrets-manager.ts';
import { createSecurityGroup } from '../../../src/sandbox/world/security-groups.ts';
import { defaultSettings, type Settings } from '../../../src/sandbox/world/settings.ts';
import { parameters, putParameter } from '../../../src/sandbox/world/ssm.ts';
import type { World } from '../../../src/sandbox/world/world.ts';

export const viewerToken = '0123456789abcdef0123456789abcdef';
export const operatorToken = 'fedcba9876543210fedcba9876543210';

export interface SmallFarm {
  readonly world: World;
  readonly call: Call;
  readonly hosts: Instance[];
  readonly dnsName: string;
  readonly viewerSecretArn: string;
  readonly environment: readonly { name: string; value: string }[];
  ecs<I, O>(name: string, input: I): O;
  elb<I, O>(name: string, input: I): O;
  startHost(zone: number): Instance;
  serviceOf(slot: string): Service;
  tasksOf(slot: string, desiredStatus?: 'RUNNING' | 'STOPPED'): Task[];
  /** State and description of each host at the balancer, by instance id. */
  health(): Map<string, { state: string; description: string }>;
  inService(count: number): boolean;
}

/** Quiet settings: no build load, so that nothing happens but what a test does. */
export const quietSettings: Settings = { ...defaultSettings, load: { ...defaultSettings.load, buildsPerHour: 0 } };

/**
 * A farm without CloudFormation: cluster `jdci`, balancer `jdci`, hosts in the given zones, and one service per slot.
 * Nothing has booted yet.
 */
export function smallFarm(
  options: { zones?: number[]; slots?: string[]; settings?: Settings; agentCap?: number } = {},
): SmallFarm {
  const { zones = [0, 1, 2], slots = ['a', 'b'], settings = quietSettings } = options;
  const world = createRegion({ seed: 1, startMs: Date.UTC(2026, 0, 1), settings });
  const call: Call = {
    world,
    caller: { accessKeyId: 'SANDBOX000000000000', arn: 'arn:aws:iam::123456789012:user/test' },
  };
  const callEcs = <I, O>(name: string, input: I): O => invoke(ecs, name, input, call);
  const callElb = <I, O>(name: string, input: I): O => invoke(elasticLoadBalancing, name, input, call);

  const subnets = [...networks(world).subnets.values()];
  const vpcId = subnets[0]?.vpcId ?? '';
  const group = createSecurityGroup(world, { name: 'farm', description: 'farm', vpcId });
  const profileArn = world.arn('iam', 'instance-profile/host', '');
  iam(world).profiles.set('host', {
    id: 'AIPATEST',
    name: 'host',
    path: '/',
    arn: profileArn,
    createdAt: world.now,
    tags: new Map(),
  });
  const pair = createKeyPair(world, 'agents', new Map());
  // Not the pair's own key: making one takes 100 ms.
  const keyParameter = `/ec2/keypair/${pair.id}`;
  putParameter(world, { name: keyParameter, type: 'SecureString', value: 'a PRIVATE KEY' });
  const secretArn = (name: string, token: string) => {
    const secret = createSecret(world, { name });
    putVersion(world, secret, JSON.stringify({ username: name, token }));
    return secret.arn;
  };
  const viewerSecretArn = secretArn('viewer', viewerToken);
  const operatorSecretArn = secretArn('operator', operatorToken);
  const ami =
    parameters(world).get('/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id')?.value() ?? '';
  const repository = repositories(world).get('jdci-master');
  const image = `${repository?.uri}@${repository?.images[0]?.digest}`;

  callEcs('CreateCluster', { clusterName: 'jdci' });
  const { DNSName: dnsName } = callElb<unknown, { DNSName: string }>('CreateLoadBalancer', {
    LoadBalancerName: 'jdci',
    Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 }],
    Subnets: subnets.map((subnet) => subnet.id),
    SecurityGroups: [group.id],
  });
  callElb('ConfigureHealthCheck', {
    LoadBalancerName: 'jdci',
    HealthCheck: { Target: 'HTTP:8080/health/', Interval: 10, Timeout: 5, HealthyThreshold: 2, UnhealthyThreshold: 3 },
  });
  callElb('ModifyLoadBalancerAttributes', {
    LoadBalancerName: 'jdci',
    LoadBalancerAttributes: {
      CrossZoneLoadBalancing: { Enabled: true },
      ConnectionDraining: { Enabled: true, Timeout: 30 },
    },
  });
  const startHost = (zone: number): Instance => {
    const [instance] = runInstances(world, {
      imageId: ami,
      type: 't3.medium',
      subnetId: subnets[zone]?.id ?? '',
      securityGroupIds: [group.id],
      iamInstanceProfileArn: profileArn,
      userData: '#!/bin/bash\necho ECS_CLUSTER=jdci >> /etc/ecs/ecs.config\n',
      tags: new Map([['jdci:role', 'host']]),
      count: 1,
    });
    if (!instance) throw new Error('no host');
    return instance;
  };
  const hosts = zones.map(startHost);
  const environment = [
    { name: 'JDCI_FARM', value: 'jdci' },
    { name: 'JDCI_URL', value: `http://${dnsName}/` },
    { name: 'JDCI_REGION', value: 'eu-west-1' },
    { name: 'JDCI_CLUSTER', value: 'jdci' },
    { name: 'JDCI_AGENT_SUBNETS', value: subnets.map((subnet) => subnet.id).join(',') },
    { name: 'JDCI_AGENT_SECURITY_GROUP', value: group.id },
    { name: 'JDCI_AGENT_INSTANCE_PROFILE', value: profileArn },
    { name: 'JDCI_AGENT_KEY_PAIR', value: pair.name },
    { name: 'JDCI_AGENT_AMI', value: ami },
    { name: 'JDCI_AGENT_TYPE', value: 't3.small' },
    { name: 'JDCI_AGENT_CAP', value: String(options.agentCap ?? 10) },
    { name: 'JDCI_AGENT_IDLE_MINUTES', value: '10' },
  ];
  for (const slot of slots) {
    callEcs('RegisterTaskDefinition', {
      family: `jdci-master-${slot}`,
      networkMode: 'bridge',
      executionRoleArn: world.arn('iam', 'role/execution', ''),
      containerDefinitions: [
        {
          name: 'master',
          image,
          cpu: 512,
          memoryReservation: 2048,
          portMappings: [{ containerPort: 8080, hostPort: 8080 }],
          environment: [...environment, { name: 'JDCI_SLOT', value: slot }],
          secrets: [
            { name: 'JDCI_VIEWER_SECRET', valueFrom: `${viewerSecretArn}:token::` },
            { name: 'JDCI_OPERATOR_SECRET', valueFrom: `${operatorSecretArn}:token::` },
            { name: 'JDCI_AGENT_SSH_KEY', valueFrom: keyParameter },
          ],
          healthCheck: {
            command: ['CMD-SHELL', 'curl -fsS http://localhost:8080/health/ || exit 1'],
            interval: 15,
            timeout: 8,
            retries: 4,
            startPeriod: 300,
          },
          stopTimeout: 60,
        },
      ],
    });
    const service: CreateServiceRequest = {
      cluster: 'jdci',
      serviceName: `jdci-master-${slot}`,
      taskDefinition: `jdci-master-${slot}`,
      desiredCount: 1,
      deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 },
      loadBalancers: [{ loadBalancerName: 'jdci', containerName: 'master', containerPort: 8080 }],
      healthCheckGracePeriodSeconds: 300,
      propagateTags: 'SERVICE',
      tags: [
        { key: 'jdci:farm', value: 'jdci' },
        { key: 'jdci:slot', value: slot },
      ],
    };
    callEcs('CreateService', service);
  }
  const health = () => {
    const { InstanceStates = [] } = callElb<unknown, DescribeEndPointStateOutput>('DescribeInstanceHealth', {
      LoadBalancerName: 'jdci',
    });
    return new Map(
      InstanceStates.map((one) => [
        one.InstanceId ?? '',
        { state: one.State ?? '', description: one.Description ?? '' },
      ]),
    );
  };
  return {
    world,
    call,
    hosts,
    dnsName,
    viewerSecretArn,
    environment,
    ecs: callEcs,
    elb: callElb,
    startHost,
    serviceOf: (slot) => {
      const { services = [] } = callEcs<unknown, DescribeServicesResponse>('DescribeServices', {
        cluster: 'jdci',
        services: [`jdci-master-${slot}`],
        include: ['TAGS'],
      });
      if (!services[0]) throw new Error(`no service of slot ${slot}`);
      return services[0];
    },
    tasksOf: (slot, desiredStatus = 'RUNNING') => {
      const { taskArns = [] } = callEcs<unknown, ListTasksResponse>('ListTasks', {
        cluster: 'jdci',
        serviceName: `jdci-master-${slot}`,
        desiredStatus,
      });
      if (taskArns.length === 0) return [];
      const { tasks = [] } = callEcs<unknown, DescribeTasksResponse>('DescribeTasks', {
        cluster: 'jdci',
        tasks: taskArns,
        include: ['TAGS'],
      });
      return tasks;
    },
    health,
    inService: (count) => [...health().values()].filter((one) => one.state === 'InService').length === count,
  };
}

/** A farm in which every slot serves. */
export function servingFarm(options: Parameters<typeof smallFarm>[0] = {}): SmallFarm {
  const farm = smallFarm(options);
  const slots = options.slots?.length ?? 2;
  if (!farm.world.advanceUntil(() => farm.inService(slots), 10 * 60_000)) throw new Error('the farm did not come up');
  return farm;
}
