import type { TextEntry } from '../hooks/text-entry.ts';
import { fitSpans, type Span, type Spans, span } from '../terminal/spans.ts';
import type { Tone } from '../terminal/theme.ts';
import { displayWidth, wrapWords } from '../terminal/width.ts';

/** What a dialog asks. Its strength fits the danger: yes or no, or the name typed. */
export interface Question {
  readonly title: string;
  /** Paragraphs: what will happen, to what. */
  readonly body: readonly string[];
  readonly confirmation: 'yes-no' | 'type-name';
  /** What must be typed. */
  readonly word?: string;
  readonly tone?: Tone;
}

/** A text with its cursor, drawn in reverse; of one that is longer than `width` columns the part with the cursor. */
export function entrySpans(entry: TextEntry, width: number): Spans {
  const characters = [...entry.text];
  const under = characters[entry.cursor] ?? ' ';
  let from = 0;
  // Room for the cursor, which may be on a wide character, and for the marks of what is cut at both ends.
  let room = width - 4 - displayWidth(characters.slice(0, entry.cursor).join(''));
  while (room < 0 && from < entry.cursor) room += displayWidth(characters[from++] ?? '');
  return [
    span(`${from > 0 ? '…' : ''}${characters.slice(from, entry.cursor).join('')}`),
    { text: under, inverse: true },
    span(characters.slice(entry.cursor + 1).join('')),
  ];
}

/** The dialog's lines, framed, `width` columns wide. `typed` is what was typed of the word so far. */
export function dialogLines(question: Question, width: number, typed: TextEntry): readonly Spans[] {
  const { tone = 'warning' } = question;
  const inner = width - 4;
  const framed = (content: Spans): Spans => [span('│ ', tone), ...fitSpans(content, inner), span(' │', tone)];
  const title = ` ${question.title} `;
  const top: Span[] = [
    span('╭─', tone),
    { text: title, tone, bold: true },
    span(`${'─'.repeat(Math.max(0, width - title.length - 3))}╮`, tone),
  ];
  const answer: Spans =
    question.confirmation === 'yes-no'
      ? [span('y', 'key'), span(' yes   '), span('n', 'key'), span(' no')]
      : [
          span('type '),
          { text: question.word ?? '', tone, bold: true },
          span(' to confirm: '),
          // Behind it there is room for what comes once the word is right.
          ...entrySpans(typed, Math.max(8, inner - 34 - displayWidth(question.word ?? ''))),
          ...(typed.text !== '' && typed.text === question.word ? [span('  enter: do it', 'key')] : []),
          ...((question.word ?? '').startsWith(typed.text) ? [] : [span('  not the name', 'critical')]),
        ];
  return [
    top,
    ...question.body.flatMap((paragraph) => wrapWords(paragraph, inner)).map((line) => framed([span(line)])),
    framed([]),
    framed(answer),
    [span(`╰${'─'.repeat(width - 2)}╯`, tone)],
  ];
}
