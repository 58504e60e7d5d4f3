import type { HeaderFacts } from '../components/header-line.ts';
import type { Column } from '../components/table-layout.ts';
import type { Finding } from '../farm/finding.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { age } from '../terminal/format.ts';
import { severityMark } from '../terminal/glyphs.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { wrapWords } from '../terminal/width.ts';
import { TableScreen } from './TableScreen.tsx';

function findingColumns(now: number): readonly Column<Finding>[] {
  return [
    {
      key: 'severity',
      title: 'SEVERITY',
      width: 10,
      cell: ({ severity }) => {
        const { glyph, word, tone } = severityMark(severity);
        return span(`${glyph} ${word}`, tone);
      },
    },
    { key: 'since', title: 'FOR', width: 4, align: 'right', cell: ({ since }) => span(age(now - since)) },
    { key: 'subject', title: 'ABOUT', width: 20, cell: ({ subject }) => span(subject) },
    { key: 'message', title: 'WHAT', width: 30, flex: 1, cell: ({ message }) => span(message) },
  ];
}

function findingDetail(finding: Finding, width: number): readonly Spans[] {
  return [
    ...wrapWords(finding.message, width - 2).map((line): Spans => [span(` ${line}`)]),
    ...wrapWords(`→ ${finding.advice}`, width - 2).map((line): Spans => [span(` ${line}`, 'accent')]),
  ];
}

export interface FindingsProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly findings: readonly Finding[];
  readonly now: number;
}

/** Every finding, most severe first, with what to do. */
export function Findings({ size, facts, findings, now }: FindingsProps) {
  return (
    <TableScreen
      size={size}
      facts={facts}
      title={`Findings  ${findings.length}`}
      columns={findingColumns(now)}
      rows={findings}
      rowKey={(finding) => finding.id}
      rowText={({ severity, subject, message, advice }) => `${severity} ${subject} ${message} ${advice}`}
      empty="nothing needs you"
      detail={(finding) => findingDetail(finding, size.columns)}
      detailRows={5}
    />
  );
}
