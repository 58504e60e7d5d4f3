import {
  AttachInstances$,
  type AttachInstancesQuery,
  DetachInstances$,
  type DetachInstancesAnswer,
  type DetachInstancesQuery,
  EnterStandby$,
  type EnterStandbyAnswer,
  type EnterStandbyQuery,
  ExitStandby$,
  type ExitStandbyAnswer,
  type ExitStandbyQuery,
} from '@aws-sdk/client-auto-scaling';
import {
  activeMembers,
  autoScaling,
  type Group,
  groupOf,
  type Member,
  removeMember,
  validationError,
} from '../world/auto-scaling.ts';
import { type Activity, at, beginActivity, endActivity } from '../world/auto-scaling-activities.ts';
import { groupZones, join, serve } from '../world/auto-scaling-members.ts';
import { soon } from '../world/auto-scaling-processes.ts';
import { type Instance, instances } from '../world/ec2.ts';
import type { World } from '../world/world.ts';
import { activityView } from './auto-scaling-views.ts';
import { type Operation, operation } from './operation.ts';

/** Lowers the desired capacity by one for an instance that leaves, unless the group may not get smaller. */
export function decrement(group: Group, count: number, deed: string): void {
  if (group.desired - count < group.min) {
    throw validationError(
      `Currently, desiredSize equals minSize (${group.min}). ${deed} instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
  group.desired -= count;
}

/** How a cause goes on that tells of an instance that leaves. */
export function shrinking(group: Group, decremented: boolean): string {
  const now = activeMembers(group).length;
  return decremented ? `, shrinking the capacity from ${now} to ${now - 1}.` : '.';
}

/** The members that a request names, all of them in one of the states. */
export function named(
  group: Group,
  ids: readonly string[] | undefined,
  ...states: readonly Member['lifecycle'][]
): Member[] {
  return [...new Set(ids ?? [])].map((id) => {
    const member = group.members.get(id);
    if (!member) throw validationError(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
    if (!states.includes(member.lifecycle)) {
      throw validationError(`The instance ${id} is not in ${states.join(' or ')}.`);
    }
    return member;
  });
}

function begin(world: World, group: Group, member: Member, deed: string, cause: string): Activity {
  const activity = beginActivity(world, group, {
    description: `${deed}: ${member.instanceId}`,
    cause: at(world, cause),
    status: 'InProgress',
    subnetId: instances(world).get(member.instanceId)?.subnetId ?? '',
    zone: member.zone,
  });
  activity.progress = 50;
  return activity;
}

/** Ends an activity in a moment, with what it leads to. */
function conclude(world: World, activity: Activity, then: () => void): void {
  world.scheduleWithin(world.settings.autoScaling.launch, () => {
    then();
    endActivity(world, activity, 'Successful');
  });
}

/** An instance that a group may take in: it runs, nobody has it, and it is in one of the group's zones. */
function attachable(world: World, group: Group, id: string): Instance {
  const instance = instances(world).get(id);
  if (!instance) throw validationError(`Invalid Instance ID(s): [${id}] specified for attach.`);
  const owner = autoScaling(world).memberOf.get(id);
  if (owner !== undefined) {
    throw validationError(`Instance ${id} is already part of AutoScalingGroup:${owner}, cannot attach.`);
  }
  if (instance.state.name !== 'running') {
    throw validationError(`Instance ${id} is not in correct state: it is ${instance.state.name}, and must be running.`);
  }
  if (!groupZones(world, group).has(instance.zone)) {
    throw validationError(`Instance ${id} is in ${instance.zone}, which is none of the group's Availability Zones.`);
  }
  return instance;
}

function attach(world: World, group: Group, instance: Instance): void {
  const member = join(world, group, instance);
  instance.tags.set('aws:autoscaling:groupName', group.name);
  for (const [key, tag] of group.tags) if (tag.propagate) instance.tags.set(key, tag.value);
  const cause = `an instance was added in response to user request. Keeping the capacity at the new ${group.desired}.`;
  const activity = begin(world, group, member, 'Attaching an existing EC2 instance', cause);
  conclude(world, activity, () => {
    if (member.lifecycle === 'Pending') serve(world, member);
  });
}

/** Instances that come to a group, leave it, or stand aside. */
export const moveOperations: Record<string, Operation> = {
  AttachInstances: operation<AttachInstancesQuery, Record<string, never>>(AttachInstances$, (input, { world }) => {
    const group = groupOf(world, input.AutoScalingGroupName ?? '');
    const joining = [...new Set(input.InstanceIds ?? [])].map((id) => attachable(world, group, id));
    if (group.desired + joining.length > group.max) {
      throw validationError(
        `AttachInstances request violates group's max size constraint: the group's max size is ${group.max}, and its desired capacity would be ${group.desired + joining.length}.`,
      );
    }
    for (const instance of joining) {
      group.desired += 1;
      attach(world, group, instance);
    }
    return {};
  }),

  EnterStandby: operation<EnterStandbyQuery, EnterStandbyAnswer>(EnterStandby$, (input, { world }) => {
    const group = groupOf(world, input.AutoScalingGroupName ?? '');
    const members = named(group, input.InstanceIds, 'InService');
    const fewer = input.ShouldDecrementDesiredCapacity === true;
    if (fewer) decrement(group, members.length, 'Moving');
    const activities = members.map((member) => {
      const cause = `instance ${member.instanceId} was moved to standby in response to a user request${shrinking(group, fewer)}`;
      const activity = begin(world, group, member, 'Moving EC2 instance to Standby', cause);
      member.lifecycle = 'EnteringStandby';
      conclude(world, activity, () => {
        if (member.lifecycle === 'EnteringStandby') member.lifecycle = 'Standby';
      });
      return activityView(group, activity);
    });
    soon(world, group);
    return { Activities: activities };
  }),

  ExitStandby: operation<ExitStandbyQuery, ExitStandbyAnswer>(ExitStandby$, (input, { world }) => {
    const group = groupOf(world, input.AutoScalingGroupName ?? '');
    const members = named(group, input.InstanceIds, 'Standby');
    if (group.desired + members.length > group.max) {
      throw validationError(
        `Currently, desiredSize plus the instances leaving standby exceeds maxSize (${group.max}) of group ${group.name}.`,
      );
    }
    group.desired += members.length;
    const activities = members.map((member) => {
      const now = activeMembers(group).length;
      const cause = `instance ${member.instanceId} was moved out of standby in response to a user request, increasing the capacity from ${now} to ${now + 1}.`;
      const activity = begin(world, group, member, 'Moving EC2 instance out of Standby', cause);
      member.lifecycle = 'Pending';
      conclude(world, activity, () => {
        if (member.lifecycle === 'Pending') serve(world, member);
      });
      return activityView(group, activity);
    });
    return { Activities: activities };
  }),

  DetachInstances: operation<DetachInstancesQuery, DetachInstancesAnswer>(DetachInstances$, (input, { world }) => {
    const group = groupOf(world, input.AutoScalingGroupName ?? '');
    const members = named(group, input.InstanceIds, 'InService');
    const fewer = input.ShouldDecrementDesiredCapacity === true;
    if (fewer) decrement(group, members.length, 'Detaching');
    const activities = members.map((member) => {
      const cause = `instance ${member.instanceId} was detached in response to a user request${shrinking(group, fewer)}`;
      const activity = begin(world, group, member, 'Detaching EC2 instance', cause);
      member.lifecycle = 'Detaching';
      conclude(world, activity, () => {
        // Ended meanwhile, it leaves as what is ended.
        if (member.lifecycle !== 'Detaching') return;
        removeMember(world, group, member.instanceId);
        instances(world).get(member.instanceId)?.tags.delete('aws:autoscaling:groupName');
      });
      return activityView(group, activity);
    });
    soon(world, group);
    return { Activities: activities };
  }),
};
