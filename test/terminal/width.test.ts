import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { displayWidth, sized, truncate, wrapWords } from '../../src/terminal/width.ts';

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.constantFrom('日本語ビルド', '● i-0c2…91f', '👩‍🚀 crew'),
);
/** Control characters never get here: safeText takes them out at the edge. */
const clean = texts.map((text) =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/g, ''),
);

describe('displayWidth', () => {
  it('counts what string-width counts, by the short way too', () => {
    fc.assert(fc.property(clean, (text) => displayWidth(text) === stringWidth(text)));
    expect(displayWidth('█░▁▂▃▄▅▆▇●○◌◐✓✕▲◆├─▸│╭╮╰╯┼┴┬…–—±×‘’“”→←')).toBe(
      stringWidth('█░▁▂▃▄▅▆▇●○◌◐✓✕▲◆├─▸│╭╮╰╯┼┴┬…–—±×‘’“”→←'),
    );
  });
});

describe('sized', () => {
  it('is exactly as wide as asked, whatever the text', () => {
    fc.assert(
      fc.property(
        clean,
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('left' as const, 'right' as const),
        (text, width, align) => {
          expect(displayWidth(sized(text, width, align))).toBe(width);
        },
      ),
    );
  });

  it('marks a cut and pads at the right end', () => {
    expect(sized('build-jenkins-master', 10)).toBe('build-jen…');
    expect(sized('3h', 5, 'right')).toBe('   3h');
    expect(sized('日本語', 4)).toBe('日… ');
  });
});

describe('truncate', () => {
  it('leaves nothing where there is no room', () => {
    expect(truncate('abc', 0)).toBe('');
    expect(truncate('abc', 1)).toBe('…');
    expect(truncate('abc', 3)).toBe('abc');
  });
});

describe('wrapWords', () => {
  it('breaks at spaces and never exceeds the width', () => {
    expect(wrapWords('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    fc.assert(
      fc.property(clean, fc.integer({ min: 2, max: 20 }), (text, width) => {
        for (const line of wrapWords(text, width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
