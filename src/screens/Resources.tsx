import { useEffect, useState } from 'react';
import { Dialog, dialogHeight, questionScopes } from '../components/Dialog.tsx';
import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import { rowsThatFit, Table } from '../components/Table.tsx';
import type { Clock } from '../core/clock.ts';
import type { Scope } from '../hooks/keymap.ts';
import { useCountdown } from '../hooks/use-countdown.ts';
import { useCommands } from '../hooks/use-keys.ts';
import type { ProvisionControl } from '../hooks/use-provisioning.ts';
import { firstRow, type Move, move, settle } from '../hooks/use-table.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { type Spans, span } from '../terminal/spans.ts';
import {
  type ChangingState,
  cancelQuestion,
  deleteQuestion,
  isCancellable,
  isDeletable,
  isFarmUp,
  isRepeatable,
  outcomeLines,
  progressLine,
  resourceColumns,
  underWay,
} from './resource-lines.ts';

/** Wall seconds for which the outputs are shown before the board comes by itself. */
const outputSeconds = 10;

/** The scopes that there are keys for as things stand. */
export function resourceScopes(state: ChangingState): readonly Scope[] {
  return [
    'resources',
    ...(isCancellable(state) ? (['cancellable'] as const) : []),
    ...(isDeletable(state) ? (['deletable'] as const) : []),
    ...(isRepeatable(state) ? (['repeatable'] as const) : []),
    'scroll',
  ];
}

export interface ResourcesProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly state: ChangingState;
  readonly control: ProvisionControl;
  readonly clock: Clock;
  readonly now: number;
  readonly onBoard: () => void;
}

/** The stack's resources while CloudFormation works on them, and what came of it. */
export function Resources({ size, facts, state, control, clock, now, onBoard }: ResourcesProps) {
  const width = size.columns;
  const { progress } = state;
  const resources = progress?.resources ?? [];
  const [kept, setKept] = useState(firstRow);
  const [follows, setFollows] = useState(true);
  const [asking, setAsking] = useState(false);
  const left = useCountdown({
    clock,
    seconds: outputSeconds,
    active: isFarmUp(state) && state.step === 'finished' && !state.stays,
    key: 'enter',
    onEnd: onBoard,
    onStop: () => control.stay(),
  });
  const cancels = isCancellable(state);
  // A question whose moment has passed is not asked any more.
  const question = !asking
    ? undefined
    : cancels
      ? cancelQuestion(state, facts.stack)
      : isDeletable(state)
        ? deleteQuestion(state, facts.stack)
        : undefined;
  const outcome: readonly Spans[] = outcomeLines(state, facts.stack, facts.readOnly, left, width);
  const under = question ? dialogHeight(question, width) : Math.min(outcome.length, Math.floor(bodyRows(size) * 0.6));
  const tableHeight = bodyRows(size) - 2 - under;
  const keys = resources.map((resource) => resource.logicalId);
  const height = rowsThatFit(tableHeight);
  const newest = underWay(resources);
  useEffect(() => {
    if (follows && newest !== undefined) setKept((before) => ({ ...before, key: newest }));
  }, [follows, newest]);
  const table = settle(kept, keys, height);
  // Until a key moves the cursor, it follows what is under way.
  const to = (where: Move) => () => {
    setFollows(false);
    setKept((before) => move(settle(before, keys, height), keys, height, where));
  };
  const scopes = resourceScopes(state);
  useCommands(
    scopes,
    {
      up: to('up'),
      down: to('down'),
      'page-up': to('page-up'),
      'page-down': to('page-down'),
      first: to('first'),
      last: to('last'),
      accept: onBoard,
      back: onBoard,
      cancel: () => setAsking(true),
      delete: () => setAsking(true),
      again: () => void control.begin(),
    },
    { active: question === undefined, circumstances: facts },
  );
  const seen: Spans = progress?.problem
    ? [span(` ? not of now: ${progress.problem.message}`, 'unknown'), span(` → ${progress.problem.advice}`)]
    : [];
  return (
    <Frame size={size} facts={facts} scopes={question ? questionScopes(question) : scopes}>
      <Lines
        lines={[
          progress ? progressLine(progress, now, width) : [span(' ◌ waiting for the first event', 'moving')],
          seen,
        ]}
        width={width}
      />
      <Table
        columns={resourceColumns(now)}
        rows={resources}
        rowKey={(resource) => resource.logicalId}
        width={width}
        height={tableHeight}
        selected={table.key}
        top={table.top}
        empty="no resource yet"
      />
      {question ? (
        <Dialog
          question={question}
          width={width}
          onNo={() => setAsking(false)}
          onYes={() => {
            setAsking(false);
            void (cancels ? control.cancel() : control.destroy());
          }}
        />
      ) : (
        <Lines lines={outcome} width={width} height={under} />
      )}
    </Frame>
  );
}
