import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { redact } from '../core/debug-log.ts';
import { paths } from '../core/paths.ts';
import type { Session } from '../farm/session.ts';
import type { Action, Target } from './action.ts';
import { userName } from './farm-lock.ts';

/** One line of `actions.jsonl`: who did what to what, and how it ended. */
export interface ActionEntry {
  /** Farm time, ISO 8601. */
  readonly at: string;
  readonly user: string;
  /** Profile, environment or sandbox. */
  readonly identity: string;
  readonly stack: string;
  readonly region: string;
  readonly action: string;
  readonly target: string;
  readonly label: string;
  /** `drill ID` when a drill did it. */
  readonly by?: string;
  readonly outcome: 'done' | 'failed' | 'refused';
  readonly message?: string;
}

/** Where actions are logged; the file outlives the program and is only ever appended to. */
export function actionLogPath(stateFolder = paths.state()): string {
  return join(stateFolder, 'actions.jsonl');
}

/** Appends an entry. A log that cannot be written is no reason to leave an action half done: it is only noted. */
export async function logAction(session: Session, entry: ActionEntry, path = actionLogPath()): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Only what a service said may hold what must not be written; a task's id has a token's form and must stay.
    const { message, ...rest } = entry;
    const line = message === undefined ? rest : { ...rest, message: redact(message) };
    await appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  } catch (error) {
    session.log.line('actions', `not logged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The entry for an action on a target. */
export function actionEntry(
  session: Session,
  action: Action,
  target: Target,
  outcome: Pick<ActionEntry, 'outcome' | 'message' | 'by'>,
): ActionEntry {
  return {
    at: new Date(session.clock.now()).toISOString(),
    user: userName(),
    identity: session.identity,
    stack: session.farm.stack,
    region: session.farm.region,
    action: action.name,
    target: target.id,
    label: target.label,
    ...outcome,
  };
}
