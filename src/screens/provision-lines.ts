import { type ChoiceState, choiceLines } from '../components/choice-lines.ts';
import { entrySpans } from '../components/dialog-lines.ts';
import { chosenLines, fieldLine } from '../components/field-lines.ts';
import { sectionTitle } from '../components/rule.ts';
import type { Problem } from '../core/problem.ts';
import type { TextEntry } from '../hooks/text-entry.ts';
import type { Field, FieldGroup, ParameterForm } from '../provision/form.ts';
import { type Spans, span, spread } from '../terminal/spans.ts';
import { wrapWords } from '../terminal/width.ts';

/** An editor at the field: a text being typed, or a choice being made. */
export type Editor =
  | { readonly kind: 'text'; readonly entry: TextEntry }
  | { readonly kind: 'choice'; readonly choice: ChoiceState };

/** A problem as two lines: what, and what to do. */
export function problemLines(problem: Problem, width: number): readonly Spans[] {
  return [
    ...wrapWords(`✕ ${problem.message}`, width - 2).map((line): Spans => [span(` ${line}`, 'critical')]),
    ...wrapWords(`→ ${problem.advice}`, width - 2).map((line): Spans => [span(` ${line}`)]),
  ];
}

/** Where one is in the steps. */
export function stepTitle(title: string, form: ParameterForm, at: number, width: number): Spans {
  const group = form.groups[at];
  const dots = form.groups.map((_, index) => (index === at ? '●' : '○')).join(' ');
  return spread(
    [
      { text: ` ${title}`, tone: 'heading' },
      span(` · step ${at + 1} of ${form.groups.length + 1}  `, 'dim'),
      { text: group?.label ?? '', bold: true },
    ],
    [span(`${dots} ○ review `, 'dim')],
    width,
  );
}

/** The fields of a step, windowed so that the selected one shows. */
export function groupLines(group: FieldGroup, selected: number, width: number, height: number): readonly Spans[] {
  const top = Math.max(0, Math.min(selected - height + 1, group.fields.length - height));
  return group.fields.slice(top, top + height).map((field, row) => fieldLine(field, top + row === selected, width));
}

/** The part under the fields: what the selected field means, what is wrong with it, and its editor when it is open. */
export function fieldPanel(
  field: Field | undefined,
  editor: Editor | undefined,
  notes: readonly string[],
  trouble: readonly Spans[],
  width: number,
  height: number,
): readonly Spans[] {
  const lines: Spans[] = [];
  if (field !== undefined) {
    lines.push(
      sectionTitle(field.label === field.name ? field.name : `${field.label} (${field.name})`, width, field.type),
    );
    if (editor?.kind === 'text') lines.push([span(' › ', 'key'), ...entrySpans(editor.entry, width - 3)]);
    // Why CloudFormation refused comes first: below long explanations it would be cut off.
    if (editor === undefined) lines.push(...trouble);
    if (field.problem !== undefined) {
      lines.push(...wrapWords(`✕ ${field.problem}`, width - 2).map((line): Spans => [span(` ${line}`, 'critical')]));
    } else if (field.required && field.value === '' && editor === undefined) {
      lines.push([span(' ✕ a value is needed here', 'critical')]);
    }
    if (editor?.kind !== 'choice') {
      lines.push(...wrapWords(field.description, width - 2).map((line): Spans => [span(` ${line}`, 'dim')]));
      lines.push(...chosenLines(field).map((line): Spans => [span(' ● ', 'ok'), span(line)]));
    } else {
      lines.push(...choiceLines(field, editor.choice, width, Math.max(1, height - lines.length)));
    }
  }
  if (editor === undefined) {
    for (const note of notes) {
      lines.push(...wrapWords(`▲ ${note}`, width - 2).map((line): Spans => [span(` ${line}`, 'warning')]));
    }
  }
  return lines.slice(0, height);
}
