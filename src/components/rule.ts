import { type Spans, span } from '../terminal/spans.ts';
import { displayWidth } from '../terminal/width.ts';

/** A horizontal rule over `width` columns. */
export function rule(width: number): Spans {
  return [span('─'.repeat(Math.max(0, width)), 'dim')];
}

/** A section's title with its rule: `── Agents ─────`. */
export function sectionTitle(title: string, width: number, right = ''): Spans {
  const tail = right === '' ? '' : ` ${right} ──`;
  const room = width - displayWidth(title) - 4;
  // The title says more than what is at the right end.
  const kept = displayWidth(tail) <= room ? tail : '';
  const line = '─'.repeat(Math.max(0, room - displayWidth(kept)));
  return [span('── ', 'dim'), { text: title, tone: 'heading' }, span(` ${line}${kept}`, 'dim')];
}
