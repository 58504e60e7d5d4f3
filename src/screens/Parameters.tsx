import { useState } from 'react';
import { choiceOf, chosenValue, moveChoice, toggleChoice } from '../components/choice-lines.ts';
import { bodyRows, Frame } from '../components/Frame.tsx';
import { isTrouble } from '../components/field-lines.ts';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import type { Scope } from '../hooks/keymap.ts';
import { entryOf, typeInto } from '../hooks/text-entry.ts';
import { useCommands } from '../hooks/use-keys.ts';
import type { ProvisionControl, ProvisionState } from '../hooks/use-provisioning.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import type { ParameterForm } from '../provision/form.ts';
import { type Editor, fieldPanel, groupLines, problemLines, stepTitle } from './provision-lines.ts';

/** Which field the cursor is on. */
export interface Place {
  readonly group: number;
  readonly field: number;
}

/** The first field that keeps the form from being proposed. */
export function firstTrouble(form: ParameterForm): Place | undefined {
  for (const [group, { fields }] of form.groups.entries()) {
    const field = fields.findIndex(isTrouble);
    if (field >= 0) return { group, field };
  }
  return undefined;
}

const scopes = {
  walking: ['parameters'],
  text: ['editing'],
  choice: ['choosing'],
} as const satisfies Record<string, readonly Scope[]>;

export interface ParametersProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly state: Extract<ProvisionState, { step: 'parameters' | 'proposing' }>;
  readonly control: ProvisionControl;
  readonly title: string;
  readonly onBack: () => void;
}

/** The parameters by group, prefilled and explained; what is wrong with a value is said at its field. */
export function Parameters({ size, facts, state, control, title, onBack }: ParametersProps) {
  const { form } = state;
  const [place, setPlace] = useState<Place>(() => firstTrouble(form) ?? { group: 0, field: 0 });
  const [editor, setEditor] = useState<Editor>();
  const group = form.groups[place.group];
  const field = group?.fields[place.field];
  const proposing = state.step === 'proposing';

  const walk = (by: number) => () =>
    setPlace((at) => {
      const last = (form.groups[at.group]?.fields.length ?? 1) - 1;
      return { ...at, field: Math.min(last, Math.max(0, at.field + by)) };
    });
  const turn = (by: number) => () =>
    setPlace((at) => ({ group: Math.min(form.groups.length - 1, Math.max(0, at.group + by)), field: 0 }));
  const propose = () => {
    const trouble = firstTrouble(form);
    if (trouble) setPlace(trouble);
    else void control.propose();
  };
  const close = () => setEditor(undefined);

  useCommands(
    scopes.walking,
    {
      up: walk(-1),
      down: walk(1),
      'next-group': place.group === form.groups.length - 1 ? propose : turn(1),
      'previous-group': turn(-1),
      propose,
      back: onBack,
      edit: () => {
        if (field === undefined) return;
        const chooses = field.choices !== undefined && field.choices.length > 0;
        setEditor(
          chooses ? { kind: 'choice', choice: choiceOf(field) } : { kind: 'text', entry: entryOf(field.value) },
        );
      },
    },
    { active: editor === undefined && !proposing },
  );
  useCommands(
    scopes.text,
    {
      back: close,
      accept: () => {
        if (field && editor?.kind === 'text') control.change(field.name, editor.entry.text.trim());
        close();
      },
    },
    {
      level: 'entry',
      active: editor?.kind === 'text',
      onText: (press) =>
        setEditor((open) => (open?.kind === 'text' ? { kind: 'text', entry: typeInto(open.entry, press) } : open)),
    },
  );
  const inChoice = (after: (choice: ReturnType<typeof choiceOf>) => ReturnType<typeof choiceOf>) => () =>
    setEditor((open) => (open?.kind === 'choice' ? { kind: 'choice', choice: after(open.choice) } : open));
  useCommands(
    scopes.choice,
    {
      up: inChoice((choice) => (field ? moveChoice(field, choice, -1) : choice)),
      down: inChoice((choice) => (field ? moveChoice(field, choice, 1) : choice)),
      toggle: inChoice((choice) => (field ? toggleChoice(field, choice) : choice)),
      back: close,
      accept: () => {
        if (field && editor?.kind === 'choice') control.change(field.name, chosenValue(field, editor.choice));
        close();
      },
    },
    { level: 'entry', active: editor?.kind === 'choice' },
  );

  const height = bodyRows(size);
  const width = size.columns;
  const panelHeight = Math.min(editor?.kind === 'choice' ? 14 : 10, Math.floor(height / 2));
  const fieldRows = height - panelHeight - 2;
  const trouble = state.step === 'parameters' && state.problem ? problemLines(state.problem, width) : [];
  const listening = editor === undefined ? scopes.walking : scopes[editor.kind];
  return (
    <Frame size={size} facts={facts} scopes={listening}>
      <Lines lines={[stepTitle(title, form, place.group, width)]} width={width} height={2} />
      <Lines lines={group ? groupLines(group, place.field, width, fieldRows) : []} width={width} height={fieldRows} />
      <Lines
        lines={
          proposing
            ? [[{ text: ' ◌ CloudFormation works out what would change; nothing is changed yet', tone: 'moving' }]]
            : fieldPanel(field, editor, form.notes, trouble, width, panelHeight)
        }
        width={width}
        height={panelHeight}
      />
    </Frame>
  );
}
