import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatWorldTime, type WorldTime } from '../core/clock.ts';
import { paths } from '../core/paths.ts';

const folderName = /^sandbox-(\d+)-\d+$/;

/**
 * The files that a sandbox hands to other processes, in a folder of its own in the cache: the certificate of its authority
 * (never its key) and the newest anchor of farm time. They end with the sandbox.
 */
export class HandedFiles {
  readonly #folder: string;

  /** Throws what the file system throws. */
  constructor(port: number, certificate: string, time: WorldTime) {
    const cache = paths.cache();
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    removeLeftBehind(cache);
    this.#folder = join(cache, `sandbox-${process.pid}-${port}`);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.certificate, certificate, { mode: 0o600 });
    this.tell(time);
  }

  get certificate(): string {
    return join(this.#folder, 'ca.pem');
  }

  get clock(): string {
    return join(this.#folder, 'clock');
  }

  /** Renamed into its place, so that nobody reads half of it. */
  tell(time: WorldTime): void {
    const next = `${this.clock}.next`;
    writeFileSync(next, `${formatWorldTime(time)}\n`, { mode: 0o600 });
    renameSync(next, this.clock);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What sandboxes left that were killed: their process is no more. */
function removeLeftBehind(cache: string): void {
  for (const name of readdirSync(cache)) {
    const [, pid] = folderName.exec(name) ?? [];
    if (pid !== undefined && !runs(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
