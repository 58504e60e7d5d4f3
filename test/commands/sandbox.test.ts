import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSandbox, shellQuoted } from '../../src/commands/sandbox.ts';

const silent = { stdout: () => {}, stderr: () => {} };
const options = { port: 0, speed: 10, farm: false };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jdci-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('runSandbox', () => {
  it('says that a port is taken and how to choose another', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(runSandbox({ ...options, port }, silent)).rejects.toMatchObject({
      code: 2,
      message: `port ${port} is taken; choose another with --port N, or --port 0 for any free one`,
    });
    other.close();
  });

  it.each([-1, 0.5, 3601, Number.NaN])('refuses the speed %s as a wrong command line', async (speed) => {
    await expect(runSandbox({ ...options, speed }, silent)).rejects.toMatchObject({ code: 64 });
  });

  it('says in one line what is wrong with a file of faults', async () => {
    const file = join(folder, 'faults.json');
    const refused = (text?: string) => {
      if (text !== undefined) writeFileSync(file, text);
      return expect(runSandbox({ ...options, faults: file }, silent)).rejects;
    };
    await refused().toMatchObject({ code: 2, message: `--faults ${file}: no such file` });
    await refused('{').toMatchObject({ code: 2, message: `--faults ${file}: not valid JSON` });
    await refused('[{"service":"ecs"}]').toMatchObject({
      code: 2,
      message: expect.stringContaining('fault 1: kind must be one of throttle'),
    });
    await refused('[{"kind":"master-hangs","slot":"a"}]').toMatchObject({
      code: 2,
      message: `--faults ${file}: fault 1: no master of slot a is running`,
    });
  });
});

describe('shellQuoted', () => {
  it.each(['', 'plain', 'http://127.0.0.1:4599', '1767225600000,1.5,10', 'it\'s $(rm) `x` "y"\n*'])(
    'gives %j so that a shell reads it back',
    (value) => {
      expect(execFileSync('sh', ['-c', `export X=${shellQuoted(value)}; printf %s. "$X"`], { encoding: 'utf8' })).toBe(
        `${value}.`,
      );
    },
  );
});
