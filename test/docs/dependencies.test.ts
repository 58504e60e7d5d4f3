import { describe, expect, it } from 'vitest';
import { page, quoted, rows, section } from './tables.ts';

const dependencies = page('docs/dependencies.md');
const { devDependencies } = JSON.parse(page('package.json')) as { devDependencies: Record<string, string> };

/** The packages of a table's first column; `ink` 8.0.0 gives the version too. */
function packages(heading: string): { name: string; version: string | undefined }[] {
  return rows(section(dependencies, heading)).flatMap(([cell = '']) =>
    [...cell.matchAll(/`([^`]+)`(?: ([\d.]+))?/g)].map(([, name = '', version]) => ({ name, version })),
  );
}

describe('docs/dependencies.md', () => {
  it('has a line for every package of package.json, and for no other', () => {
    const written = [...packages('## In the program'), ...packages('## For building and testing')];
    const clients = Object.keys(devDependencies).filter((name) => name.startsWith('@aws-sdk/client-'));
    expect(clients.length).toBeGreaterThan(10);
    const names = written.flatMap(({ name }) => (name === '@aws-sdk/client-*' ? clients : [name]));
    expect(names.sort()).toEqual(Object.keys(devDependencies).sort());
    for (const { name, version } of written) {
      if (version !== undefined) expect(`${devDependencies[name]}.`, name).toMatch(new RegExp(`^${version}\\.`));
    }
  });

  it('has a line for everything that the contract tests install from PyPI', () => {
    const wanted = page('test/contract/requirements.txt')
      .split('\n')
      .filter((line) => /^\w/.test(line))
      .map((line) => line.replace(/==.*/, ''));
    const [, table = ''] = dependencies.split('`npm run test:full`');
    const written = rows(table).flatMap(([cell = '']) => quoted(cell));
    expect(written).toEqual(expect.arrayContaining(wanted));
  });
});
