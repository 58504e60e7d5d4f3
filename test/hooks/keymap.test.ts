import { describe, expect, it } from 'vitest';
import { hintSpans } from '../../src/components/KeyHints.tsx';
import { bindingsOf, commandFor, keymap, type Scope } from '../../src/hooks/keymap.ts';
import { plainText, spansWidth } from '../../src/terminal/spans.ts';

const readOnly = { readOnly: true, sandbox: false };
const scopes = [...new Set(keymap.map((binding) => binding.scope))];

describe('keymap', () => {
  it('gives no key two meanings in one scope', () => {
    for (const scope of scopes) {
      const keys = keymap.filter((binding) => binding.scope === scope).flatMap((binding) => binding.keys);
      expect(new Set(keys).size, scope).toBe(keys.length);
    }
  });

  it('describes every binding', () => {
    for (const binding of keymap) expect(binding.description.length, binding.command).toBeGreaterThan(3);
  });

  it('finds commands by scope, the own before everywhere', () => {
    expect(commandFor('j', ['table', 'board'])).toBe('down');
    expect(commandFor('q', ['help'])).toBe('back');
    expect(commandFor('q', ['board'])).toBe('quit');
    expect(commandFor('j', ['board'])).toBeUndefined();
  });

  it('leaves letters to the text where text is typed, but never Ctrl-C', () => {
    expect(commandFor('q', ['filter'])).toBeUndefined();
    expect(commandFor('?', ['editing'])).toBeUndefined();
    expect(commandFor('ctrl+c', ['editing'])).toBe('interrupt');
    expect(commandFor('esc', ['editing'])).toBe('back');
  });

  it('drops what changes the farm when read-only', () => {
    expect(commandFor('F', ['board'])).toBe('failure-menu');
    expect(commandFor('F', ['board'], readOnly)).toBeUndefined();
    expect(commandFor('P', ['board'], readOnly)).toBeUndefined();
    expect(commandFor('5', ['board'], readOnly)).toBe('agents');
  });
});

describe('the sandbox’s own key', () => {
  it('exists only there, and not read-only', () => {
    expect(commandFor('X', ['board'])).toBeUndefined();
    expect(commandFor('X', ['board'], { readOnly: false, sandbox: true })).toBe('faults');
    expect(commandFor('X', ['board'], { readOnly: true, sandbox: true })).toBeUndefined();
  });
});

describe('the footer', () => {
  it.each([80, 100, 120])('fits %i columns in every scope and keeps help and quit', (width) => {
    for (const scope of scopes as Scope[]) {
      const hints = hintSpans([scope], width);
      expect(spansWidth(hints), scope).toBeLessThanOrEqual(width);
      if (bindingsOf([scope]).some((binding) => binding.command === 'quit'))
        expect(plainText(hints), scope).toContain('q quit');
    }
  });

  it('says the screens in one where there is no room, so that the failure menu is never hidden', () => {
    expect(plainText(hintSpans(['board'], 80))).toBe(
      ' 1 2 3 4 5 6 7 screens   F failure menu   P provision   ? help   q quit',
    );
    expect(plainText(hintSpans(['board'], 120))).toContain('1 overview 2 masters 3 door 4 hosts');
    expect(plainText(hintSpans(['board'], 80, readOnly))).not.toContain('failure');
  });

  it('has room for the sandbox’s faults too', () => {
    const sandbox = { readOnly: false, sandbox: true };
    for (const width of [80, 120]) {
      const words = plainText(hintSpans(['board'], width, sandbox));
      for (const part of ['F failure menu', 'P provision', 'X faults', '? help', 'q quit'])
        expect(words).toContain(part);
    }
  });
});
