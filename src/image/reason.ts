import { safeLine } from '../terminal/safe-text.ts';

// What engines print around a reason: rulers, excerpts of the Dockerfile, pointers to further reading, warnings.
const beside =
  /^(-+|>.*|#\d+ .*|\s*\d+ \|.*|\S*Dockerfile:\d+|View build details.*|Learn more .*|See '.*|Run '.*|WARN.*)$/;
const telling =
  /error|denied|unauthorized|forbidden|fatal|fail|cannot|unable|refused|no such|not found|unknown|invalid/i;
/** Longer than this a sentence is no longer read. */
const longest = 300;

/** Why an engine failed, in its own words: the last line that tells a reason, or else the last it said. */
export function reasonFrom(lines: readonly string[]): string {
  const said = lines.map((line) => safeLine(line)).filter((line) => line !== '' && !beside.test(line));
  const line = said.findLast((one) => telling.test(one)) ?? said.at(-1);
  if (line === undefined) return 'it did not say why';
  const reason = withoutPrefix(line);
  return reason.length > longest ? `${reason.slice(0, longest - 1)}…` : reason;
}

/** Without what only says that it is an error; nerdctl, which is finch's, writes `time=… level=fatal msg="…"`. */
function withoutPrefix(line: string): string {
  const logged = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replace(/\\(["\\])/g, '$1');
  return (logged ?? line).replace(
    /^(?:(?:error response from daemon|error|fatal)\s*:\s*|(?:ERRO|FATA)\[\d+\]\s*)+/i,
    '',
  );
}

/** Whether a reason says that the other side could not be reached at all. */
export function isNetworkReason(reason: string): boolean {
  return /no such host|dial tcp|lookup .* on |i\/o timeout|timeout exceeded|deadline exceeded|connection (?:refused|reset)|unreachable|TLS handshake|proxyconnect|certificate|\bEOF\b/i.test(
    reason,
  );
}
