import { appendFileSync } from 'node:fs';

/** Where debug lines go. The writer redacts; callers may pass what they have. */
export interface DebugLog {
  line(source: string, message: string): void;
}

export const silentLog: DebugLog = { line: () => {} };

// What must never reach a disk: tokens of the tool's own users, AWS secret keys and session tokens, Basic credentials.
const secrets: readonly [RegExp, string][] = [
  [/\b11[0-9a-f]{32}\b/g, '11…'],
  [/\b[0-9a-f]{32}\b/g, '…'],
  [/(Authorization"?\s*[:=]\s*"?)[^\s",}]+( [^\s",}]+)?/gi, '$1…'],
  [/((?:secret|token|password)[\w-]*"?\s*[:=]\s*"?)[^\s",}]+/gi, '$1…'],
];

/** Takes out of a line what must not be written down. */
export function redact(text: string): string {
  return secrets.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text);
}

/** Appends to a file, one line each, stamped with `now` (milliseconds since the epoch). */
export function fileLog(path: string, now: () => number): DebugLog {
  return {
    line: (source, message) => {
      try {
        appendFileSync(path, `${new Date(now()).toISOString()} ${source} ${redact(message)}\n`, { mode: 0o600 });
      } catch {
        // A full disk or a lost folder must not take the program down with its log.
      }
    },
  };
}
