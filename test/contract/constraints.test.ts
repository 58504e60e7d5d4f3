import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { constraintsText } from '../../scripts/constraints.ts';
import { leftOut, otherPatterns } from '../../scripts/constraints-left-out.ts';
import { pythonTools } from './python.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tools = await pythonTools();

it.skipIf(typeof tools === 'string')('the table of constraints is what the script makes of today’s models', () => {
  const text = constraintsText(`${root}.python`);
  expect(readFileSync(`${root}src/sandbox/wire/constraints.json`, 'utf8')).toBe(text);
  // The package has three megabytes for everything.
  expect(text.length).toBeLessThan(60_000);
});

it.skipIf(typeof tools === 'string')('it leaves out, and says otherwise, only what the models say', () => {
  const made = constraintsText(`${root}.python`);
  for (const entry of leftOut) {
    const others = leftOut.filter((one) => one !== entry);
    expect(constraintsText(`${root}.python`, { leftOut: others, otherPatterns }), entry.why).not.toBe(made);
  }
  for (const service of Object.keys(otherPatterns)) {
    const others = { ...otherPatterns, [service]: {} };
    expect(constraintsText(`${root}.python`, { leftOut, otherPatterns: others }), service).not.toBe(made);
  }
});
