import { installProgram } from '../world/ecs-containers.ts';
import type { World } from '../world/world.ts';
import { startAgents } from './agents.ts';
import { startBuildLoad } from './build-load.ts';
import { runMaster, startStatistics } from './lifecycle.ts';

/** The ECR repository whose images hold a master. */
export const masterRepository = 'jdci-master';

/** Lets containers of the master image be masters, watches agents, and puts the build load on. */
export function startJenkins(world: World): void {
  installProgram(world, masterRepository, (context) => runMaster(world, context));
  startAgents(world);
  startStatistics(world);
  startBuildLoad(world);
}
