import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { CheckDocument } from '../../../src/commands/check.ts';
import { runCheck } from '../../../src/commands/check.ts';
import { openSession } from '../../../src/commands/session.ts';
import type { Session } from '../../../src/farm/session.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';

const templateBody = readFileSync(new URL('../../../cfn/farm.yaml', import.meta.url), 'utf8');

/** A provisioned farm that stands still until it is advanced, with what tests ask of it. */
export async function startFarm(seed: number) {
  const reports: string[] = [];
  const sandbox = await startSandbox({
    farm: true,
    seed,
    speed: 0,
    templateBody,
    report: (problem) => void reports.push(problem),
  });
  const control = async (verb: string, body: unknown = {}) => {
    const response = await fetch(`${sandbox.url}/_sandbox/${verb}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, value: (await response.json()) as Record<string, unknown> };
  };
  /** A session of the program, as another process would have it. */
  const session = async () => {
    const environment = { HOME: '/nonexistent', ...sandbox.environment };
    return openSession({ stack: 'jdci', sandbox: false, readOnly: false, refresh: 2 }, environment, () =>
      Promise.reject(new Error('there is one already')),
    );
  };
  return {
    world: sandbox.world,
    url: sandbox.url,
    reports,
    session,
    control,
    /** Puts faults in, or clears them, and gives what is in force. */
    faults: async (body: unknown) => {
      const { status, value } = await control('faults', body);
      expect([status, value.error]).toEqual([200, undefined]);
      return value.active as Record<string, unknown>[];
    },
    advance: (seconds: number) => control('advance', { seconds }),
    /** What `jdci-tui check --json` says. */
    check: async (as?: Session): Promise<{ code: number; document: CheckDocument }> => {
      const out: string[] = [];
      const io = { stdout: (text: string) => void out.push(text), stderr: () => {} };
      const code = await runCheck(as ?? (await session()), { json: true, color: false }, io);
      return { code, document: JSON.parse(out.join('')) as CheckDocument };
    },
    /** The settings of an SDK client; `accessKeyId` of another caller than the operator. */
    client: (accessKeyId = 'SANDBOX000000000000') => ({
      endpoint: sandbox.url,
      region: 'eu-west-1',
      credentials: { accessKeyId, secretAccessKey: 'sandbox' },
      maxAttempts: 1,
    }),
    close: () => sandbox.close(),
  };
}

/** What a failed command's error tells. */
export async function failure(promise: Promise<unknown>) {
  const error = (await promise.then(
    () => new Error('it did not fail'),
    (caught: unknown) => caught,
  )) as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, code: error.code, status: error.$metadata?.httpStatusCode };
}
