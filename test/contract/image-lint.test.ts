import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentFiles, jobShells } from '../image/sources.ts';
import { javaTools } from './java.ts';
import { pythonTools } from './python.ts';

const python = await pythonTools();
const java = await javaTools();
for (const tools of [python, java]) if (typeof tools === 'string') console.warn(`skipped: ${tools}`);

const image = fileURLToPath(new URL('../../image/', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jdci-lint-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(typeof python === 'string')('the linters of others', () => {
  if (typeof python === 'string') return;

  it('find nothing wrong with the Dockerfile', async () => {
    const { code, stdout, stderr } = await python.run('hadolint', ['--no-color', join(image, 'Dockerfile')]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('do find what is wrong with another', async () => {
    const file = join(folder, 'Dockerfile');
    writeFileSync(file, 'FROM jenkins/jenkins:latest\nUSER root\nRUN cd /tmp && sudo rm x\n');
    const { code, stdout } = await python.run('hadolint', ['--no-color', file]);
    expect([code, stdout]).toEqual([1, expect.stringContaining('DL3007')]);
  });

  it.each([...jobShells(), ...agentFiles()].filter(({ text }) => text.startsWith('#!')))(
    'find nothing wrong with the shell of $name',
    async ({ name, text }) => {
      const file = join(folder, name.replaceAll('/', '-'));
      writeFileSync(file, text);
      const { code, stdout, stderr } = await python.run('shellcheck', ['--severity=style', file]);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    },
  );
});

describe('the shell of jdci-drill', () => {
  const [drill] = jobShells().filter(({ name }) => name === 'jdci-drill.groovy');
  it.each(['0', 'two', '-5', '', '1e3', '12345678'])('refuses to sleep for "%s"', async (seconds) => {
    const ended = await run(drill?.text ?? '', { SECONDS: seconds });
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('not a number of seconds from 1 to 3600')]);
  });

  it.each([
    ['120', '120'],
    ['99999', '3600'],
  ])('sleeps for "%s" seconds: %s', async (seconds, slept) => {
    // The sleep itself is another program here.
    const script = (drill?.text ?? '').replace('\nsleep ', '\necho slept ');
    expect((await run(script, { SECONDS: seconds })).stdout).toBe(`slept ${slept}\n`);
  });
});

describe.skipIf(typeof java === 'string')("Jenkins' Groovy", () => {
  if (typeof java === 'string') return;

  it('parses every script of the image, also those that the boot does not run', async () => {
    const parser = join(folder, 'parse.groovy');
    writeFileSync(parser, 'args.each { new GroovyShell().parse(new File(it)) }\nprintln "parsed ${args.length}"\n');
    const scripts = readdirSync(image, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.groovy'),
    );
    const files = scripts.map((name) => join(image, name));
    const { code, stdout, stderr } = await java.groovy(parser, files);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `parsed ${scripts.length}\n`, stderr: '' });
    expect(scripts.length).toBeGreaterThanOrEqual(14);
  });

  it('ends the JVM when Jenkins cannot start, with the cause in one line', async () => {
    const hook = join(image, 'boot-failure.groovy.d', 'halt.groovy');
    const caller = join(folder, 'boot-failure.groovy');
    const failure = "new RuntimeException('outer', new IllegalArgumentException('no such attribute: executers'))";
    writeFileSync(
      caller,
      `new GroovyShell(new Binding(exception: ${failure})).evaluate(new File(args[0]))\nprintln 'went on'\n`,
    );
    expect(await java.groovy(caller, [hook])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'SEVERE jdci: Jenkins cannot start, ending the JVM: java.lang.IllegalArgumentException: no such attribute: executers\n',
    });
  });
});

function run(script: string, environment: Record<string, string>) {
  const env = { PATH: process.env.PATH, ...environment };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const file = join(folder, 'drill.sh');
    writeFileSync(file, script);
    execFile('bash', [file], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

// The README names every file, so that nothing in the image is there unexplained.
describe('image/README.md', () => {
  it('names every file of the image', () => {
    const readme = readFileSync(join(image, 'README.md'), 'utf8');
    const files = readdirSync(image, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'README.md')
      .map((entry) => entry.name);
    expect(files.filter((name) => !readme.includes(name))).toEqual([]);
  });
});
