import type { DescribeLifecycleHooksAnswer } from '@aws-sdk/client-auto-scaling';
import type { ListStackResourcesOutput } from '@aws-sdk/client-cloudformation';
import type { DescribeCapacityProvidersResponse, DescribeClustersResponse } from '@aws-sdk/client-ecs';
import type { DescribeSecretResponse, GetSecretValueResponse } from '@aws-sdk/client-secrets-manager';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';
import { ownHook, refreshes } from './operator-group.ts';
import { nodePath, nodes } from './operator-masters.ts';
import { stackOf, updateOf } from './operator-stack.ts';
import { reads } from './reads.ts';
import type { WholeFarm } from './whole-farm.ts';

/** Parameters of the stack that the operator may have changed. */
const asBefore = {
  AgentCap: '10',
  SpareHosts: '1',
  LogRetentionDays: '30',
  HostInstanceType: 'm7i.xlarge',
  MasterCount: '2',
  AgentIdleMinutes: '10',
  Stickiness: 'false',
};

/**
 * Takes back what an operator left and AWS would keep as well: suspended processes, instances on standby, protection,
 * other sizes, stray hosts and tasks, changed services. What has to wait for something else is refused, and done when
 * this is called again. Returns whether everything was right already.
 */
export function putRight(farm: WholeFarm): boolean {
  // The stack last: it can only be rolled back once what it wants to change is there again.
  const parts = [processes, group, hosts, providers, services, tasks, balancer, secrets, masters, stack];
  const before = reads(farm);
  let refused = false;
  for (const part of parts) {
    try {
      part(farm);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      refused = true;
    }
  }
  return !refused && reads(farm) === before;
}

/** Whether nothing of what an operator started is under way any more, and the stack is as it was. */
export function settled(farm: WholeFarm): boolean {
  const { StackStatus, Parameters = [] } = stackOf(farm);
  return (
    /^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(StackStatus ?? '') &&
    !Parameters.some(({ ParameterKey = '', ParameterValue }) => differs(ParameterKey, ParameterValue)) &&
    !refreshes(farm).some((one) => /^(Pending|InProgress|Cancelling)$/.test(one.Status ?? ''))
  );
}

const onGroup = (farm: WholeFarm) => ({ AutoScalingGroupName: farm.id('HostGroup') });
const onCluster = (farm: WholeFarm) => ({ cluster: farm.id('Cluster') });
const onBalancer = (farm: WholeFarm) => ({ LoadBalancerName: farm.id('LoadBalancer') });

function busy(farm: WholeFarm): boolean {
  return stackOf(farm).StackStatus?.endsWith('_IN_PROGRESS') ?? false;
}

function stack(farm: WholeFarm): void {
  const { StackStatus, Parameters = [] } = stackOf(farm);
  if (busy(farm)) return;
  const onStack = { StackName: 'jdci' };
  if (StackStatus === 'UPDATE_FAILED') farm.call('cloudformation', 'RollbackStack', onStack);
  else if (StackStatus === 'UPDATE_ROLLBACK_FAILED') farm.call('cloudformation', 'ContinueUpdateRollback', onStack);
  else if (Parameters.some(({ ParameterKey = '', ParameterValue }) => differs(ParameterKey, ParameterValue))) {
    farm.call('cloudformation', 'UpdateStack', updateOf(farm, asBefore));
  }
}

function differs(key: string, value: string | undefined): boolean {
  return Object.hasOwn(asBefore, key) && asBefore[key as keyof typeof asBefore] !== value;
}

function processes(farm: WholeFarm): void {
  // While a stack updates the group it suspends some of them itself.
  const ours = farm
    .group()
    .SuspendedProcesses?.filter((one) => !busy(farm) || /^(Launch|Terminate)$/.test(one.ProcessName ?? ''));
  const ScalingProcesses = ours?.map((one) => one.ProcessName) ?? [];
  if (ScalingProcesses.length > 0) farm.call('autoscaling', 'ResumeProcesses', { ...onGroup(farm), ScalingProcesses });
}

