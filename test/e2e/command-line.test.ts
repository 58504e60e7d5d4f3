import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolatedEnvironment, temporaryFolder } from './program.ts';
import { type ServedSandbox, serveSandbox } from './sandbox-process.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let home: ReturnType<typeof temporaryFolder>;
let sandbox: ServedSandbox;

beforeAll(async () => {
  home = temporaryFolder();
  sandbox = await serveSandbox(['--farm', '--seed', '3', '--speed', '1']);
});

afterAll(async () => {
  await sandbox.close();
  home.remove();
});

function run(args: readonly string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    env: { ...isolatedEnvironment(home.path), ...environment },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

const inSandbox = (...args: string[]) => run(args, sandbox.environment);

it('takes it for no fault that nobody reads the answer to its end', async () => {
  const child = spawn(process.execPath, [cli, 'drill', 'list'], { env: isolatedEnvironment(home.path) });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(child, 'close');
  expect([code, stderr]).toEqual([0, '']);
});

describe('a command line that cannot be understood', () => {
  it.each([
    { args: ['chekc'], says: /unknown command 'chekc'.*check/ },
    { args: ['check', '--jsno'], says: /unknown option '--jsno'.*--json/ },
    { args: ['--stack', '9lives', 'check'], says: /--stack.*expected a letter/ },
    { args: ['check', '--region', 'eu-wets-1'], says: /eu-wets-1.*eu-west-1/ },
    { args: ['drill', 'run', 'kill-mastertask'], says: /kill-mastertask.*kill-master-task/ },
    { args: ['sandbox', '--speed', '4000'], says: /--speed.*0 to 3600/ },
    { args: ['sandbox', '--port', 'http'], says: /--port.*0 to 65535/ },
    { args: ['check', 'more', 'words'], says: /too many arguments/ },
  ])('is refused in one line: $args', ({ args, says }) => {
    const { status, stdout, stderr } = run(args);
    expect(stderr).toMatch(says);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(status).toBe(64);
  });
});

describe('check', () => {
  it('says OK in one line and exits with 0', () => {
    const { status, stdout } = inSandbox('check');
    expect(stdout).toMatch(/^OK 2 of 2 masters serving/);
    expect(status).toBe(0);
  });

  it('prints one JSON document of the contract', () => {
    const { status, stdout } = inSandbox('check', '--json');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ verdict: 'OK', stack: 'jdci', region: 'eu-west-1', findings: [] });
    expect(Object.keys(document.readings)).toEqual(
      expect.arrayContaining(['stack', 'balancer', 'master-a', 'master-b']),
    );
    for (const reading of Object.values(document.readings)) expect(reading).toMatchObject({ error: null });
    expect(status).toBe(0);
  });

  it('is UNKNOWN for a stack that does not exist', () => {
    const { status, stdout } = inSandbox('check', '--stack', 'nowhere');
    expect(stdout).toMatch(/^UNKNOWN .*nowhere.*does not exist/);
    expect(status).toBe(3);
  });

  it('names the stack that may have been meant', () => {
    const { status, stdout } = inSandbox('check', '--stack', 'jcdi');
    expect(stdout).toMatch(/jcdi does not exist; did you mean --stack jdci\?/);
    expect(status).toBe(3);
  });

  it('is UNKNOWN, never OK, when AWS cannot be reached', () => {
    const { status, stdout } = run(['check'], { ...sandbox.environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
    expect(stdout).toMatch(/^UNKNOWN /);
    expect(status).toBe(3);
  });

  it('is what the board prints without a terminal', () => {
    const { status, stdout } = inSandbox();
    expect(stdout).toMatch(/^OK 2 of 2 masters serving/);
    expect(status).toBe(0);
  });

  it('never takes a sandbox for the account that it was not given', () => {
    const { status, stdout, stderr } = run(['check', '--json']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/no AWS profile and no credentials.*--sandbox/);
    expect(status).toBe(3);
    expect(run(['drill', 'run', 'kill-master-task', '--yes']).status).toBe(2);
  });

  it('works on a sandbox of its own when asked to, and says so', () => {
    const { status, stdout } = run(['check', '--json', '--sandbox']);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'OK', summary: expect.stringMatching(/ · SANDBOX ×10$/) });
    expect(status).toBe(0);
  });
});

describe('sandbox', () => {
  it('says that its port is taken, and how to choose another', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const { status, stdout, stderr } = run(['sandbox', '--port', port]);
    server.close();
    expect(stderr).toMatch(new RegExp(`${port}.*--port`));
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});

describe('drill', () => {
  it('lists the catalogue', () => {
    const { status, stdout } = run(['drill', 'list']);
    expect(stdout).toContain('kill-master-task');
    expect(status).toBe(0);
  });

  it('is refused without a confirmation, and nothing is stopped', () => {
    const { status } = inSandbox('drill', 'run', 'kill-master-task');
    expect(status).toBe(2);
    expect(inSandbox('check').status).toBe(0);
  });

  it('is refused when the farm may only be looked at', () => {
    const { status, stdout, stderr } = inSandbox('drill', 'run', 'kill-master-task', '--yes', '--read-only', '--json');
    expect(status).toBe(2);
    expect(stdout + stderr).toMatch(/read-only/);
  });
});

describe('provision', () => {
  it('names the values that are missing or wrong, before anything is sent', () => {
    const { status, stderr } = inSandbox('provision', '--stack', 'other', '--yes', '--set', 'MasterCount=9');
    expect(stderr).toMatch(/MasterCount/);
    expect(status).toBe(2);
    expect(inSandbox('check', '--stack', 'other').status).toBe(3);
  });
});
