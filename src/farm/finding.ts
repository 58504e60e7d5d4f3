export type Severity = 'ok' | 'warning' | 'critical' | 'unknown';

/** A judgement on a snapshot. */
export interface Finding {
  /** Stable over rounds while the same thing is wrong: `slot-down:b`. */
  readonly id: string;
  readonly severity: Exclude<Severity, 'ok'>;
  /** What it is about: `slot b`, `front door`. */
  readonly subject: string;
  /** What is wrong, one line. */
  readonly message: string;
  /** Farm time since when it is known to be so. */
  readonly since: number;
  /** What to do, one line. */
  readonly advice: string;
}

/** What a part of the judgement says: a finding whose `since` may be left to the time at which it is first seen. */
export type Judgement = Omit<Finding, 'since'> & { readonly since?: number };

export interface Verdict {
  readonly severity: Severity;
  /** One line: `2 of 2 masters serving, 3 hosts, 4 agents`. */
  readonly summary: string;
  /** Most severe first. */
  readonly findings: readonly Finding[];
}

/** One line of the timeline. */
export interface Change {
  readonly at: number;
  /** Who says so: `ECS`, `ELB`, `ASG`, `EC2`, `Jenkins`, `stack`, `operator`, `drill`. */
  readonly source: string;
  readonly event: string;
  readonly severity: Severity;
}
