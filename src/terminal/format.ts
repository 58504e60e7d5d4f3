/** A dash for what does not apply; never a zero. */
export const none = '—';

/** A short age: `4s`, `3m`, `2h`, `5d`; whole units, rounded down, as one reads a clock. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** A duration that must be read to the second: `4s`, `1m40s`, `2h05m`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}

/** Milliseconds as a user feels them: `12ms`, `1.4s`. */
export function latency(ms: number | null): string {
  if (ms === null) return none;
  return ms < 1000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(1)}s`;
}

/** `i-0c2d4e6f8a1b3c91f` as `i-0c2…91f`; what is short already stays. */
export function shortId(id: string): string {
  const match = /^([a-z]+-)([0-9a-f]{9,})$/.exec(id);
  if (!match) return id;
  const [, prefix = '', digits = ''] = match;
  return `${prefix}${digits.slice(0, 3)}…${digits.slice(-3)}`;
}

/** The first four digits of an ECS task id. */
export function shortTask(id: string): string {
  return id.slice(0, 4);
}

/** Time of day, UTC, as AWS' own events are stamped: `14:02:11`. */
export function timeOfDay(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** `1 master`, `2 masters`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** A phrase as a sentence: a capital at its head, a full stop at its end. */
export function sentence(phrase: string): string {
  const text = phrase.trim();
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? '' : '.'}`;
}

/** A CloudFormation type without the vendor that they all begin with. */
export function shortType(type: string): string {
  return type.replace(/^AWS::/, '');
}
