import type { ActivitiesType } from '@aws-sdk/client-auto-scaling';
import type { DescribeStackEventsOutput } from '@aws-sdk/client-cloudformation';
import type { FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { reads } from './reads.ts';
import type { WholeFarm } from './whole-farm.ts';

/** Everything that the region's services remember of a farm, and what its masters show, as one text. */
export function history(farm: WholeFarm): string {
  const { StackEvents } = farm.call<DescribeStackEventsOutput>('cloudformation', 'DescribeStackEvents', {
    StackName: 'jdci',
  });
  const { Activities } = farm.call<ActivitiesType>('autoscaling', 'DescribeScalingActivities', {
    AutoScalingGroupName: farm.id('HostGroup'),
  });
  const { events } = farm.call<FilterLogEventsResponse>('logs', 'FilterLogEvents', {
    logGroupName: farm.id('LogGroup'),
  });
  const masters = farm.masters.map((_, slot) =>
    ['/api/json?depth=2', '/computer/api/json?depth=2', '/queue/api/json?depth=2', '/overallLoad/api/json?depth=3'].map(
      (path) => farm.ask(slot, 'GET', path),
    ),
  );
  return JSON.stringify(
    {
      now: farm.world.now,
      instances: farm.instances(),
      tasks: farm.tasks(),
      services: farm.services(),
      containerInstances: farm.containerInstances(),
      health: farm.health(),
      group: farm.group(),
      Activities,
      StackEvents,
      events,
      masters,
      reads: reads(farm),
    },
    undefined,
    1,
  );
}
