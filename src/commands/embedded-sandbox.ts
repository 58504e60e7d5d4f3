import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { WorldTime } from '../core/clock.ts';
import { packageRoot } from '../core/package-root.ts';
import type { SandboxMessage, SandboxWorkerData } from '../sandbox/worker.ts';

/** A sandbox that runs in a thread of this process. */
export interface EmbeddedSandbox {
  readonly environment: Record<string, string>;
  readonly time: WorldTime;
  close(): Promise<void>;
}

export interface EmbeddedSandboxOptions extends SandboxWorkerData {
  /** Told, in one line, of defects of the sandbox and of its end before `close`. */
  onReport?: (message: string) => void;
}

// A sandbox has nothing to save: what has not ended by then, wall milliseconds, is ended.
const closePatienceMs = 1000;

/** Starts the sandbox in a worker thread, so that neither side's work delays the other's. Rejects when it cannot start. */
export function startEmbeddedSandbox({ onReport, ...data }: EmbeddedSandboxOptions): Promise<EmbeddedSandbox> {
  const entry = join(packageRoot(), 'dist', 'sandbox-worker.js');
  if (!existsSync(entry)) return Promise.reject(new Error(`the package is incomplete: ${entry} is missing`));
  return new Promise((resolve, reject) => {
    // Its standard streams are kept from the terminal, which belongs to the screen.
    const worker = new Worker(entry, { workerData: data, stdout: true, stderr: true });
    worker.stdout.resume();
    worker.stderr.resume();
    let closing = false;
    const ended = new Promise<void>((resolveEnded) => worker.once('exit', () => resolveEnded()));
    worker.on('error', (error: Error) => {
      reject(new Error(`the sandbox failed: ${error.message}`, { cause: error }));
      onReport?.(`the sandbox failed: ${error.message}`);
    });
    worker.on('exit', (code) => {
      reject(new Error(`the sandbox ended with code ${code} before it was ready`));
      if (!closing) onReport?.(`the sandbox ended with code ${code}`);
    });
    const close = async () => {
      closing = true;
      worker.postMessage('close');
      const timer = setTimeout(() => void worker.terminate(), closePatienceMs);
      await ended;
      clearTimeout(timer);
    };
    worker.on('message', (message: SandboxMessage) => {
      switch (message.kind) {
        case 'ready':
          resolve({ environment: message.environment, time: message.time, close });
          return;
        case 'failed':
          closing = true;
          reject(new Error(`the sandbox cannot start: ${message.message}`));
          return;
        case 'report':
          onReport?.(message.message);
      }
    });
  });
}
