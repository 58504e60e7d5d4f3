import type { Finding } from '../farm/finding.ts';
import type { FarmView } from '../farm/view.ts';
import { age, count } from '../terminal/format.ts';
import { severityMark } from '../terminal/glyphs.ts';
import { cell, type Spans, span } from '../terminal/spans.ts';

/** How observation goes, in a few words. */
export function paceWords(view: FarmView): string {
  const { pace } = view;
  const every = `every ${(pace.intervalMs / 1000).toFixed(pace.intervalMs % 1000 === 0 ? 0 : 1)}s`;
  return [
    pace.reason === undefined ? every : `${every} (${pace.reason})`,
    `${count(pace.lastRoundCalls, 'call')} in ${Math.round(pace.lastRoundMs)}ms`,
  ].join(', ');
}

function findingLines(finding: Finding, now: number, advice: boolean): readonly Spans[] {
  const { glyph, tone } = severityMark(finding.severity);
  const line: Spans = [
    { text: ` ${glyph} `, tone, bold: true },
    cell(age(now - finding.since), 4, 'dim', 'right'),
    span(`  ${finding.message}`, tone),
  ];
  return advice && finding.advice !== '' ? [line, [span(`         → ${finding.advice}`)]] : [line];
}

/**
 * What is wrong, most severe first, exactly `height` lines: what does not fit is counted, never left out in silence.
 * Where nothing is wrong the place stays and says how observation goes, so that nothing below it moves.
 */
export function findingsBlock(view: FarmView, now: number, height: number): readonly Spans[] {
  if (view.problem) {
    return [
      [{ text: ` ? ${view.problem.message}`, tone: 'unknown', bold: true }],
      [span(`   → ${view.problem.advice}`)],
    ].slice(0, height) as readonly Spans[];
  }
  const { findings } = view.verdict;
  if (findings.length === 0) {
    return [[span(' ● ', 'ok'), span('nothing needs you'), span(`   looked ${paceWords(view)}`, 'dim')]];
  }
  for (const advised of [findings.length, 2, 1, 0]) {
    const lines = findings.flatMap((finding, index) => findingLines(finding, now, index < advised));
    if (lines.length <= height) return lines;
  }
  const shown = findings.slice(0, Math.max(0, height - 1)).flatMap((finding) => findingLines(finding, now, false));
  return [...shown, [span(`   and ${count(findings.length - shown.length, 'more finding')}: 0`, 'warning')]];
}
