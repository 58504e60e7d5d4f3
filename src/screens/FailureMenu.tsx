import { useState } from 'react';
import type { Refusal, Target } from '../actions/action.ts';
import { Dialog, dialogHeight, questionScopes } from '../components/Dialog.tsx';
import type { Question } from '../components/dialog-lines.ts';
import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import type { Drill } from '../drills/drill.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { Scope } from '../hooks/keymap.ts';
import { useCommands } from '../hooks/use-keys.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { duration, sentence } from '../terminal/format.ts';
import { fitSpans, type Span, type Spans, span } from '../terminal/spans.ts';
import { sized, wrapWords } from '../terminal/width.ts';

/** A drill, or one of its targets, as an entry of the menu. */
interface Entry {
  readonly label: string;
  readonly aside: string;
  readonly refused: boolean;
}

export type Refuse = (drill: Drill, target: Target) => Refusal | null;

/** Why none of a drill's targets may be taken; null when one may. */
export function drillRefusal(drill: Drill, snapshot: Snapshot, refuse: Refuse): Refusal | null {
  const targets = drill.action.targets(snapshot);
  if (targets.length === 0)
    return { reason: 'there is nothing that it could be done to now', advice: 'wait until the farm runs' };
  const refusals = targets.map((target) => refuse(drill, target));
  return refusals.every((refusal) => refusal !== null) ? (refusals[0] ?? null) : null;
}

/** What is asked before a drill starts. */
export function drillQuestion(drill: Drill, target: Target, snapshot: Snapshot, gone = false): Question {
  return {
    title: `${drill.title}?`,
    body: [
      `${sentence(drill.action.effect)} Target: ${target.label}.`,
      `${sentence(`Expected: ${drill.hypothesis}`)} Predicted recovery ${duration(drill.predictSeconds(snapshot))}, budget ${duration(drill.budgetSeconds(snapshot))}.`,
      ...(gone ? ['✕ The target is gone meanwhile: nothing will be done; choose again.'] : []),
    ],
    confirmation: drill.action.confirmation === 'type-name' ? 'type-name' : 'yes-no',
    word: target.confirmWord,
    tone: 'critical',
  };
}

function entryLine(entry: Entry, selected: boolean, width: number): Spans {
  const spans: Span[] = [
    span(selected ? ' ▸ ' : '   ', 'accent'),
    span(entry.refused ? '✕ ' : '● ', entry.refused ? 'dim' : 'warning'),
    { text: sized(entry.label, Math.floor(width * 0.42)), bold: selected, tone: entry.refused ? 'dim' : 'plain' },
    span(`  ${entry.aside}`, entry.refused ? 'critical' : 'dim'),
  ];
  return fitSpans(selected ? spans.map((piece) => ({ ...piece, inverse: true })) : spans, width);
}

const scopes: readonly Scope[] = ['failure'];

export interface FailureMenuProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly drills: readonly Drill[];
  readonly snapshot: Snapshot;
  readonly refuse: Refuse;
  readonly onStart: (drill: Drill, target: Target) => void;
  readonly onBack: () => void;
}

