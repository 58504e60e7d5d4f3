/** Exit codes of the command line's contract. */
export const exitCode = {
  ok: 0,
  warning: 1,
  critical: 2,
  unknown: 3,
  /** A drill refused or aborted, a stack that does not exist, a value still missing. */
  refused: 2,
  /** A command line that cannot be understood (sysexits EX_USAGE). */
  usage: 64,
  /** Ctrl-C (128 + SIGINT). */
  interrupted: 130,
  /** The terminal is gone (128 + SIGHUP). */
  hungUp: 129,
  /** Told to end (128 + SIGTERM). */
  terminated: 143,
} as const;

/** Ends a command with a sentence on standard error and an exit code. */
export class CommandError extends Error {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
  }
}
