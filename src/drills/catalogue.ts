import { CommandError, exitCode } from '../core/exit.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Drill } from './drill.ts';
import { killMasterTaskDrill } from './kill-master-task.ts';

/** Every drill there is, the mildest first. */
export const drills: readonly Drill[] = [killMasterTaskDrill];

/** The drill of that name; an unknown one ends the command as a wrong command line, with the nearest name. */
export function drillNamed(name: string): Drill {
  const found = drills.find((drill) => drill.name === name);
  if (found) return found;
  const names = drills.map((drill) => drill.name);
  throw new CommandError(`no drill is called ${name}${didYouMean(name, names)} (jdci-tui drill list)`, exitCode.usage);
}
