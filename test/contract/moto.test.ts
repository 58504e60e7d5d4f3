import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type CheckedTools, checkedTools } from './checked-tools.ts';
import { freePort } from './free-port.ts';
import { known } from './moto-differences.ts';
import { pythonTools } from './python.ts';
import { differences, type Shapes } from './shapes.ts';

const checked = await checkedTools();
const template = fileURLToPath(new URL('../../cfn/farm.yaml', import.meta.url));

/**
 * The same reads on the sandbox and on moto, an emulator that nobody here wrote: whatever both answer must have the same
 * members of the same types. Every difference is in `moto-differences.ts`, with its reason.
 */
describe.skipIf(typeof checked === 'string')('the sandbox beside moto', () => {
  let server: ChildProcess | undefined;
  let sandbox: Sandbox;
  let onSandbox: CheckedTools;
  let onMoto: CheckedTools;
  let ours: Shapes;
  let theirs: Shapes;

  beforeAll(async () => {
    if (typeof checked === 'string') return;
    const port = await freePort();
    server = await startMoto(port);
    await answering(server, port);
    onMoto = checked({
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    });
    theirs = await onMoto.script('reads.py', await onMoto.script('moto_objects.py'), '--shapes');
    sandbox = await startSandbox({ seed: 31, farm: true, speed: 0 });
    onSandbox = checked(sandbox.environment);
    ours = await onSandbox.script('reads.py', await onSandbox.script('farm_names.py', null, template), '--shapes');
  });
  afterAll(async () => {
    onMoto?.close();
    onSandbox?.close();
    await sandbox?.close();
    await ended(server);
  });

  it('answers the same operations', () => {
    expect(Object.keys(ours).length).toBeGreaterThan(70);
    expect(Object.keys(theirs)).toEqual(Object.keys(ours));
    expect(Object.values(ours).filter(({ error }) => error !== undefined)).toEqual([]);
    const shared = Object.entries(ours).flatMap(([operation, { shape }]) =>
      Object.keys(shape).filter((member) => member in (theirs[operation]?.shape ?? {})),
    );
    expect(shared.length).toBeGreaterThan(500);
  });

  it('differs in shape only where it is known why', () => {
    const reasons = new Set(known.flatMap(({ members }) => members));
    expect(differences(ours, theirs).filter((difference) => !reasons.has(difference))).toEqual([]);
  });

  it('has no reason left for a difference that is gone', () => {
    const found = new Set(differences(ours, theirs));
    expect(known.flatMap(({ members }) => members).filter((member) => !found.has(member))).toEqual([]);
  });
});

describe('the comparison of shapes', () => {
  const one = (shape: Record<string, string>): Shapes => ({ 'a:B': { shape } });

  it('tells of members that one side lacks, of other types and of failures', () => {
    expect(differences(one({ x: 'string', y: 'string' }), one({ x: 'integer', z: 'string' }))).toEqual([
      'only moto a:B z',
      'only sandbox a:B y',
      'types a:B x: string and integer',
    ]);
    expect(differences(one({}), { 'a:B': { shape: {}, error: 'no' } })).toEqual(['moto fails a:B']);
  });

  it('says nothing of the items of an empty list, and of a missing structure only that', () => {
    expect(differences(one({ list: 'list', 'list[].name': 'string' }), one({ list: 'list' }))).toEqual([]);
    expect(differences(one({ x: 'string', 's.a': 'string', 's.b': 'string' }), one({ x: 'string' }))).toEqual([
      'only sandbox a:B s',
    ]);
  });
});

async function startMoto(port: number): Promise<ChildProcess> {
  const tools = await pythonTools();
  if (typeof tools === 'string') throw new Error(tools);
  const child = spawn(tools.path('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return child;
}

async function answering(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr?.on('data', (data) => {
    said += data;
  });
  await vi.waitFor(
    async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/moto-api/`).catch(() => undefined);
      if (!answer?.ok) throw new Error(`moto_server does not answer: ${said.slice(-2000)}`);
    },
    { timeout: 60_000, interval: 250 },
  );
}

function ended(child: ChildProcess | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (!child || child.exitCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
