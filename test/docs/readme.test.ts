import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keyLabel, keymap, type Scope } from '../../src/hooks/keymap.ts';
import { scopeTitles } from '../../src/screens/Help.tsx';

const readme = new URL('../../README.md', import.meta.url);
const begin = '<!-- keys:begin -->\n';
const end = '<!-- keys:end -->';

/** The keymap as the README has it: a table for each place, in the help screen's order. */
function keyTables(): string {
  const scopes = (Object.keys(scopeTitles) as Scope[]).filter((scope) => keymap.some((one) => one.scope === scope));
  return scopes
    .map((scope) => {
      const rows = keymap
        .filter((binding) => binding.scope === scope)
        .map(({ keys, description, changes, sandbox }) => {
          const asides = [...(sandbox ? ['sandbox only'] : []), ...(changes ? ['not with `--read-only`'] : [])];
          const aside = asides.length === 0 ? '' : ` (${asides.join(', ')})`;
          return `| ${keys.map((key) => `\`${keyLabel(key)}\``).join(' ')} | ${description}${aside} |`;
        });
      return [`| ${scopeTitles[scope]} | |`, '|---|---|', ...rows, ''].join('\n');
    })
    .join('\n');
}

describe('the README', () => {
  it('has the keys as the program has them (JDCI_WRITE_README=1 writes them)', () => {
    const text = readFileSync(readme, 'utf8');
    const [before = '', rest = ''] = text.split(begin);
    const after = rest.slice(rest.indexOf(end));
    expect(after.startsWith(end), 'README.md has lost the marks around its keys').toBe(true);
    const wanted = `${before}${begin}\n${keyTables()}${after}`;
    if (process.env.JDCI_WRITE_README === '1' && wanted !== text) writeFileSync(readme, wanted);
    expect(readFileSync(readme, 'utf8')).toBe(wanted);
  });
});
