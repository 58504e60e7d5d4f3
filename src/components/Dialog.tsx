import { useState } from 'react';
import type { Scope } from '../hooks/keymap.ts';
import { entryOf, typeInto } from '../hooks/text-entry.ts';
import { useCommands } from '../hooks/use-keys.ts';
import { dialogLines, type Question } from './dialog-lines.ts';
import { Lines } from './Lines.tsx';

const yesNoScopes: readonly Scope[] = ['dialog'];
const wordScopes: readonly Scope[] = ['word'];

/** The scopes that a question listens in, for the footer. */
export function questionScopes(question: Question): readonly Scope[] {
  return question.confirmation === 'yes-no' ? yesNoScopes : wordScopes;
}

/** Rows that a question takes. */
export function dialogHeight(question: Question, width: number): number {
  return dialogLines(question, width, entryOf('')).length;
}

export interface DialogProps {
  readonly question: Question;
  readonly width: number;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** Asks before something is done, and keeps every key to itself until it is answered. */
export function Dialog({ question, width, onYes, onNo }: DialogProps) {
  const [typed, setTyped] = useState(entryOf(''));
  const byWord = question.confirmation === 'type-name';
  useCommands(
    questionScopes(question),
    { yes: onYes, no: onNo, accept: () => (typed.text === question.word ? onYes() : undefined) },
    { level: 'dialog', onText: byWord ? (press) => setTyped((before) => typeInto(before, press)) : undefined },
  );
  return <Lines lines={dialogLines(question, width, typed)} width={width} />;
}
