import { parentPort, workerData } from 'node:worker_threads';
import type { WorldTime } from '../core/clock.ts';
import { startSandbox } from './sandbox.ts';

/** What the thread is started with. */
export interface SandboxWorkerData {
  speed?: number;
  seed?: number;
  farm?: boolean;
  templateBody?: string;
}

/** What the thread says. Any message to it closes the sandbox and ends it. */
export type SandboxMessage =
  | { kind: 'ready'; environment: Record<string, string>; port: number; time: WorldTime }
  | { kind: 'failed'; message: string }
  | { kind: 'report'; message: string };

function post(message: SandboxMessage): void {
  parentPort?.postMessage(message);
}

try {
  const sandbox = await startSandbox({
    ...(workerData as SandboxWorkerData),
    report: (message) => post({ kind: 'report', message }),
  });
  parentPort?.once('message', () => void sandbox.close());
  post({ kind: 'ready', environment: sandbox.environment, port: sandbox.port, time: { ...sandbox.time } });
} catch (error) {
  post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
