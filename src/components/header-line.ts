import type { Severity } from '../farm/finding.ts';
import { severityMark } from '../terminal/glyphs.ts';
import { cutSpans, type Span, type Spans, span, spansWidth, spread } from '../terminal/spans.ts';

/** Where one is, and how it stands. */
export interface HeaderFacts {
  readonly stack: string;
  readonly region: string;
  readonly account?: string;
  /** `SANDBOX ×10`, the profile's name, `environment`. */
  readonly identity: string;
  readonly sandbox: boolean;
  readonly readOnly: boolean;
  readonly verdict?: { readonly severity: Severity; readonly summary: string };
  /** One word before the verdict: a drill that runs, a pace that was slowed. */
  readonly note?: string;
}

/** The first line of every screen. */
export function headerLine(facts: HeaderFacts, width: number): Spans {
  const place = [facts.region, ...(facts.account === undefined ? [] : [facts.account])].join(' · ');
  const left: Spans = [
    { text: ` ${facts.stack}`, tone: 'accent', bold: true },
    span(`  ${place} · `, 'dim'),
    facts.sandbox ? { text: facts.identity, tone: 'warning', bold: true } : span(facts.identity, 'plain'),
    ...(facts.readOnly ? [span(' · read-only', 'moving')] : []),
  ];
  const { verdict, note } = facts;
  const right: Span[] = note === undefined ? [] : [span(`${note}  `, 'dim')];
  if (verdict !== undefined) {
    const { glyph, word, tone } = severityMark(verdict.severity);
    right.push({ text: `${glyph} ${word}`, tone, bold: true }, span(`  ${verdict.summary} `));
  }
  // The left part says where one is and must stay; the summary gives way to it.
  return spread(left, cutSpans(right, Math.max(0, width - spansWidth(left) - 1)), width);
}
