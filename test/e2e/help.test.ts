import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { page, quoted, rows, section } from '../docs/tables.ts';
import { isolatedEnvironment, temporaryFolder } from './program.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let home: ReturnType<typeof temporaryFolder>;

beforeAll(() => {
  home = temporaryFolder();
});
afterAll(() => home.remove());

/** The parts of a command's help by their headings, and the whole of it. */
function help(...command: string[]) {
  const { status, stdout } = spawnSync(process.execPath, [cli, ...command, '--help'], {
    env: isolatedEnvironment(home.path),
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(status).toBe(0);
  const part = (heading: string) => new RegExp(`^${heading}:\n((?:  .*\n)*)`, 'm').exec(stdout)?.[1] ?? '';
  const words = (heading: string, pattern: RegExp) => [...part(heading).matchAll(pattern)].map(([, word = '']) => word);
  return {
    text: stdout,
    options: words('Options', /^ {2}(--[\w-]+)/gm).filter((option) => option !== '--help'),
    globals: words('Global Options', /^ {2}(--[\w-]+)/gm),
    commands: words('Commands', /^ {2}(\w+)/gm),
  };
}

describe('the commands of the README', () => {
  const readme = section(page('README.md'), '## On AWS');
  const table = rows(readme).map(([command = '', does = '']) => ({
    name: (quoted(command)[0] ?? '').replace(/^jdci-tui ?/, ''),
    options: [...`${command} ${does}`.matchAll(/--[\w-]+/g)].map(([option]) => option),
  }));
  /** `drill run NAME` is told of in the row of that name. */
  const rowOf = (command: string) => table.find(({ name }) => name === command || name.startsWith(`${command} `));

  it('are those of --help, with the same options', () => {
    const { commands } = help();
    const leaves = commands.flatMap((name) => {
      const inner = help(name).commands;
      return inner.length === 0 ? [name] : inner.map((one) => `${name} ${one}`);
    });
    expect(leaves.length).toBeGreaterThan(8);
    const globals = new Set(help().options);
    let building: string[] = [];
    for (const command of leaves) {
      const { options } = help(...command.split(' '));
      const row = command === 'board' ? table.find(({ name }) => name === '') : rowOf(command);
      expect(row, `README.md has no row for ${command}`).toBeDefined();
      // What pushes an image takes the options of what builds it; they stand there once.
      if (command === 'image build') building = options;
      const expected = command === 'image push' ? options.filter((option) => !building.includes(option)) : options;
      expect(row?.options.filter((option) => !globals.has(option)).sort(), command).toEqual(expected.sort());
    }
    expect(table).toHaveLength(leaves.length);
  });

  it('say which options all of them take, and so does the help of each', () => {
    const everywhere = /^Everywhere: (.*?)\.\n/ms.exec(readme)?.[1] ?? '';
    const { options } = help();
    const written = [...everywhere.matchAll(/--[\w-]+/g)].map(([option]) => option);
    expect(written.sort()).toEqual([...options, '--help'].sort());
    expect(help('check').globals.sort()).toEqual(options.sort());
  });

  it('fit a terminal of 80 columns', () => {
    for (const command of [[], ['provision'], ['drill', 'run'], ['sandbox']]) {
      const widest = Math.max(
        ...help(...command)
          .text.split('\n')
          .map((line) => line.length),
      );
      expect(widest, command.join(' ')).toBeLessThanOrEqual(80);
    }
  });
});
