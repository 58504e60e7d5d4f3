import { startManagedDraining } from './ecs-capacity-providers.ts';
import { startContainerInstances } from './ecs-container-instances.ts';
import { startScheduler } from './ecs-scheduler.ts';
import type { World } from './world.ts';

/** Starts the processes of Amazon ECS. */
export function startEcs(world: World): void {
  startContainerInstances(world);
  startManagedDraining(world);
  startScheduler(world);
}
