import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { paths } from '../core/paths.ts';

/** The steps of a drill, each written before it is taken. */
export type JournalStep = 'started' | 'inject' | 'observe' | 'rollback' | 'steady-after' | 'finished' | 'closed';

const lineShape = z.looseObject({ at: z.string(), step: z.string() });
const startShape = z.looseObject({
  at: z.string(),
  step: z.literal('started'),
  drill: z.string(),
  stack: z.string(),
  region: z.string(),
  /** As whom it ran: the profile, or which sandbox. */
  identity: z.string(),
  target: z.looseObject({ id: z.string(), label: z.string(), confirmWord: z.string() }),
});

export type JournalLine = z.infer<typeof lineShape>;
export type JournalStart = z.infer<typeof startShape>;

/** Where all drills are kept, one folder each. */
export function drillsFolder(stateFolder = paths.state()): string {
  return join(stateFolder, 'drills');
}

/**
 * What a drill is about to do, on disk before it does it: a drill that is cut off (power, a kill, a lost terminal) can be
 * found and undone. Synchronous on purpose: the step must not begin before the line is safe.
 */
export class Journal {
  readonly folder: string;
  readonly #file: string;

  constructor(id: string, base = drillsFolder()) {
    this.folder = join(base, id);
    this.#file = join(this.folder, 'journal.jsonl');
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Appends a line and waits until it is on disk. `at` is farm time, milliseconds. */
  append(at: number, step: JournalStep, detail: Readonly<Record<string, unknown>> = {}): void {
    const handle = openSync(this.#file, 'a', 0o600);
    try {
      writeSync(handle, `${JSON.stringify({ at: new Date(at).toISOString(), step, ...detail })}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
}

/** One drill found on disk. */
export interface PastDrill {
  readonly id: string;
  readonly folder: string;
  readonly start: JournalStart;
  /** The last step that was begun. */
  readonly lastStep: string;
  /** Absent when the drill never came to its end. */
  readonly verdict?: string;
  readonly reason?: string;
  /** Where report.json was written. */
  readonly report?: string;
}

/** Reads a journal's lines; a last line that was cut off in the middle is left out. */
export function parseJournal(text: string): JournalLine[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      const parsed = z.safeParse(lineShape, JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

/** The drills on disk, oldest first. */
export function pastDrills(base = drillsFolder()): PastDrill[] {
  return readOr([], () => readdirSync(base))
    .flatMap((id) => pastDrill(id, base) ?? [])
    .sort((a, b) => a.start.at.localeCompare(b.start.at));
}

/** One drill on disk; undefined when there is none of that id or its journal has no beginning. */
export function pastDrill(id: string, base = drillsFolder()): PastDrill | undefined {
  const folder = join(base, id);
  const lines = parseJournal(readOr('', () => readFileSync(join(folder, 'journal.jsonl'), 'utf8')));
  const start = z.safeParse(startShape, lines[0]);
  if (!start.success) return undefined;
  const end = lines.findLast((line) => line.step === 'finished' || line.step === 'closed');
  return {
    id,
    folder,
    start: start.data,
    lastStep: lines.at(-1)?.step ?? 'started',
    ...(typeof end?.verdict === 'string' ? { verdict: end.verdict } : {}),
    ...(typeof end?.reason === 'string' ? { reason: end.reason } : {}),
    ...(typeof end?.report === 'string' ? { report: end.report } : {}),
  };
}

/** What cannot be read is not there: the folder before the first drill, a file that is no journal. */
function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
