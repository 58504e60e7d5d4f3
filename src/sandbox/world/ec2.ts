import type { MetadataOptions, Protection } from './ec2-launch.ts';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, Signal, type World } from './world.ts';

export { privateDnsName } from './ec2-console.ts';
export type { LaunchSpec } from './ec2-launch.ts';

export type InstanceStateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface InstanceState {
  code: number;
  name: InstanceStateName;
}

export interface StateReason {
  code: string;
  message: string;
}

/** An EC2 instance of the simulated region. Times are milliseconds of world time. */
export interface Instance {
  readonly id: string;
  readonly imageId: string;
  type: string;
  readonly architecture: string;
  /** Kept after termination, so that others can tell whose address it was; EC2 no longer tells it then. */
  readonly privateIp: string;
  publicIp?: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  state: InstanceState;
  stateReason?: StateReason;
  stateTransitionReason: string;
  /** The last start. */
  launchedAt: number;
  /** Since when the operating system is up and user data has run; undefined while it is not. */
  bootedAt?: number;
  readonly keyName?: string;
  iamInstanceProfileArn?: string;
  /** The id under which the profile is associated. */
  profileAssociationId: string;
  profileAssociatedAt: number;
  securityGroupIds: string[];
  /** Decoded. */
  userData: string;
  readonly tags: Tags;
  statusChecks: 'initializing' | 'ok' | 'impaired';
  /** Since when the instance's own check fails; only where it does. */
  impairedSince?: number;
  terminatedAt?: number;
  /** The root volume's first. */
  readonly volumeIds: readonly string[];
  readonly rootDeviceName: string;
  readonly networkInterfaceId: string;
  readonly reservationId: string;
  /** Its number among those launched with it. */
  readonly launchIndex: number;
  readonly clientToken: string;
  /** What `shutdown` from inside does. */
  shutdownBehavior: 'stop' | 'terminate';
  readonly metadata: MetadataOptions;
  readonly protection: Protection;
  monitored: boolean;
  sourceDestCheck: boolean;
  ebsOptimized: boolean;
  /** How a burstable instance uses credits, where it is not as its type does of itself. */
  cpuCredits?: 'standard' | 'unlimited';
  /** Lines of the serial console, newest last. */
  readonly console: string[];
}

class Ec2State {
  readonly instances = new Map<string, Instance>();
  readonly changed = new Signal<{ instance: Instance; from: InstanceStateName }>();
  readonly booted = new Signal<Instance>();
  readonly rebooting = new Signal<Instance>();
}

/** What only the life cycle of the instances changes. */
export const ec2 = perWorld(() => new Ec2State());

/** Every change of an instance's state name; `from` is the one before. The first, to `pending`, has none and is not told. */
export const instanceChanged = (world: World): Signal<{ instance: Instance; from: InstanceStateName }> =>
  ec2(world).changed;

/** The operating system is up and user data has run: after a launch, a start and a reboot. */
export const instanceBooted = (world: World): Signal<Instance> => ec2(world).booted;

/** A running instance goes down for a reboot: what ran on it is gone, its state stays `running`. */
export const instanceRebooting = (world: World): Signal<Instance> => ec2(world).rebooting;

/** Every instance that is still described, terminated ones included, oldest first. */
export function instances(world: World): ReadonlyMap<string, Instance> {
  return ec2(world).instances;
}

/** Whether a text has the form of an instance's id. */
export function isInstanceId(text: string): boolean {
  return /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(text);
}

/** The instance, or EC2's `InvalidInstanceID.Malformed` or `.NotFound`. */
export function instanceOf(world: World, id: string): Instance {
  if (!isInstanceId(id)) {
    const hint = id.startsWith('i-') ? '' : ' (expecting "i-...")';
    throw new ServiceError('InvalidInstanceID.Malformed', `Invalid id: "${id}"${hint}`);
  }
  const instance = ec2(world).instances.get(id);
  if (!instance) throw new ServiceError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  return instance;
}
