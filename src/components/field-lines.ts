import type { Field } from '../provision/form.ts';
import { fitSpans, type Span, type Spans, span } from '../terminal/spans.ts';
import type { Tone } from '../terminal/theme.ts';
import { sized } from '../terminal/width.ts';

const sources: Readonly<Record<Field['source'], string>> = {
  flag: 'from --set',
  file: 'from the file',
  previous: 'as it is now',
  discovered: 'found',
  default: 'default',
  typed: 'typed',
  missing: '',
};

function chosenLabels(field: Field): readonly string[] {
  const chosen = field.many ? field.value.split(',').filter((part) => part !== '') : [field.value];
  return chosen.map((value) => field.choices?.find((choice) => choice.value === value)?.label ?? value);
}

/** The value as it is shown: the label of what is chosen, how many of several, dots for what must not be seen. */
export function shownValue(field: Field): string {
  if (field.noEcho && field.value !== '') return '••••••••';
  const labels = chosenLabels(field);
  if (labels.length < 2) return labels[0] ?? '';
  const of = field.choices && field.choices.length > 0 ? ` of ${field.choices.length}` : '';
  return `${labels.length}${of}: ${field.value.split(',').join(' ')}`;
}

/** What is chosen, a line each, where the field's own line only counts them. */
export function chosenLines(field: Field): readonly string[] {
  return field.many && field.choices ? chosenLabels(field) : [];
}

/** Whether the field keeps the form from being proposed. */
export function isTrouble(field: Field): boolean {
  return field.problem !== undefined || (field.required && field.value === '');
}

/** One field as one line: label, value, where the value is from. */
export function fieldLine(field: Field, selected: boolean, width: number): Spans {
  const labelWidth = Math.min(34, Math.floor(width * 0.36));
  const sourceWidth = 14;
  const valueWidth = Math.max(0, width - labelWidth - sourceWidth - 5);
  const trouble = isTrouble(field);
  const value = shownValue(field);
  const valueTone: Tone = trouble ? 'critical' : value === '' ? 'dim' : 'plain';
  const words = value === '' ? (field.required ? 'needed' : 'none') : value;
  const spans: Span[] = [
    span(selected ? ' ▸ ' : '   ', 'accent'),
    { text: sized(field.label, labelWidth), bold: selected },
    span(' '),
    span(sized(words, valueWidth), valueTone),
    span(' '),
    span(sized(trouble ? '✕ see below' : sources[field.source], sourceWidth), trouble ? 'critical' : 'dim'),
  ];
  return fitSpans(selected ? spans.map((piece) => ({ ...piece, inverse: true })) : spans, width);
}
