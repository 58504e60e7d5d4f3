import { bootLines, panicLines } from './ec2-console.ts';
import {
  type LaunchSpec,
  type MetadataOptions,
  type Protection,
  type ResolvedLaunch,
  resolveLaunch,
} from './ec2-launch.ts';
import { releaseAddress, subnetOf, takeAddress, takePublicAddress } from './ec2-network.ts';
import { createVolumes, releaseVolumes } from './ec2-volumes.ts';
import { ServiceError } from './service-error.ts';
import { failsToBoot } from './start-faults.ts';
import type { Tags } from './tags.ts';
import { perWorld, Signal, type Timer, type World } from './world.ts';

export { privateDnsName } from './ec2-console.ts';
export type { LaunchSpec } from './ec2-launch.ts';

export type InstanceStateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** The low byte of the state code (EC2 API reference, InstanceState). */
const stateCodes: Record<InstanceStateName, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

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
  /** How a burstable instance uses credits, where it is not as its type does of itself. */
  cpuCredits?: 'standard' | 'unlimited';
  /** Lines of the serial console, newest last. */
  readonly console: string[];
}

/** Who asked for a state change, as EC2 words it. */
export const byUser = {
  terminate: { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
  stop: { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
  inside: {
    code: 'Client.InstanceInitiatedShutdown',
    message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  },
} as const satisfies Record<string, StateReason>;

class Ec2State {
  readonly instances = new Map<string, Instance>();
  /** What is under way for an instance: cancelled when something else overtakes it. */
  readonly timers = new Map<string, Timer[]>();
  readonly changed = new Signal<{ instance: Instance; from: InstanceStateName }>();
  readonly booted = new Signal<Instance>();
  readonly rebooting = new Signal<Instance>();
}

const ec2 = perWorld(() => new Ec2State());

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

/**
 * Launches `count` instances of one subnet, or none: throws {@link ServiceError} with EC2's codes (`InvalidAMIID.NotFound`,
 * `InvalidSubnetID.NotFound`, `InvalidGroup.NotFound`, `InvalidKeyPair.NotFound`, `InsufficientInstanceCapacity`, …).
 */
export function runInstances(world: World, spec: LaunchSpec): Instance[] {
  const launch = resolveLaunch(world, spec);
  const reservationId = world.id('r');
  const launched = Array.from({ length: launch.count }, (_, index) => create(world, launch, reservationId, index));
  for (const instance of launched) powerOn(world, instance);
  return launched;
}

function create(world: World, launch: ResolvedLaunch, reservationId: string, launchIndex: number): Instance {
  const id = world.id('i');
  const { zone } = launch.subnet;
  const volumeIds = createVolumes(world, { disks: launch.disks, instanceId: id, zone, tags: launch.volumeTags });
  const networkInterfaceId = world.id('eni');
  const instance: Instance = {
    id,
    imageId: launch.imageId,
    type: launch.type,
    architecture: launch.architecture,
    privateIp: takeAddress(launch.subnet),
    subnetId: launch.subnet.id,
    vpcId: launch.subnet.vpcId,
    zone,
    state: { code: stateCodes.pending, name: 'pending' },
    stateTransitionReason: '',
    launchedAt: world.now,
    ...(launch.keyName === undefined ? {} : { keyName: launch.keyName }),
    ...(launch.iamInstanceProfileArn === undefined ? {} : { iamInstanceProfileArn: launch.iamInstanceProfileArn }),
    profileAssociationId: `iip-assoc-${networkInterfaceId.slice('eni-'.length)}`,
    profileAssociatedAt: world.now,
    ...(launch.publicAddress ? { publicIp: takePublicAddress(world) } : {}),
    securityGroupIds: launch.securityGroupIds,
    userData: launch.userData,
    tags: new Map(launch.tags),
    statusChecks: 'initializing',
    volumeIds,
    rootDeviceName: launch.rootDeviceName,
    networkInterfaceId,
    reservationId,
    launchIndex,
    clientToken: launch.clientToken,
    shutdownBehavior: launch.shutdownBehavior,
    metadata: { ...launch.metadata },
    protection: { ...launch.protection },
    monitored: launch.monitored,
    sourceDestCheck: true,
    console: [],
  };
  ec2(world).instances.set(id, instance);
  return instance;
}

function setState(world: World, instance: Instance, name: InstanceStateName): void {
  const from = instance.state.name;
  if (from === name) return;
  instance.state = { code: stateCodes[name], name };
  ec2(world).changed.emit({ instance, from });
}

function plan(world: World, instance: Instance, timer: Timer): void {
  const timers = ec2(world).timers.get(instance.id);
  if (timers) timers.push(timer);
  else ec2(world).timers.set(instance.id, [timer]);
}

function abandon(world: World, instance: Instance): void {
  for (const timer of ec2(world).timers.get(instance.id) ?? []) timer.cancel();
  ec2(world).timers.delete(instance.id);
}

function powerOn(world: World, instance: Instance): void {
  plan(
    world,
    instance,
    world.scheduleWithin(world.settings.instance.pending, () => {
      setState(world, instance, 'running');
      boot(world, instance);
    }),
  );
}

/** From the first instruction to a system that answers, and to both status checks. */
function boot(world: World, instance: Instance): void {
  instance.statusChecks = 'initializing';
  delete instance.impairedSince;
  if (failsToBoot(world, instance)) {
    neverBoot(world, instance);
    return;
  }
  world.network.attach(instance.privateIp);
  const kernelStarted = world.now;
  plan(
    world,
    instance,
    world.scheduleWithin(world.settings.instance.boot, () => {
      instance.bootedAt = world.now;
      instance.console.push(...bootLines(world, instance, (world.now - kernelStarted) / 1000));
      ec2(world).booted.emit(instance);
    }),
  );
  plan(
    world,
    instance,
    world.scheduleWithin(world.settings.instance.statusChecks, () => {
      if (instance.statusChecks === 'initializing') instance.statusChecks = 'ok';
    }),
  );
}

/** The kernel panics: EC2 says `running`, nobody answers, and the instance's reachability check fails in the end. */
function neverBoot(world: World, instance: Instance): void {
  instance.console.push(...panicLines(instance));
  plan(
    world,
    instance,
    world.scheduleWithin(world.settings.instance.statusChecks, () => {
      instance.statusChecks = 'impaired';
      instance.impairedSince = world.now;
    }),
  );
}

function powerOff(world: World, instance: Instance): void {
  abandon(world, instance);
  delete instance.bootedAt;
  world.network.detach(instance.privateIp);
}

/** EC2 writes who and when in one line: `User initiated (2026-01-01 00:00:00 GMT)`. */
function transitionReason(world: World, reason: StateReason): string {
  if (reason.code !== byUser.terminate.code) return reason.message;
  return `User initiated (${world.date().toISOString().slice(0, 19).replace('T', ' ')} GMT)`;
}

/** Ends an instance for good; one that has ended already stays as it is. Returns its state before and after. */
export function terminateInstance(
  world: World,
  id: string,
  reason: StateReason = byUser.terminate,
): { previous: InstanceState; current: InstanceState } {
  const instance = instanceOf(world, id);
  const previous = instance.state;
  if (previous.name === 'shutting-down' || previous.name === 'terminated') return { previous, current: previous };
  powerOff(world, instance);
  instance.stateReason = reason;
  instance.stateTransitionReason = transitionReason(world, reason);
  setState(world, instance, 'shutting-down');
  plan(
    world,
    instance,
    world.scheduleWithin(world.settings.instance.shuttingDown, () => finishTermination(world, instance)),
  );
  return { previous, current: instance.state };
}

function finishTermination(world: World, instance: Instance): void {
  instance.terminatedAt = world.now;
  delete instance.publicIp;
  releaseAddress(subnetOf(world, instance.subnetId), instance.privateIp);
  releaseVolumes(world, instance.volumeIds);
  setState(world, instance, 'terminated');
  abandon(world, instance);
  world.schedule(world.settings.instance.terminatedVisible * 1000, () => ec2(world).instances.delete(instance.id));
}

/** Stops a running instance: it keeps its address and its disk. */
export function stopInstance(
  world: World,
  id: string,
  reason: StateReason = byUser.stop,
): { previous: InstanceState; current: InstanceState } {
  const instance = instanceOf(world, id);
  const previous = instance.state;
  if (previous.name === 'stopping' || previous.name === 'stopped') return { previous, current: previous };
  if (previous.name !== 'running') throw wrongState(instance, 'stopped');
  powerOff(world, instance);
  instance.stateReason = reason;
  instance.stateTransitionReason = transitionReason(world, reason);
  setState(world, instance, 'stopping');
  plan(
    world,
    instance,
    world.scheduleWithin(world.settings.instance.shuttingDown, () => {
      delete instance.publicIp;
      setState(world, instance, 'stopped');
    }),
  );
  return { previous, current: instance.state };
}

/** Starts a stopped instance; user data is not run again, what it set up starts with the system. */
export function startInstance(world: World, id: string): { previous: InstanceState; current: InstanceState } {
  const instance = instanceOf(world, id);
  const previous = instance.state;
  if (previous.name === 'pending' || previous.name === 'running') return { previous, current: previous };
  if (previous.name !== 'stopped') throw wrongState(instance, 'started');
  delete instance.stateReason;
  instance.stateTransitionReason = '';
  instance.launchedAt = world.now;
  if (subnetOf(world, instance.subnetId).mapPublicIp) instance.publicIp = takePublicAddress(world);
  setState(world, instance, 'pending');
  powerOn(world, instance);
  return { previous, current: instance.state };
}

/** Reboots a running instance: nothing listens on it until it is up again. */
export function rebootInstance(world: World, id: string): void {
  const instance = instanceOf(world, id);
  if (instance.state.name !== 'running') throw wrongState(instance, 'rebooted');
  powerOff(world, instance);
  ec2(world).rebooting.emit(instance);
  boot(world, instance);
}

/** `shutdown -h` inside the instance: ends or stops it, as it was launched to. */
export function shutDownFromInside(world: World, id: string): void {
  const instance = instanceOf(world, id);
  if (instance.shutdownBehavior === 'terminate') terminateInstance(world, id, byUser.inside);
  else stopInstance(world, id, byUser.inside);
}

/** Makes both status checks fail, or lets them pass again: a host that hangs. */
export function impairInstance(world: World, id: string, impaired: boolean): void {
  const instance = instanceOf(world, id);
  instance.statusChecks = impaired ? 'impaired' : 'ok';
  if (impaired) instance.impairedSince ??= world.now;
  else delete instance.impairedSince;
}

function wrongState(instance: Instance, verb: string): ServiceError {
  return new ServiceError(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which it can be ${verb}.`,
  );
}
