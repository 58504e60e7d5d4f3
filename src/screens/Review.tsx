import { useState } from 'react';
import { Dialog, dialogHeight, questionScopes } from '../components/Dialog.tsx';
import type { Question } from '../components/dialog-lines.ts';
import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import { rowsThatFit, Table } from '../components/Table.tsx';
import type { Column } from '../components/table-layout.ts';
import type { Scope } from '../hooks/keymap.ts';
import { useCommands } from '../hooks/use-keys.ts';
import type { ProvisionControl, ProvisionState } from '../hooks/use-provisioning.ts';
import { useTable } from '../hooks/use-table.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import type { Proposal, ProposedChange } from '../provision/form.ts';
import { count, shortType } from '../terminal/format.ts';
import { type Span, type Spans, span } from '../terminal/spans.ts';
import type { Tone } from '../terminal/theme.ts';
import { problemLines } from './provision-lines.ts';

const actionTones: Readonly<Record<string, Tone>> = { Add: 'ok', Modify: 'warning', Remove: 'critical' };
const actionGlyphs: Readonly<Record<string, string>> = { Add: '+', Modify: '~', Remove: '-' };

function replaces(change: ProposedChange): boolean {
  return change.replacement === 'True' || change.replacement === 'Conditional';
}

/** The longest name of the template is 25 characters. */
const columns: readonly Column<ProposedChange>[] = [
  {
    key: 'action',
    title: 'ACTION',
    width: 10,
    cell: (change) =>
      span(`${actionGlyphs[change.action] ?? '·'} ${change.action}`, actionTones[change.action] ?? 'plain'),
  },
  { key: 'resource', title: 'RESOURCE', width: 25, cell: (change) => span(change.logicalId) },
  { key: 'type', title: 'TYPE', width: 24, flex: 1, cell: (change) => span(shortType(change.type), 'dim') },
  {
    key: 'replacement',
    title: 'REPLACED',
    width: 8,
    cell: (change): Span =>
      replaces(change) ? span(change.replacement === 'True' ? 'yes' : 'maybe', 'critical') : span('no', 'dim'),
  },
];

/** What the change set would do, in one line. */
export function reviewSummary(proposal: Proposal): string {
  const of = (action: string) => proposal.changes.filter((change) => change.action === action).length;
  const replaced = proposal.changes.filter(replaces).length;
  return [
    `${of('Add')} added`,
    `${of('Modify')} changed`,
    `${of('Remove')} removed`,
    ...(replaced > 0 ? [`${replaced} replaced`] : []),
  ].join(', ');
}

/** How the execution is confirmed: what is destroyed or replaced needs the name, a creation only a yes. */
export function reviewQuestion(proposal: Proposal): Question {
  const destroys = proposal.changes.some((change) => change.action === 'Remove' || change.replacement === 'True');
  const verb = proposal.kind === 'CREATE' ? 'Create' : 'Update';
  return {
    title: `${verb} ${proposal.stack}?`,
    body: [
      `${count(proposal.changes.length, 'resource')}: ${reviewSummary(proposal)}.`,
      proposal.kind === 'CREATE'
        ? 'From here on the account is charged for what runs.'
        : destroys
          ? 'What is replaced or removed is interrupted while that happens.'
          : 'Nothing is replaced or removed.',
    ],
    confirmation: destroys ? 'type-name' : 'yes-no',
    word: proposal.stack,
    tone: destroys ? 'critical' : 'warning',
  };
}

const scopes: readonly Scope[] = ['review'];

export interface ReviewProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly state: Extract<ProvisionState, { step: 'review' }>;
  readonly control: ProvisionControl;
}

/** The change set before it is executed. */
export function Review({ size, facts, state, control }: ReviewProps) {
  const [asking, setAsking] = useState(false);
  const { proposal } = state;
  const width = size.columns;
  const question = reviewQuestion(proposal);
  const trouble: readonly Spans[] = state.settling
    ? [[span(` ◌ asking CloudFormation to ${state.settling} the change set`, 'moving')]]
    : state.problem
      ? problemLines(state.problem, width)
      : [];
  const under = asking ? dialogHeight(question, width) : trouble.length;
  const tableHeight = bodyRows(size) - 2 - under;
  const { state: table, handlers } = useTable(
    proposal.changes.map((change) => change.logicalId),
    rowsThatFit(tableHeight),
  );
  useCommands(
    scopes,
    {
      ...handlers,
      execute: () => {
        if (!state.settling) setAsking(true);
      },
      discard: () => void control.discard(),
    },
    { active: !asking },
  );
  const heading: Spans = [
    { text: ` ${proposal.kind === 'CREATE' ? 'New farm' : 'Change of the farm'} · review  `, tone: 'heading' },
    span(reviewSummary(proposal)),
  ];
  return (
    <Frame size={size} facts={facts} scopes={asking ? questionScopes(question) : scopes}>
      <Lines lines={[heading]} width={width} height={2} />
      <Table
        columns={columns}
        rows={proposal.changes}
        rowKey={(change) => change.logicalId}
        width={width}
        height={tableHeight}
        selected={table.key}
        top={table.top}
        empty="the change set is empty"
      />
      {asking ? (
        <Dialog
          question={question}
          width={width}
          onNo={() => setAsking(false)}
          onYes={() => {
            setAsking(false);
            void control.execute();
          }}
        />
      ) : (
        <Lines lines={trouble} width={width} />
      )}
    </Frame>
  );
}
