import { ec2, type Instance, type InstanceState, type InstanceStateName, instanceOf, type StateReason } from './ec2.ts';
import { bootLines, panicLines } from './ec2-console.ts';
import { type LaunchSpec, type ResolvedLaunch, resolveLaunch } from './ec2-launch.ts';
import { releaseAddress, subnetOf, takeAddress, takePublicAddress } from './ec2-network.ts';
import { createVolumes, releaseVolumes } from './ec2-volumes.ts';
import { ServiceError } from './service-error.ts';
import { failsToBoot } from './start-faults.ts';
import { perWorld, type Timer, type World } from './world.ts';

/** The low byte of the state code (EC2 API reference, InstanceState). */
const stateCodes: Record<InstanceStateName, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** Who asked for a state change, as EC2 words it. */
export const byUser = {
  terminate: { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
  stop: { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
  inside: {
    code: 'Client.InstanceInitiatedShutdown',
    message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  },
} as const satisfies Record<string, StateReason>;

/** What is under way for an instance: cancelled when something else overtakes it. */
const timersOf = perWorld(() => new Map<string, Timer[]>());

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
    ebsOptimized: launch.ebsOptimized,
    ...(launch.cpuCredits === undefined ? {} : { cpuCredits: launch.cpuCredits }),
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
  const timers = timersOf(world).get(instance.id);
  if (timers) timers.push(timer);
  else timersOf(world).set(instance.id, [timer]);
}

function abandon(world: World, instance: Instance): void {
  for (const timer of timersOf(world).get(instance.id) ?? []) timer.cancel();
  timersOf(world).delete(instance.id);
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

/** Takes an instance's power at once, and does `then` when it has shut down. */
function takeDown(
  world: World,
  instance: Instance,
  state: 'shutting-down' | 'stopping',
  reason: StateReason,
  then: () => void,
): void {
  powerOff(world, instance);
  instance.stateReason = reason;
  instance.stateTransitionReason = transitionReason(world, reason);
  setState(world, instance, state);
  plan(world, instance, world.scheduleWithin(world.settings.instance.shuttingDown, then));
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
  takeDown(world, instance, 'shutting-down', reason, () => finishTermination(world, instance));
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
  takeDown(world, instance, 'stopping', reason, () => {
    delete instance.publicIp;
    setState(world, instance, 'stopped');
  });
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

/** EC2's error for an instance whose state does not allow what is asked: `stopped`, `started`, `rebooted`. */
export function wrongState(instance: Instance, verb: string): ServiceError {
  return new ServiceError(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which it can be ${verb}.`,
  );
}