function group(farm: WholeFarm): void {
  const { LifecycleHooks = [] } = farm.call<DescribeLifecycleHooksAnswer>(
    'autoscaling',
    'DescribeLifecycleHooks',
    onGroup(farm),
  );
  if (LifecycleHooks.some((hook) => hook.LifecycleHookName === ownHook)) {
    farm.call('autoscaling', 'DeleteLifecycleHook', { ...onGroup(farm), LifecycleHookName: ownHook });
  }
  const { Instances = [], ...now } = farm.group();
  const guarded = Instances.filter((one) => one.ProtectedFromScaleIn && one.LifecycleState === 'InService');
  if (guarded.length > 0) {
    farm.call('autoscaling', 'SetInstanceProtection', {
      ...onGroup(farm),
      InstanceIds: guarded.map((one) => one.InstanceId),
      ProtectedFromScaleIn: false,
    });
  }
  const aside = Instances.filter((one) => one.LifecycleState === 'Standby');
  const most = farm.hostCount + aside.length;
  if (aside.length > 0) {
    farm.call('autoscaling', 'UpdateAutoScalingGroup', { ...onGroup(farm), MinSize: 0, MaxSize: most });
    farm.call('autoscaling', 'ExitStandby', { ...onGroup(farm), InstanceIds: aside.map((one) => one.InstanceId) });
    return;
  }
  if (busy(farm)) return;
  const size = farm.hostCount;
  const sizes = [now.MinSize, now.MaxSize, now.DesiredCapacity];
  if (sizes.some((one) => one !== size) || now.NewInstancesProtectedFromScaleIn) {
    farm.call('autoscaling', 'UpdateAutoScalingGroup', {
      ...onGroup(farm),
      MinSize: size,
      MaxSize: size,
      DesiredCapacity: size,
      NewInstancesProtectedFromScaleIn: false,
    });
  }
}

function hosts(farm: WholeFarm): void {
  const places = new Set(farm.containerInstances().map((one) => one.ec2InstanceId));
  const strays = new Set(farm.strays().map((one) => one.InstanceId));
  const { now } = farm.world;
  for (const { InstanceId = '', LaunchTime, State } of farm.instances('host')) {
    const stray = strays.has(InstanceId) || State?.Name === 'stopped';
    // One that has been deregistered comes back with its next boot only.
    const lost = State?.Name === 'running' && !places.has(InstanceId) && now - Number(LaunchTime) > 300_000;
    if (!stray && !lost) continue;
    for (const attribute of ['DisableApiTermination', 'DisableApiStop']) {
      farm.call('ec2', 'ModifyInstanceAttribute', { InstanceId, [attribute]: { Value: false } });
    }
    farm.call('ec2', 'TerminateInstances', { InstanceIds: [InstanceId] });
  }
}

function providers(farm: WholeFarm): void {
  const name = farm.id('HostCapacityProvider');
  const { capacityProviders = [] } = farm.call<DescribeCapacityProvidersResponse>(
    'ecs',
    'DescribeCapacityProviders',
    {},
  );
  const provider = capacityProviders.find((one) => one.name === name);
  const wanted = {
    autoScalingGroupArn: farm.group().AutoScalingGroupARN,
    managedDraining: 'ENABLED',
    managedScaling: { status: 'DISABLED' },
    managedTerminationProtection: 'DISABLED',
  };
  if (!provider) farm.call('ecs', 'CreateCapacityProvider', { name, autoScalingGroupProvider: wanted });
  else if (provider.autoScalingGroupProvider?.managedDraining !== 'ENABLED') {
    farm.call('ecs', 'UpdateCapacityProvider', { name, autoScalingGroupProvider: { managedDraining: 'ENABLED' } });
  }
  const { clusters } = farm.call<DescribeClustersResponse>('ecs', 'DescribeClusters', {
    clusters: [farm.id('Cluster')],
  });
  if (clusters?.[0]?.capacityProviders?.length) return;
  farm.call('ecs', 'PutClusterCapacityProviders', {
    ...onCluster(farm),
    capacityProviders: [name],
    defaultCapacityProviderStrategy: [],
  });
}

