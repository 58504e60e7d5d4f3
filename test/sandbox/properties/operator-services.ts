import type { DescribeTaskDefinitionResponse, ListServiceDeploymentsResponse, Task } from '@aws-sdk/client-ecs';
import { type Deed, nth } from './deed.ts';
import type { WholeFarm } from './whole-farm.ts';

const onCluster = (farm: WholeFarm) => ({ cluster: farm.id('Cluster') });

/** Any task, also one that has stopped; sometimes one that never was. */
function anyTask(farm: WholeFarm, which: number, how: number): string {
  const task: Task | undefined = how % 4 === 3 ? nth(farm.tasks(), which) : nth(living(farm), which);
  return how === 11 || !task?.taskArn ? '0123456789abcdef0123456789abcdef' : task.taskArn;
}

const living = (farm: WholeFarm) => farm.tasks().filter((task) => task.lastStatus !== 'STOPPED');

function anyPlace(farm: WholeFarm, which: number, how: number): string {
  const one = nth(farm.containerInstances(), which)?.containerInstanceArn;
  return how === 11 || !one ? '0123456789abcdef0123456789abcdef' : one;
}

const anyService = (farm: WholeFarm, which: number): string => nth(farm.masters, which) ?? '';
const definition = (farm: WholeFarm, which: number): string =>
  farm.id(which % 2 === 0 ? 'TaskDefinitionA' : 'TaskDefinitionB');

const onBalancer = (farm: WholeFarm) => ({ LoadBalancerName: farm.id('LoadBalancer') });

