import type { World } from '../world/world.ts';
import { ec2Demands } from './access-ec2.ts';
import { ecsDemands } from './access-ecs.ts';
import { otherDemands } from './access-services.ts';
import { type Demand, everything, type Fields, isRecord, type Target, textOf } from './demand.ts';

/**
 * What a request demands, after the Service Authorization Reference, as far as the farm and its operators need it. What
 * is not told apart there or here is demanded on `*`.
 */
export function demands(world: World, service: string, operation: string, input: unknown): readonly Demand[] {
  const fields = isRecord(input) ? input : {};
  switch (service) {
    case 'ec2':
      return ec2Demands(world, operation, fields);
    case 'ecs':
      return ecsDemands(world, operation, fields);
    case 'sts':
      // Nobody needs a permission to ask who he is, and no policy can forbid it.
      if (operation === 'GetCallerIdentity') return [];
      return [{ action: `sts:${operation}`, targets: roleTarget(fields) ?? everything }];
    default:
      return otherDemands(world, service, operation, fields);
  }
}

/** The role that a session is asked for. */
function roleTarget(input: Fields): readonly Target[] | undefined {
  const resource = textOf(input, 'RoleArn');
  return resource === undefined ? undefined : [{ resource }];
}
