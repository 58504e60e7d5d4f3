import type { ListServiceDeploymentsResponse } from '@aws-sdk/client-ecs';
import type { WholeFarm } from './whole-farm.ts';

/** Everything of a farm that an operator can change, as the services tell it now, as one text. */
export function reads(farm: WholeFarm): string {
  const { call } = farm;
  const cluster = farm.id('Cluster');
  const group = { AutoScalingGroupName: farm.id('HostGroup') };
  const stack = { StackName: 'jdci' };
  return JSON.stringify([
    farm.world.now,
    // What a refused request had scheduled would be due some time.
    farm.world.nextDue,
    farm.instances(),
    farm.tasks(),
    farm.services(),
    farm.containerInstances(),
    farm.balancer(),
    farm.health(),
    farm.group(),
    call('autoscaling', 'DescribeAutoScalingInstances', {}),
    call('autoscaling', 'DescribeScalingActivities', group),
    call('autoscaling', 'DescribeInstanceRefreshes', group),
    call('autoscaling', 'DescribeLifecycleHooks', group),
    call('ec2', 'DescribeVolumes', {}),
    call('ec2', 'DescribeLaunchTemplateVersions', { LaunchTemplateId: farm.id('HostLaunchTemplate') }),
    call('ecs', 'DescribeClusters', { clusters: [cluster] }),
    call('ecs', 'DescribeCapacityProviders', {}),
    call('ecs', 'GetTaskProtection', { cluster }),
    call('ecs', 'ListTaskDefinitions', {}),
    farm.masters.map((service) => call<ListServiceDeploymentsResponse>('ecs', 'ListServiceDeployments', { service })),
    call('secretsmanager', 'ListSecrets', { IncludePlannedDeletion: true }),
    call('cloudformation', 'DescribeStacks', stack),
    call('cloudformation', 'ListStackResources', stack),
    call('cloudformation', 'ListChangeSets', stack),
  ]);
}
