import { hostname, userInfo } from 'node:os';
import { createParameter, deleteParameter, overwriteParameter, parametersBelow } from '../aws/parameter-lock.ts';
import { ProblemError, problemOf } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';

/*
 * The lock that keeps drills, provisioning and destroying off each other, seen by everybody who works on the farm: SSM
 * parameters /jdci/STACK/lock/EPOCH, the highest epoch being the lock. Taking it is making the next epoch, which
 * PutParameter without Overwrite lets only one do. Releasing it marks the epoch instead of deleting it: epochs must only
 * grow, or a holder who had expired unnoticed could release the lock of somebody else under the same number.
 */

/** Who holds the lock. Times are farm time, milliseconds since the epoch. */
export interface LockHolder {
  readonly epoch: number;
  readonly owner: string;
  /** `drill kill-master-task`, `provision`, `destroy`. */
  readonly purpose: string;
  readonly since: number;
  readonly expiresAt: number;
  /** The process that holds it: a crash on this machine need not be waited for. */
  readonly host?: string;
  readonly pid?: number;
}

export interface FarmLock extends LockHolder {
  /** Gives it back; calling it again does nothing. */
  release(): Promise<void>;
}

/** IAM actions that taking and releasing the lock needs, on `parameter/jdci/STACK/lock/*`. */
export const lockNeeds = ['ssm:GetParametersByPath', 'ssm:PutParameter', 'ssm:DeleteParameter'] as const;

function lockPath(stack: string): string {
  return `/jdci/${stack}/lock`;
}

interface Entry {
  readonly name: string;
  readonly epoch: number;
  /** Undefined when the value cannot be read as a lock. */
  readonly holder: LockHolder | undefined;
  readonly released: boolean;
}

function parseEntry(name: string, value: string): Entry | undefined {
  const epoch = Number(name.split('/').at(-1));
  if (!Number.isInteger(epoch)) return undefined;
  const entry = { name, epoch };
  try {
    const raw: unknown = JSON.parse(value);
    if (typeof raw === 'object' && raw !== null) {
      const { owner, purpose, since, expiresAt, released, host, pid } = raw as Record<string, unknown>;
      if (typeof owner === 'string' && typeof purpose === 'string') {
        if (typeof since === 'number' && typeof expiresAt === 'number') {
          const process = typeof host === 'string' && typeof pid === 'number' ? { host, pid } : {};
          const holder = { epoch, owner, purpose, since, expiresAt, ...process };
          return { ...entry, holder, released: released === true };
        }
      }
    }
  } catch {
    // Falls through: what is not JSON was not written by this program.
  }
  return { ...entry, holder: undefined, released: false };
}

async function entries(session: Session): Promise<Entry[]> {
  const stored = await parametersBelow(session.aws, lockPath(session.farm.stack));
  return stored.flatMap((p) => parseEntry(p.name, p.value) ?? []).sort((a, b) => b.epoch - a.epoch);
}

function heldBy(entry: Entry | undefined, now: number): string | undefined {
  if (!entry || entry.released) return undefined;
  const { holder } = entry;
  if (!holder) return `${entry.name} holds something that is not a lock`;
  if (holder.expiresAt <= now || hasDied(holder)) return undefined;
  const minutes = Math.max(1, Math.ceil((holder.expiresAt - now) / 60_000));
  return `${holder.purpose} by ${holder.owner} is under way (its lock ends in ${minutes} min at the latest)`;
}

/** Whether the holder was a process of this machine that has ended without giving the lock back. */
function hasDied({ host, pid }: LockHolder): boolean {
  if (host !== hostname() || pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function refusedBy(reason: string, path: string): ProblemError {
  return new ProblemError({
    kind: 'refused',
    source: 'lock',
    message: `the farm is locked: ${reason}`,
    advice: `wait for it to end; if nobody is at work any more, delete the parameter below ${path}`,
    code: 'FarmLocked',
  });
}

/** Whether an error says that somebody else holds the lock. */
export function isLocked(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.problem.code === 'FarmLocked';
}

/**
 * Takes the lock for at most `seconds` of farm time. Throws a {@link ProblemError} naming the holder when it is taken
 * ({@link isLocked}), or why it could not be asked for.
 */
export async function acquireLock(session: Session, purpose: string, seconds: number): Promise<FarmLock> {
  const { aws, farm, clock } = session;
  const path = lockPath(farm.stack);
  const before = await entries(session);
  const held = heldBy(before[0], clock.now());
  if (held !== undefined) throw refusedBy(held, path);

  const epoch = (before[0]?.epoch ?? 0) + 1;
  const name = `${path}/${epoch}`;
  const since = Math.floor(clock.now());
  const holder: LockHolder = {
    epoch,
    owner: lockOwner(session),
    purpose,
    since,
    expiresAt: since + seconds * 1000,
    host: hostname(),
    pid: process.pid,
  };
  if (!(await createParameter(aws, name, JSON.stringify(holder)))) {
    throw refusedBy('somebody else took the lock in this moment', path);
  }
  let isReleased = false;
  const lock: FarmLock = {
    ...holder,
    release: async () => {
      if (isReleased) return;
      isReleased = true;
      await overwriteParameter(aws, name, JSON.stringify({ ...holder, released: true }));
    },
  };
  // Whoever read the epochs long ago may make one that others have already left behind and cleared away: look again.
  const after = await entries(session).catch(async (error: unknown) => {
    // Not to be had after all: left as it is, it would keep everybody off until it expires.
    await lock.release().catch((later: unknown) => session.log.line('lock', problemOf(later).message));
    throw error;
  });
  if ((after[0]?.epoch ?? epoch) > epoch) {
    await lock.release();
    throw refusedBy(heldBy(after[0], clock.now()) ?? 'somebody else took the lock in this moment', path);
  }
  for (const old of after.filter((entry) => entry.epoch < epoch)) {
    // Old epochs do no harm; whoever takes the lock next clears them away.
    await deleteParameter(aws, old.name).catch((error: unknown) => session.log.line('lock', problemOf(error).message));
  }
  return lock;
}

/** Takes away what is left of the lock of a farm that no longer exists. */
export async function removeLock(session: Session): Promise<void> {
  for (const entry of await entries(session)) await deleteParameter(session.aws, entry.name);
}

function lockOwner(session: Session): string {
  return `${userName()}@${hostname()} (${session.identity})`;
}

/** The operating system's name of who runs this program. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no account has.
    return 'unknown';
  }
}
