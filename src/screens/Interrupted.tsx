import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import type { PastDrill } from '../drills/journal.ts';
import type { Scope } from '../hooks/keymap.ts';
import { type InterruptedControl, type InterruptedState, useInterrupted } from '../hooks/use-interrupted.ts';
import { useCommands } from '../hooks/use-keys.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { count } from '../terminal/format.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { wrapWords } from '../terminal/width.ts';
import { problemLines } from './provision-lines.ts';

/** What a drill's last step says about how far the fault may be in. */
const stepWords: Readonly<Record<string, string>> = {
  started: 'before the fault was put in',
  inject: 'while the fault was being put in',
  observe: 'with the fault in',
  rollback: 'while it was being rolled back',
  'steady-after': 'after the rollback, waiting for calm',
};

function drillLines({ id, start, lastStep }: PastDrill): readonly Spans[] {
  return [
    [span(' ▲ ', 'warning'), { text: start.drill, bold: true }, span(` · ${start.target.label}`)],
    [
      span(`   begun ${start.at.slice(0, 19).replace('T', ' ')} UTC, cut off `, 'dim'),
      span(stepWords[lastStep] ?? `at ${lastStep}`),
      span(`   ${id}`, 'dim'),
    ],
  ];
}

/** What there is to say about drills that were cut off, and about what was done with them. */
export function interruptedLines(state: InterruptedState, readOnly: boolean, width: number): readonly Spans[] {
  const { drills, working, told, problem } = state;
  const lines: Spans[] = [];
  const paragraph = (text: string, tone?: 'dim') => {
    for (const line of wrapWords(text, width - 2)) lines.push([span(` ${line}`, tone)]);
  };
  if (drills.length > 0) {
    lines.push([
      {
        text: ` ${count(drills.length, 'drill')} of this farm ${drills.length === 1 ? 'was' : 'were'} cut off`,
        tone: 'heading',
      },
    ]);
    lines.push([], ...drills.flatMap(drillLines), []);
    paragraph(
      'The program ended in the middle of it, or it still runs in another one: then the farm’s lock is held, and nothing is touched.',
      'dim',
    );
    if (readOnly) paragraph('Start again without --read-only to roll back what it left.');
    else if (!working) {
      lines.push([
        span(' → '),
        span('enter', 'key'),
        span(
          ` undoes what ${drills.length === 1 ? 'it' : 'each'} left and closes ${drills.length === 1 ? 'it' : 'them'}; `,
        ),
        span('esc', 'key'),
        span(' leaves that to the next drill'),
      ]);
    }
  } else {
    lines.push([span(' ● no drill of this farm is cut off any more', 'ok')]);
  }
  if (working) lines.push([], [span(' ◌ taking the farm’s lock and rolling back', 'moving')]);
  if (told.length > 0) lines.push([]);
  for (const line of told) paragraph(`· ${line}`);
  if (problem) lines.push([], ...problemLines(problem, width));
  return lines;
}

const open: readonly Scope[] = ['interrupted'];
const over: readonly Scope[] = ['detail', 'board'];

export interface InterruptedProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly control: InterruptedControl;
  readonly onBack: () => void;
}

/** Drills that were cut off, to be rolled back and closed. */
export function InterruptedScreen({ size, facts, control, onBack }: InterruptedProps) {
  const state = useInterrupted(control);
  const scopes = state.drills.length > 0 ? open : over;
  useCommands(
    scopes,
    { choose: () => (state.drills.length > 0 ? void control.close() : onBack()), back: onBack },
    { circumstances: facts },
  );
  return (
    <Frame size={size} facts={facts} scopes={scopes}>
      <Lines
        lines={interruptedLines(state, facts.readOnly, size.columns)}
        width={size.columns}
        height={bodyRows(size)}
      />
    </Frame>
  );
}
