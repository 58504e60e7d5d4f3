import stripAnsi from 'strip-ansi';

// C0 and C1 controls but tab and newline, and the marks that reorder text: a job name must not move the cursor, set the
// window's title or show itself backwards.
const unsafe = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

// What makes one wide character of several: joiners, variation selectors, keycaps, skin tones, flags. Terminals disagree
// about the columns of such a sequence, and a line that is wider than it was counted scrolls the whole screen.
const joins = /[\u200D\uFE0E\uFE0F\u20E3\u{1F3FB}-\u{1F3FF}\u{1F1E6}-\u{1F1FF}]/gu;

/** Printable ASCII with single blanks between words, as nearly all text is: nothing to be done to it. */
const plain = /^[!-~]+(?: [!-~]+)*$/;

/** Text from elsewhere made fit for a terminal; tabs and newlines stay. */
export function safeText(text: string): string {
  return stripAnsi(text).replace(unsafe, '').replace(joins, '');
}

/** Text from elsewhere as one line: safe, every run of white space one space. */
export function safeLine(text: string): string {
  if (plain.test(text)) return text;
  return safeText(text.replace(/\r/g, '\n')).replace(/\s+/g, ' ').trim();
}
