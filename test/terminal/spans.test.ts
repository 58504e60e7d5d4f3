import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutSpans,
  fitSpans,
  plainText,
  type Spans,
  sameSpans,
  span,
  spansWidth,
  spread,
} from '../../src/terminal/spans.ts';

const line = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', '─', '日'), maxLength: 8 }).map((text) => span(text, 'dim')),
  {
    maxLength: 6,
  },
);

describe('cutSpans', () => {
  it('keeps a line that fits as it is', () => {
    const spans: Spans = [span('ab', 'ok'), span('cd')];
    expect(cutSpans(spans, 4)).toBe(spans);
  });

  it('marks the cut even where it falls between two pieces', () => {
    expect(plainText(cutSpans([span('abcd'), span('ef')], 4))).toBe('abc…');
    expect(plainText(cutSpans([span('abcd'), span('ef')], 5))).toBe('abcd…');
  });

  it('is never wider than asked', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 0, max: 20 }), (spans, width) => spansWidth(cutSpans(spans, width)) <= width),
    );
  });
});

describe('fitSpans and spread', () => {
  it('are exactly as wide as asked', () => {
    fc.assert(
      fc.property(line, line, fc.integer({ min: 1, max: 40 }), (left, right, width) => {
        expect(spansWidth(fitSpans(left, width))).toBe(width);
        expect(spansWidth(spread(left, right, width))).toBe(width);
      }),
    );
  });

  it('puts the two parts at the two ends and cuts the left one', () => {
    expect(plainText(spread([span('left')], [span('right')], 12))).toBe('left   right');
    expect(plainText(spread([span('a long left part')], [span('right')], 12))).toBe('a lon… right');
  });
});

describe('sameSpans', () => {
  it('sees a change of text, tone and marking', () => {
    const spans: Spans = [span('a', 'ok')];
    expect(sameSpans(spans, [span('a', 'ok')])).toBe(true);
    expect(sameSpans(spans, [span('b', 'ok')])).toBe(false);
    expect(sameSpans(spans, [span('a', 'critical')])).toBe(false);
    expect(sameSpans(spans, [{ ...span('a', 'ok'), inverse: true }])).toBe(false);
    expect(sameSpans(spans, [span('a', 'ok'), span('')])).toBe(false);
  });
});
