import { instances } from './ec2.ts';
import { groupUsers } from './security-groups.ts';
import type { World } from './world.ts';

/** Makes instances hold on to their security groups: a group of an instance that is still there cannot be deleted. */
export function startSecurityGroupUse(world: World): void {
  groupUsers(world).push((groupId) =>
    [...instances(world).values()].some(
      ({ state, securityGroupIds }) => state.name !== 'terminated' && securityGroupIds.includes(groupId),
    ),
  );
}
