import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activeFaults, clearFaults, faultChoices, isFault, putFault } from '../../src/actions/sandbox-faults.ts';
import { Aws } from '../../src/aws/clients.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/debug-log.ts';
import { faultKinds, parseFaultFile } from '../../src/sandbox/wire/fault-schema.ts';
import { resourceSteps } from '../../src/sandbox/world/resource-faults.ts';
import { fakeSession, now, snapshot } from '../farm-fixture.ts';

let server: Server | undefined;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'));
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** A control endpoint that answers what it is told to, and a session whose sandbox it is. */
async function serving(status: number, answer: string) {
  const asked: { path: string | undefined; body: unknown }[] = [];
  const listening = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ path: `${request.method} ${request.url}`, body: JSON.parse(body) });
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return { asked, session: sessionAt(`http://127.0.0.1:${port}`) };
}

function sessionAt(endpoint: string | undefined) {
  const clock = new ManualClock(now);
  const aws = new Aws({ region: 'eu-west-1', clock, log: silentLog, ...(endpoint === undefined ? {} : { endpoint }) });
  return fakeSession({ aws, clock });
}

const [hang] = faultChoices(snapshot());
if (!hang) throw new Error('a farm with masters has faults');

describe('the faults that can be put in', () => {
  it('are those of the farm as it is seen, and all of a kind that the sandbox takes', () => {
    const choices = faultChoices(snapshot());
    expect(choices.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['master-hangs-a', 'master-hangs-b', 'zone-without-capacity-eu-west-1c', 'aws-throttles']),
    );
    expect(new Set(choices.map(({ name }) => name)).size).toBe(choices.length);
    // Said in one line when it is not.
    for (const { name, fault } of choices) expect(parseFaultFile(fault), name).not.toBeTypeOf('string');
    expect(parseFaultFile({ ...hang.fault, slot: 1 })).toBeTypeOf('string');
  });

  it('are of every kind that the sandbox knows, and make a resource fail at every step', () => {
    const faults = faultChoices(snapshot()).map(({ fault }) => fault);
    expect([...new Set(faults.map(({ kind }) => kind))].sort()).toEqual([...faultKinds].sort());
    expect(faults.flatMap(({ kind, at }) => (kind === 'resource-fails' ? [at] : [])).sort()).toEqual(
      [...resourceSteps].sort(),
    );
  });

  it('need no farm when they are between a client and AWS, or in a stack that is still to come', () => {
    const names = faultChoices(undefined).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['credentials-expire', 'resource-not-created']));
    expect(names.some((name) => name.startsWith('master-hangs'))).toBe(false);
  });

  it('are known again whatever is left of them', () => {
    expect(isFault({ id: 'f1', kind: 'throttle', service: '*', operation: 'Describe*', count: 3 }, hang.fault)).toBe(
      false,
    );
    const throttle = faultChoices(undefined).find(({ name }) => name === 'aws-throttles');
    expect(throttle && isFault({ ...throttle.fault, id: 'f1', state: 'active', count: 3 }, throttle.fault)).toBe(true);
    const steps = faultChoices(undefined).filter(({ fault }) => fault.kind === 'resource-fails');
    for (const { name, fault } of steps) {
      expect(steps.filter((other) => isFault({ ...fault, id: 'f1' }, other.fault)).map((one) => one.name)).toEqual([
        name,
      ]);
    }
  });
});

describe('the control endpoint', () => {
  it('is asked for what is in force without changing it', async () => {
    const { asked, session } = await serving(
      200,
      '{"active":[{"kind":"master-hangs","slot":"b","id":"f1"}],"limits":true}',
    );
    expect(await activeFaults(session)).toEqual([{ kind: 'master-hangs', slot: 'b', id: 'f1' }]);
    expect(asked).toEqual([{ path: 'POST /_sandbox/faults', body: [] }]);
  });

  it('gets a fault, and its clearing, and both are in the action log', async () => {
    const { asked, session } = await serving(200, '{"active":[]}');
    const log = join(folder, 'actions.jsonl');
    await putFault(session, hang, log);
    await clearFaults(session, 'f1', log);
    await clearFaults(session, undefined, log);
    expect(asked.map(({ body }) => body)).toEqual([hang.fault, { clear: 'f1' }, { clear: true }]);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { action: 'sandbox-fault', target: hang.name, outcome: 'done' },
      { action: 'sandbox-fault', target: 'clear f1' },
      { action: 'sandbox-fault', target: 'clear all' },
    ]);
  });

  it('may refuse, in its own words, made safe', async () => {
    const { session } = await serving(400, '{"error":"fault 1: no master of slot \\u001b[31mb is running"}');
    await expect(putFault(session, hang, join(folder, 'log'))).rejects.toMatchObject({
      problem: { kind: 'refused', message: 'fault 1: no master of slot b is running' },
    });
  });

  it('may answer nonsense, or not at all', async () => {
    const { session } = await serving(200, '<html>');
    await expect(activeFaults(session)).rejects.toMatchObject({ problem: { kind: 'nonsense' } });
    server?.close();
    server?.closeAllConnections();
    await expect(activeFaults(session)).rejects.toMatchObject({ problem: { kind: 'unreachable' } });
  });

  it('is never asked for a real farm', async () => {
    const real = { ...sessionAt('http://127.0.0.1:9'), sandbox: false };
    await expect(activeFaults(real)).rejects.toMatchObject({ problem: { kind: 'refused' } });
    await expect(activeFaults(sessionAt(undefined))).rejects.toMatchObject({ problem: { kind: 'refused' } });
  });
});