/** The drills, what they do and to what; what the guard refuses says why and what would change that. */
export function FailureMenu({ size, facts, drills, snapshot, refuse, onStart, onBack }: FailureMenuProps) {
  const [cursor, setCursor] = useState(0);
  const [drill, setDrill] = useState<Drill>();
  // By id: the list is sorted anew with every look at the farm, and what is chosen must stay what it was.
  const [targetId, setTargetId] = useState<string>();
  // The farm moves on while the question is read. A question that vanished would leave the rest of the name that is
  // being typed to the screen, as keys: it stays, and says that its target is gone.
  const [asked, setAsked] = useState<Target>();
  const targets = drill?.action.targets(snapshot) ?? [];
  const here = drills[cursor];
  const at = drill
    ? Math.max(
        0,
        targets.findIndex((target) => target.id === targetId),
      )
    : cursor;
  const refusal = drill
    ? targets[at]
      ? refuse(drill, targets[at])
      : { reason: 'the target is gone', advice: 'go back and choose again' }
    : here
      ? drillRefusal(here, snapshot, refuse)
      : null;

  const step = (by: number) => () => {
    const clamp = (index: number, length: number) => Math.min(Math.max(0, length - 1), Math.max(0, index + by));
    if (drill) setTargetId(targets[clamp(at, targets.length)]?.id);
    else setCursor((before) => clamp(before, drills.length));
  };
  const choose = () => {
    if (refusal) return;
    if (drill) {
      setAsked(targets[at]);
    } else if (here) {
      setDrill(here);
      // The first target that may be taken is the one to offer.
      const offered = here.action.targets(snapshot);
      setTargetId((offered.find((target) => refuse(here, target) === null) ?? offered[0])?.id);
    }
  };
  useCommands(
    scopes,
    { up: step(-1), down: step(1), choose, back: () => (drill ? setDrill(undefined) : onBack()) },
    { active: asked === undefined },
  );

  const width = size.columns;
  const entries: readonly Entry[] = drill
    ? targets.map((target) => {
        const refused = refuse(drill, target);
        return {
          label: target.label,
          aside: refused ? 'refused' : `confirm by: ${target.confirmWord}`,
          refused: refused !== null,
        };
      })
    : drills.map((each) => {
        const refused = drillRefusal(each, snapshot, refuse);
        return { label: each.title, aside: refused ? 'refused now' : each.name, refused: refused !== null };
      });
  const subject = drill ?? here;
  const about: Spans[] = subject
    ? [
        ...wrapWords(sentence(subject.action.effect), width - 2).map((line): Spans => [span(` ${line}`)]),
        ...wrapWords(sentence(`Expected: ${subject.hypothesis}`), width - 2).map(
          (line): Spans => [span(` ${line}`, 'dim')],
        ),
        [
          span(
            ` Predicted recovery ${duration(subject.predictSeconds(snapshot))}, budget ${duration(subject.budgetSeconds(snapshot))}.`,
            'dim',
          ),
        ],
        ...(refusal
          ? [
              ...wrapWords(`✕ refused: ${refusal.reason}`, width - 2).map(
                (line): Spans => [span(` ${line}`, 'critical')],
              ),
              ...wrapWords(`→ ${refusal.advice}`, width - 2).map((line): Spans => [span(` ${line}`)]),
            ]
          : []),
      ]
    : [[span(' there is no drill', 'dim')]];
  const gone = asked !== undefined && !targets.some((target) => target.id === asked.id);
  const question = drill && asked ? drillQuestion(drill, asked, snapshot, gone) : undefined;
  const heading: Spans = [
    { text: drill ? ` ${drill.title}` : ' Failure menu', tone: 'heading' },
    span(drill ? '  · which one?' : '  · break something on purpose, and measure how the farm heals', 'dim'),
  ];
  const height = bodyRows(size);
  const bottom = question ? dialogHeight(question, width) : 0;
  const above = height - bottom;
  const listHeight = Math.max(1, Math.min(entries.length, above - 4 - about.length));
  const top = Math.max(0, Math.min(at - listHeight + 1, entries.length - listHeight));
  const list = entries.slice(top, top + listHeight).map((entry, row) => entryLine(entry, top + row === at, width));
  return (
    <Frame size={size} facts={facts} scopes={question ? questionScopes(question) : scopes}>
      <Lines lines={[heading, [], ...list, [], ...about]} width={width} height={above} />
      {question && drill && asked ? (
        <Dialog
          question={question}
          width={width}
          onNo={() => setAsked(undefined)}
          onYes={() => {
            setAsked(undefined);
            if (!gone) onStart(drill, asked);
          }}
        />
      ) : null}
    </Frame>
  );
}
