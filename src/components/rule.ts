import { type Spans, span } from '../terminal/spans.ts';

/** A horizontal rule over `width` columns. */
export function rule(width: number): Spans {
  return [span('─'.repeat(Math.max(0, width)), 'dim')];
}

/** A section's title with its rule: `── Agents ─────`. */
export function sectionTitle(title: string, width: number, right = ''): Spans {
  const tail = right === '' ? '' : ` ${right} ──`;
  const line = Math.max(0, width - title.length - 4 - tail.length);
  return [span('── ', 'dim'), { text: title, tone: 'heading' }, span(` ${'─'.repeat(line)}`, 'dim'), span(tail, 'dim')];
}