function services(farm: WholeFarm): void {
  if (busy(farm)) return;
  const { StackResourceSummaries = [] } = farm.call<ListStackResourcesOutput>('cloudformation', 'ListStackResources', {
    StackName: 'jdci',
  });
  const definition = (slot: number) =>
    StackResourceSummaries.find((one) => one.LogicalResourceId === `TaskDefinition${'ABCD'[slot]}`)?.PhysicalResourceId;
  for (const [slot, service] of farm.services().entries()) {
    const spec = { ...farm.serviceSpec(slot), taskDefinition: definition(slot) };
    if (service.status === 'INACTIVE') {
      farm.call('ecs', 'CreateService', { ...spec, serviceName: service.serviceName, launchType: 'EC2' });
    }
    if (service.status !== 'ACTIVE') continue;
    const placed = (service.capacityProviderStrategy?.length ?? 0) > 0;
    const { cluster: _cluster, ...wanted } = spec;
    const same = Object.entries(wanted).every(
      ([name, value]) => JSON.stringify(service[name as keyof typeof service]) === JSON.stringify(value),
    );
    if (same && !placed) continue;
    farm.call('ecs', 'UpdateService', {
      ...spec,
      service: service.serviceArn,
      ...(placed ? { capacityProviderStrategy: [], forceNewDeployment: true } : {}),
    });
  }
}

function tasks(farm: WholeFarm): void {
  const living = farm.tasks().filter((task) => task.lastStatus !== 'STOPPED');
  for (const { taskArn, group: owner } of living) {
    if (owner?.startsWith('service:')) {
      farm.call('ecs', 'UpdateTaskProtection', { ...onCluster(farm), tasks: [taskArn], protectionEnabled: false });
    } else farm.call('ecs', 'StopTask', { ...onCluster(farm), task: taskArn });
  }
}

function balancer(farm: WholeFarm): void {
  const { HealthCheck, Subnets = [], ListenerDescriptions = [] } = farm.balancer();
  const call = (operation: string, input: object) =>
    farm.call('elasticloadbalancing', operation, { ...onBalancer(farm), ...input });
  const check = { Target: 'HTTP:8080/health/', Interval: 10, Timeout: 5, HealthyThreshold: 2, UnhealthyThreshold: 3 };
  if (Object.entries(check).some(([name, value]) => HealthCheck?.[name as keyof typeof check] !== value)) {
    call('ConfigureHealthCheck', { HealthCheck: check });
  }
  const missing = farm.subnets.filter((id) => !Subnets.includes(id));
  if (missing.length > 0) call('AttachLoadBalancerToSubnets', { Subnets: missing });
  if (!ListenerDescriptions.some((one) => one.Listener?.LoadBalancerPort === 80)) {
    call('CreateLoadBalancerListeners', {
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 }],
    });
  }
  const places = new Map(farm.containerInstances().map((one) => [one.containerInstanceArn, one.ec2InstanceId]));
  const own = farm
    .tasks()
    .filter((task) => task.desiredStatus === 'RUNNING' && task.lastStatus === 'RUNNING')
    .filter((task) => task.group?.startsWith('service:'));
  const serving = new Set(own.map((task) => places.get(task.containerInstanceArn)));
  const known = new Set(farm.health().map((one) => one.InstanceId));
  const instances = (ids: Iterable<string | undefined>) => [...ids].map((InstanceId) => ({ InstanceId }));
  const absent = instances([...serving].filter((id) => !known.has(id)));
  const idle = instances([...known].filter((id) => !serving.has(id)));
  if (absent.length > 0) call('RegisterInstancesWithLoadBalancer', { Instances: absent });
  if (idle.length > 0) call('DeregisterInstancesFromLoadBalancer', { Instances: idle });
}

function secrets(farm: WholeFarm): void {
  for (const [logicalId, username] of [
    ['OperatorSecret', 'operator'],
    ['ViewerSecret', 'viewer'],
  ] as const) {
    const SecretId = farm.id(logicalId);
    const { DeletedDate } = farm.call<DescribeSecretResponse>('secretsmanager', 'DescribeSecret', { SecretId });
    if (DeletedDate) farm.call('secretsmanager', 'RestoreSecret', { SecretId });
    const { SecretString = '' } = farm.call<GetSecretValueResponse>('secretsmanager', 'GetSecretValue', { SecretId });
    if (SecretString.includes('"token"')) continue;
    farm.call('secretsmanager', 'PutSecretValue', {
      SecretId,
      SecretString: JSON.stringify({ username, token: [...farm.tokens][0] }),
    });
  }
}

function masters(farm: WholeFarm): void {
  for (const slot of farm.masters.keys()) {
    for (const node of nodes(farm, slot)) {
      if (node.temporarilyOffline) farm.ask(slot, 'POST', `${nodePath(node)}/toggleOffline`);
    }
  }
}
