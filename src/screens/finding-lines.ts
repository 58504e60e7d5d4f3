import type { Finding } from '../farm/finding.ts';
import type { FarmView } from '../farm/view.ts';
import { age, count } from '../terminal/format.ts';
import { severityMark } from '../terminal/glyphs.ts';
import { cell, type Spans, span } from '../terminal/spans.ts';
import { wrapWords } from '../terminal/width.ts';

/** How observation goes, in a few words. */
export function paceWords(view: FarmView): string {
  const { pace } = view;
  const every = `every ${(pace.intervalMs / 1000).toFixed(pace.intervalMs % 1000 === 0 ? 0 : 1)}s`;
  return [
    pace.reason === undefined ? every : `${every} (${pace.reason})`,
    `${count(pace.lastRoundCalls, 'call')} in ${Math.round(pace.lastRoundMs)}ms`,
  ].join(', ');
}

/** A finding's lines: its message whole or cut to one line by who draws it, and what to do. */
function findingLines(
  finding: Finding,
  now: number,
  width: number,
  depth: 'whole' | 'advised' | 'brief',
): readonly Spans[] {
  const { glyph, tone } = severityMark(finding.severity);
  const indent = 9;
  const room = width - indent - 1;
  const messages = depth === 'whole' ? wrapWords(finding.message, room) : [finding.message];
  const advice = depth === 'brief' || finding.advice === '' ? [] : [`→ ${finding.advice}`];
  const advices = depth === 'whole' ? advice.flatMap((line) => wrapWords(line, room)) : advice;
  return [
    ...messages.map(
      (line, at): Spans =>
        at === 0
          ? [
              { text: ` ${glyph} `, tone, bold: true },
              cell(age(now - finding.since), 4, 'dim', 'right'),
              span(`  ${line}`, tone),
            ]
          : [span(' '.repeat(indent)), span(line, tone)],
    ),
    ...advices.map((line): Spans => [span(' '.repeat(indent)), span(line)]),
  ];
}

/**
 * What is wrong, most severe first, at most `height` lines: as much of each as there is room for; what does not fit is
 * counted, never left out in silence. Where nothing is wrong the place stays and says how observation goes, so that
 * nothing below it moves.
 */
export function findingsBlock(view: FarmView, now: number, width: number, height: number): readonly Spans[] {
  if (view.problem) {
    const whole: readonly Spans[] = [
      [{ text: ` ? ${view.problem.message}`, tone: 'unknown', bold: true }],
      ...wrapWords(`→ ${view.problem.advice}`, width - 4).map((line): Spans => [span(`   ${line}`)]),
    ];
    return whole.slice(0, height);
  }
  const { findings } = view.verdict;
  if (findings.length === 0) {
    return [[span(' ● ', 'ok'), span('nothing needs you'), span(`   looked ${paceWords(view)}`, 'dim')]];
  }
  const drawn = (advised: number, depth: 'whole' | 'advised') =>
    findings.flatMap((finding, index) => findingLines(finding, now, width, index < advised ? depth : 'brief'));
  const attempts = [
    drawn(findings.length, 'whole'),
    drawn(1, 'whole'),
    ...[findings.length, 2, 1, 0].map((advised) => drawn(advised, 'advised')),
  ];
  const fitting = attempts.find((lines) => lines.length <= height);
  if (fitting) return fitting;
  const shown = findings
    .slice(0, Math.max(0, height - 1))
    .flatMap((finding) => findingLines(finding, now, width, 'brief'));
  return [...shown, [span(`   and ${count(findings.length - shown.length, 'more finding')}: 0`, 'warning')]];
}
