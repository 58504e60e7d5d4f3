import type { Group, Member } from './auto-scaling.ts';
import type { World } from './world.ts';

/** One scaling activity, as DescribeScalingActivities tells it. */
export interface Activity {
  id: string;
  description: string;
  cause: string;
  startedAt: number;
  endedAt?: number;
  status: 'PreInService' | 'MidLifecycleAction' | 'InProgress' | 'Successful' | 'Failed' | 'Cancelled';
  message?: string;
  progress: number;
  subnetId: string;
  zone: string;
}

/** Activities are described for six weeks; this many are kept, which is more than a farm makes in that time. */
const kept = 2_000;

/** `2026-01-01T00:00:00Z`: causes give whole seconds. */
export function causeTime(world: World): string {
  return `${world.date().toISOString().slice(0, 19)}Z`;
}

/** One sentence of a cause; a cause's sentences are parted by two spaces. */
export function at(world: World, what: string): string {
  return `At ${causeTime(world)} ${what}`;
}

/** Joins a cause that came before with the sentence of now. */
export function joined(before: string | undefined, sentence: string): string {
  return before === undefined ? sentence : `${before}  ${sentence}`;
}

/** Begins an activity; it stands first in the group's list. */
export function beginActivity(
  world: World,
  group: Group,
  spec: Pick<Activity, 'description' | 'cause' | 'status' | 'subnetId' | 'zone'>,
): Activity {
  const activity: Activity = { id: world.uuid(), startedAt: world.now, progress: 0, ...spec };
  group.activities.unshift(activity);
  if (group.activities.length > kept) group.activities.length = kept;
  return activity;
}

/** Ends an activity. */
export function endActivity(world: World, activity: Activity, status: 'Successful' | 'Failed' | 'Cancelled'): void {
  activity.status = status;
  activity.progress = 100;
  activity.endedAt = world.now;
}

const unhealthyReasons: Record<NonNullable<Member['unhealthyBy']>, string> = {
  state: 'an EC2 health check indicating it has been terminated or stopped.',
  'status-checks': 'an EC2 instance status checks failure.',
  user: 'a user health-check.',
};

/** Why a member was taken out by a health check. */
export function unhealthyCause(world: World, member: Member): string {
  return at(
    world,
    `an instance was taken out of service in response to ${unhealthyReasons[member.unhealthyBy ?? 'state']}`,
  );
}
