import { perWorld, type World } from './world.ts';

/**
 * At which step of a CloudFormation operation a resource fails: when it is asked for, when it is changed, when a failed
 * update is taken back, when it is deleted; or, made or changed already, by never becoming stable.
 */
export type ResourceStep = 'create' | 'update' | 'rollback' | 'delete' | 'stabilize';

export const resourceSteps: readonly ResourceStep[] = ['create', 'update', 'rollback', 'delete', 'stabilize'];

/** A resource of a stack that fails. With neither a logical id nor a type: any. */
export interface ResourceFault {
  readonly logicalId?: string;
  readonly resourceType?: string;
  readonly at: ResourceStep;
  /** What its service says. */
  readonly reason: string;
  /** How many failures it makes; without it, until it is taken away. */
  left?: number;
}

export const resourceFaults = perWorld(() => new Set<ResourceFault>());

/** The fault that this step of this resource meets, counted down. */
export function resourceFailure(
  world: World,
  resource: { logicalId: string; type: string },
  at: ResourceStep,
): ResourceFault | undefined {
  const faults = resourceFaults(world);
  const fault = [...faults].find(
    (one) =>
      one.at === at &&
      (one.logicalId === undefined || one.logicalId === resource.logicalId) &&
      (one.resourceType === undefined || one.resourceType === resource.type),
  );
  if (fault?.left !== undefined && --fault.left <= 0) faults.delete(fault);
  return fault;
}
