import { secretUser } from '../aws/secrets-manager.ts';
import { type Problem, ProblemError } from '../core/problem.ts';
import { type MasterAccess, type MasterAddress, MasterClient } from '../jenkins/master-client.ts';
import type { ObserveContext } from './observe-context.ts';
import { inParallel, read } from './read.ts';
import { type Reading, unseen } from './reading.ts';
import type { Session } from './session.ts';
import type { MasterFacts, Snapshot, StackFacts, TaskFacts } from './snapshot.ts';
import type { ReadSecret } from './viewer-access.ts';

/** The masters' port on their hosts: fixed, bridge mode (the template's contract). */
const masterPort = 8080;
/** Masters asked at the same time, three requests each: what arrives in one moment is read in one. */
const width = 8;

type Seen = Pick<Snapshot, 'services' | 'tasks' | 'containerInstances' | 'instances'>;

/** Asks every master that has a running task; every slot has a reading, if only of why it could not be asked. */
export async function observeMasters(
  session: Session,
  context: ObserveContext,
  found: Seen,
  readSecret: ReadSecret,
  before: Readonly<Record<string, Reading<MasterFacts>>> | undefined,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, Reading<MasterFacts>>>> {
  const slots = slotsOf(found, before);
  const inUse = new Set<string>();
  const readings = await inParallel(width, slots, async (slot): Promise<Reading<MasterFacts>> => {
    const url = addressOf(slot, found);
    if (typeof url !== 'string') return unseen(url, before?.[slot]);
    inUse.add(url);
    return read({ clock: session.clock, name: `the master of slot ${slot}`, before: before?.[slot], signal }, (limit) =>
      askMaster(session, context, { slot, url }, readSecret, limit),
    );
  });
  // A master that was replaced elsewhere leaves its client behind.
  for (const url of context.clients.keys()) if (!inUse.has(url)) context.clients.delete(url);
  return Object.fromEntries(slots.map((slot, index) => [slot, readings[index] ?? {}]));
}

/**
 * Reads the viewer's secret, each version once a round whatever comes of it. Shared by all masters, so no single master's
 * limit ends it.
 */
export function viewerSecret({ aws }: Session, stack: StackFacts, signal?: AbortSignal): ReadSecret {
  const secretId = stack.resources.ViewerSecret;
  const asked = new Map<string, ReturnType<ReadSecret>>();
  return (stage) => {
    const earlier = asked.get(stage);
    if (earlier) return earlier;
    const read =
      secretId === undefined ? Promise.reject(new ProblemError(noSecret)) : secretUser(aws, secretId, stage, signal);
    asked.set(stage, read);
    return read;
  };
}

/** Slots by the services that name them; while services cannot be seen, those known from before. */
function slotsOf(found: Seen, before: Readonly<Record<string, unknown>> | undefined): string[] {
  const named = found.services.value?.map((service) => service.slot) ?? Object.keys(before ?? {});
  return [...new Set(named)].sort();
}

/** Task → container instance → host → private address; or why the chain is broken. */
function addressOf(slot: string, found: Seen): string | Problem {
  const unreachable = (message: string, advice: string): Problem => ({
    kind: 'unreachable',
    source: `jenkins ${slot}`,
    message,
    advice,
  });
  if (found.tasks.value === undefined) return found.tasks.problem ?? unreachable('its task is not known', 'wait');
  const task = runningTask(found.tasks.value, slot);
  if (!task) {
    return unreachable(`slot ${slot} has no running task`, 'see the events of its ECS service for why none starts');
  }
  const host = found.containerInstances.value?.find((one) => one.arn === task.containerInstanceArn);
  const instance = found.instances.value?.find((one) => one.id === host?.instanceId);
  if (instance?.privateIp !== undefined) return `http://${instance.privateIp}:${masterPort}`;
  return (
    found.containerInstances.problem ??
    found.instances.problem ??
    unreachable(`the host of slot ${slot} is not known`, 'nothing to do: it is looked up again in the next round')
  );
}

/** The newest running task of a slot. */
export function runningTask(tasks: readonly TaskFacts[], slot: string): TaskFacts | undefined {
  return tasks
    .filter((task) => task.slot === slot && task.lastStatus === 'RUNNING')
    .sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0))[0];
}

async function askMaster(
  session: Session,
  context: ObserveContext,
  address: MasterAddress,
  readSecret: ReadSecret,
  signal?: AbortSignal,
): Promise<MasterFacts> {
  const known = context.clients.get(address.url);
  const first = known?.access ?? (await context.viewer.get('AWSCURRENT', readSecret));
  try {
    return await askAs(session, context, address, first, signal);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== '401') throw error;
    context.clients.delete(address.url);
    const current = await context.viewer.get('AWSCURRENT', readSecret);
    const other = current.apiToken === first.apiToken ? await context.viewer.previous(readSecret) : current;
    // Both versions refused: the secret was changed since it was read, so the next round reads it again.
    if (!other || other.apiToken === first.apiToken) {
      context.viewer.forget();
      throw error;
    }
    try {
      return await askAs(session, context, address, other, signal);
    } catch (second) {
      context.clients.delete(address.url);
      context.viewer.forget();
      throw second;
    }
  }
}

async function askAs(
  { clock, log, mastersRoad }: Session,
  context: ObserveContext,
  address: MasterAddress,
  access: MasterAccess,
  signal?: AbortSignal,
): Promise<MasterFacts> {
  const known = context.clients.get(address.url);
  const fits = known?.access.apiToken === access.apiToken && known.address.slot === address.slot;
  const client = known && fits ? known : new MasterClient({ address, access, road: mastersRoad, clock, log });
  context.clients.set(address.url, client);
  return client.facts(signal);
}

const noSecret: Problem = {
  kind: 'not-found',
  source: 'cloudformation:ListStackResources',
  message: 'the stack has no ViewerSecret yet',
  advice: 'wait until the stack is complete; if it is, it was not made from this template',
};
