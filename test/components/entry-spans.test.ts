import { describe, expect, it } from 'vitest';
import { entrySpans } from '../../src/components/dialog-lines.ts';
import { entryOf } from '../../src/hooks/text-entry.ts';
import { displayWidth } from '../../src/terminal/width.ts';

describe('entrySpans', () => {
  it.each(['z'.repeat(400), '日本語'.repeat(100), 'short'])('keeps the cursor within the width: %.12s', (text) => {
    const spans = entrySpans(entryOf(text), 40);
    const cursor = spans.findIndex((piece) => piece.inverse);
    const before = spans.slice(0, cursor).reduce((sum, piece) => sum + displayWidth(piece.text), 0);
    expect(cursor).toBeGreaterThanOrEqual(0);
    expect(before).toBeLessThan(39);
  });

  it('shows a short text from its beginning', () => {
    expect(entrySpans({ text: 'abc', cursor: 1 }, 40).map((piece) => piece.text)).toEqual(['a', 'b', 'c']);
  });
});
