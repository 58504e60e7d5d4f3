/**
 * The one taxonomy of what goes wrong. Every error that reaches an operator is one of these: a kind that decides how it
 * is treated, a sentence, and what to do about it.
 */
export type ProblemKind =
  | 'auth' // no credential, or it has expired
  | 'denied' // the credential may not do this
  | 'throttled' // asked too often
  | 'not-found' // what was asked for does not exist
  | 'unreachable' // no connection
  | 'timeout' // no answer in time
  | 'nonsense' // an answer that could not be understood
  | 'refused' // the service said no: a conflict, a limit, an invalid value
  | 'bug'; // our own mistake

export interface Problem {
  readonly kind: ProblemKind;
  /** What was asked, for instance `ecs:DescribeTasks` or `jenkins a /queue/api/json`. */
  readonly source: string;
  /** One line an operator reads; safe to print. */
  readonly message: string;
  /** What to do, one line. */
  readonly advice: string;
  /** The service's own error code, when it gave one. */
  readonly code?: string;
}

/** Carries a {@link Problem} through code that throws. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(problem.message, options);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** The problem in anything thrown: itself, or a bug. */
export function problemOf(error: unknown, source = 'jdci-tui'): Problem {
  if (error instanceof ProblemError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return {
    kind: 'bug',
    source,
    message: `internal error: ${message.split('\n')[0] ?? ''}`,
    advice: 'run again with --debug FILE and report it with that file',
  };
}
