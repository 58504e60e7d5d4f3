import { perWorld, type World } from './world.ts';

/** Something that goes wrong when the next of a kind starts. */
interface StartFault {
  /** How many starts it takes; without it, all until it is taken away. */
  left?: number;
}

/** Instances that get power and never an operating system. Without a zone and a role: all. */
export interface BootFault extends StartFault {
  readonly zone?: string;
  /** The tag `jdci:role`. */
  readonly role?: string;
}

/** Masters that take longer to boot. Without a slot: all. */
export interface SlowMaster extends StartFault {
  readonly slot?: string;
  readonly extraMs: number;
}

export const bootFaults = perWorld(() => new Set<BootFault>());
export const slowMasters = perWorld(() => new Set<SlowMaster>());

/** Whether this boot fails; counts it. */
export function failsToBoot(world: World, instance: { zone: string; tags: ReadonlyMap<string, string> }): boolean {
  const role = instance.tags.get('jdci:role');
  const fits = (fault: BootFault) =>
    (fault.zone === undefined || fault.zone === instance.zone) && (fault.role === undefined || fault.role === role);
  return take(bootFaults(world), fits) !== undefined;
}

/** How much longer than usual this master's boot takes, milliseconds; counts it. */
export function extraBootMs(world: World, slot: string): number {
  return take(slowMasters(world), (fault) => fault.slot === undefined || fault.slot === slot)?.extraMs ?? 0;
}

function take<F extends StartFault>(faults: Set<F>, fits: (fault: F) => boolean): F | undefined {
  const fault = [...faults].find(fits);
  if (fault?.left !== undefined && --fault.left <= 0) faults.delete(fault);
  return fault;
}
