import type { Field } from '../provision/form.ts';
import { fitSpans, type Spans, span } from '../terminal/spans.ts';

/** A choice being made; `taken` are the values chosen so far. */
export interface ChoiceState {
  readonly cursor: number;
  readonly taken: readonly string[];
}

/** The state to begin with: what the field holds now. */
export function choiceOf(field: Field): ChoiceState {
  const taken = field.value.split(',').filter((value) => value !== '');
  const at = field.choices?.findIndex((choice) => choice.value === taken[0]) ?? -1;
  return { cursor: Math.max(0, at), taken };
}

/** The state with the cursor moved by `by` rows. */
export function moveChoice(field: Field, state: ChoiceState, by: number): ChoiceState {
  const last = Math.max(0, (field.choices?.length ?? 0) - 1);
  return { ...state, cursor: Math.min(last, Math.max(0, state.cursor + by)) };
}

/** The state with the choice under the cursor taken or left; for a single choice, taken alone. */
export function toggleChoice(field: Field, state: ChoiceState): ChoiceState {
  const value = field.choices?.[state.cursor]?.value;
  if (value === undefined) return state;
  if (!field.many) return { ...state, taken: [value] };
  const has = state.taken.includes(value);
  return { ...state, taken: has ? state.taken.filter((other) => other !== value) : [...state.taken, value] };
}

/** What the field's value becomes: for a single choice what the cursor is on, for a list what is taken, in its order. */
export function chosenValue(field: Field, state: ChoiceState): string {
  const choices = field.choices ?? [];
  if (!field.many) return choices[state.cursor]?.value ?? field.value;
  const known = choices.map((choice) => choice.value).filter((value) => state.taken.includes(value));
  const unknown = state.taken.filter((value) => !choices.some((choice) => choice.value === value));
  return [...known, ...unknown].join(',');
}

/** The choices, windowed around the cursor to `height` lines. */
export function choiceLines(field: Field, state: ChoiceState, width: number, height: number): readonly Spans[] {
  const choices = field.choices ?? [];
  const top = Math.max(0, Math.min(state.cursor - Math.floor(height / 2), choices.length - height));
  return choices.slice(top, top + height).map((choice, row) => {
    const here = top + row === state.cursor;
    const taken = state.taken.includes(choice.value);
    const box = field.many ? (taken ? '[x] ' : '[ ] ') : taken ? ' ●  ' : '    ';
    const spans: Spans = [span(here ? ' ▸ ' : '   ', 'accent'), span(box, taken ? 'ok' : 'dim'), span(choice.label)];
    return fitSpans(here ? spans.map((piece) => ({ ...piece, inverse: true })) : spans, width);
  });
}