/** What is done to services, tasks, container instances, and to the balancer in front of them. */
export const serviceDeeds = {
  'set-count': (farm, ask, which, how) =>
    ask('ecs', 'UpdateService', { ...onCluster(farm), service: anyService(farm, which), desiredCount: how % 4 }),
  'force-deployment': (farm, ask, which) =>
    ask('ecs', 'UpdateService', { ...onCluster(farm), service: anyService(farm, which), forceNewDeployment: true }),
  'change-service': (farm, ask, which, how) =>
    ask('ecs', 'UpdateService', {
      ...onCluster(farm),
      service: how === 11 ? 'nobody' : anyService(farm, which),
      ...(how % 3 === 0
        ? {
            deploymentConfiguration: {
              minimumHealthyPercent: [0, 50, 100][how % 3],
              maximumPercent: [100, 200, 150][(how + 1) % 3],
              deploymentCircuitBreaker: { enable: how > 5, rollback: how > 8 },
            },
          }
        : {}),
      ...(how % 4 === 1 ? { placementStrategy: [{ type: 'binpack', field: how > 5 ? 'memory' : 'cpu' }] } : {}),
      ...(how % 5 === 2
        ? { placementConstraints: [{ type: 'memberOf', expression: `attribute:rack == ${how > 5 ? 'r1' : 'r2'}` }] }
        : {}),
      ...(how % 6 === 3 ? { healthCheckGracePeriodSeconds: how * 10 } : {}),
      ...(how === 8 ? { enableExecuteCommand: true } : {}),
      ...(how === 4 ? { desiredCount: -1 } : {}),
    }),
  'use-provider': (farm, ask, which, how) =>
    ask('ecs', 'UpdateService', {
      ...onCluster(farm),
      service: anyService(farm, which),
      capacityProviderStrategy: [{ capacityProvider: how > 9 ? 'nobody' : farm.id('HostCapacityProvider') }],
      forceNewDeployment: how % 3 !== 0,
    }),
  'new-definition': (farm, ask, which, how) => {
    const { taskDefinition } = farm.call<DescribeTaskDefinitionResponse>('ecs', 'DescribeTaskDefinition', {
      taskDefinition: definition(farm, which),
    });
    const [container] = taskDefinition?.containerDefinitions ?? [];
    // An image that is not there, a secret that is not there, a size of its own.
    const changed = {
      ...container,
      ...(how % 4 === 1 ? { image: container?.image?.replace(/@.*/, ':nowhere') } : {}),
      ...(how % 4 === 2 ? { cpu: 256, memoryReservation: 1024 } : {}),
      ...(how % 4 === 3 ? { environment: container?.environment?.filter(({ name }) => name !== 'JDCI_URL') } : {}),
    };
    ask('ecs', 'RegisterTaskDefinition', {
      family: taskDefinition?.family,
      networkMode: taskDefinition?.networkMode,
      executionRoleArn: taskDefinition?.executionRoleArn,
      taskRoleArn: taskDefinition?.taskRoleArn,
      containerDefinitions: [changed],
    });
    ask('ecs', 'UpdateService', {
      ...onCluster(farm),
      service: anyService(farm, which),
      taskDefinition: taskDefinition?.family,
    });
  },
  'old-definition': (farm, ask, which) =>
    ask('ecs', 'UpdateService', {
      ...onCluster(farm),
      service: anyService(farm, which),
      taskDefinition: definition(farm, which),
    }),
  'delete-service': (farm, ask, which, how) =>
    ask('ecs', 'DeleteService', { ...onCluster(farm), service: anyService(farm, which), force: how % 3 === 0 }),
  'create-service': (farm, ask, which) => {
    const serviceName = anyService(farm, which).split('/').at(-1);
    ask('ecs', 'CreateService', { ...farm.serviceSpec(which), serviceName, launchType: 'EC2' });
  },
  'stop-deployment': (farm, ask, which, how) => {
    const { serviceDeployments } = farm.call<ListServiceDeploymentsResponse>('ecs', 'ListServiceDeployments', {
      service: anyService(farm, which),
    });
    ask('ecs', 'StopServiceDeployment', {
      serviceDeploymentArn: nth(serviceDeployments ?? [], how % 2)?.serviceDeploymentArn ?? 'arn:aws:ecs:nobody',
      stopType: how % 3 === 0 ? 'ABORT' : 'ROLLBACK',
    });
  },
  'stop-task-any': (farm, ask, which, how) =>
    ask('ecs', 'StopTask', { ...onCluster(farm), task: anyTask(farm, which, how), reason: 'operator' }),
  'run-task': (farm, ask, which, how) =>
    ask('ecs', 'RunTask', {
      ...onCluster(farm),
      taskDefinition: definition(farm, which),
      count: 1 + (how % 3),
      ...(how === 5 ? { group: 'service:mine' } : {}),
      ...(how === 7 ? { placementConstraints: [{ type: 'distinctInstance' }] } : {}),
    }),
  'start-task': (farm, ask, which, how) =>
    ask('ecs', 'StartTask', {
      ...onCluster(farm),
      taskDefinition: definition(farm, how),
      containerInstances: [anyPlace(farm, which, how), ...(how % 3 === 0 ? [anyPlace(farm, which + 1, how)] : [])],
    }),
  'protect-task': (farm, ask, which, how) =>
    ask('ecs', 'UpdateTaskProtection', {
      ...onCluster(farm),
      tasks: [anyTask(farm, which, how)],
      protectionEnabled: how % 3 !== 0,
      expiresInMinutes: 1 + how * 10,
    }),
  deregister: (farm, ask, which, how) =>
    ask('ecs', 'DeregisterContainerInstance', {
      ...onCluster(farm),
      containerInstance: anyPlace(farm, which, how),
      force: how % 3 !== 0,
    }),
  'drain-several': (farm, ask, which, how) =>
    ask('ecs', 'UpdateContainerInstancesState', {
      ...onCluster(farm),
      containerInstances: [anyPlace(farm, which, how), anyPlace(farm, which + 1, how)],
      status: how % 3 === 0 ? 'ACTIVE' : 'DRAINING',
    }),
  'put-attribute': (farm, ask, which, how) =>
    ask('ecs', 'PutAttributes', {
      ...onCluster(farm),
      attributes: [
        { name: 'rack', value: how > 5 ? 'r1' : 'r2', targetId: anyPlace(farm, which, 0) },
        { name: how === 3 ? 'ecs.os-type' : 'rack', value: 'r1', targetId: anyPlace(farm, which + 1, how) },
      ],
    }),
  'delete-attribute': (farm, ask, which, how) =>
    ask('ecs', 'DeleteAttributes', {
      ...onCluster(farm),
      attributes: [{ name: 'rack', targetId: anyPlace(farm, which, how) }],
    }),
  'managed-draining': (farm, ask, _which, how) =>
    ask('ecs', 'UpdateCapacityProvider', {
      name: how === 11 ? 'nobody' : farm.id('HostCapacityProvider'),
      autoScalingGroupProvider: { managedDraining: how % 2 === 0 ? 'DISABLED' : 'ENABLED' },
    }),
  'cluster-providers': (farm, ask, _which, how) =>
    ask('ecs', 'PutClusterCapacityProviders', {
      ...onCluster(farm),
      capacityProviders: how % 2 === 0 ? [] : [farm.id('HostCapacityProvider')],
      defaultCapacityProviderStrategy: [],
    }),
  'delete-provider': (farm, ask) =>
    ask('ecs', 'DeleteCapacityProvider', { capacityProvider: farm.id('HostCapacityProvider') }),
  'delete-cluster': (farm, ask) => ask('ecs', 'DeleteCluster', onCluster(farm)),
  'register-host': (farm, ask, which, how) =>
    ask('elasticloadbalancing', 'RegisterInstancesWithLoadBalancer', {
      ...onBalancer(farm),
      Instances: [hostAt(farm, which, how), hostAt(farm, which + 1, how)],
    }),
  'deregister-host': (farm, ask, which, how) =>
    ask('elasticloadbalancing', 'DeregisterInstancesFromLoadBalancer', {
      ...onBalancer(farm),
      Instances: [hostAt(farm, which, how)],
    }),
  'health-check': (farm, ask, _which, how) =>
    ask('elasticloadbalancing', 'ConfigureHealthCheck', {
      ...onBalancer(farm),
      HealthCheck: {
        Target: ['HTTP:8080/health/', 'TCP:8080', 'HTTP:8080/health', 'HTTP:8081/health/'][how % 4],
        Interval: how === 9 ? 5 : 10,
        Timeout: 5,
        HealthyThreshold: 2 + (how % 3),
        UnhealthyThreshold: 2 + (how % 2),
      },
    }),
  'detach-subnet': (farm, ask, which, how) =>
    ask('elasticloadbalancing', 'DetachLoadBalancerFromSubnets', {
      ...onBalancer(farm),
      Subnets: [nth(farm.subnets, which), ...(how % 3 === 0 ? farm.subnets : [])],
    }),
  'attach-subnet': (farm, ask, which) =>
    ask('elasticloadbalancing', 'AttachLoadBalancerToSubnets', {
      ...onBalancer(farm),
      Subnets: [nth(farm.subnets, which)],
    }),
  'delete-listener': (farm, ask, _which, how) =>
    ask('elasticloadbalancing', 'DeleteLoadBalancerListeners', {
      ...onBalancer(farm),
      LoadBalancerPorts: [how % 2 === 0 ? 80 : 443],
    }),
  'create-listener': (farm, ask, _which, how) =>
    ask('elasticloadbalancing', 'CreateLoadBalancerListeners', {
      ...onBalancer(farm),
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: how % 2 === 0 ? 80 : 8081, InstancePort: 8080 }],
    }),
} satisfies Record<string, Deed>;

function hostAt(farm: WholeFarm, which: number, how: number) {
  const id = how === 11 ? undefined : nth(farm.instances('host'), which)?.InstanceId;
  return { InstanceId: id ?? 'i-0123456789abcdef0' };
}
