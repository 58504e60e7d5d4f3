import type { Session } from '../farm/session.ts';
import type { Snapshot } from '../farm/snapshot.ts';

/** What an action works on. */
export interface Target {
  /** The resource's own id: a task id, an instance id. */
  readonly id: string;
  /** The full ARN, where AWS needs more than the id. */
  readonly arn?: string;
  /** For people: `slot b · task 44e0… on i-0c2…`. */
  readonly label: string;
  readonly slot?: string;
  readonly instanceId?: string;
  readonly zone?: string;
  /** What must be typed to confirm, when typing is asked for. */
  readonly confirmWord: string;
}

/** Why an action may not be taken now, and what would change that. */
export interface Refusal {
  readonly reason: string;
  readonly advice: string;
}

/** How strongly an action asks before it is done. */
export type Confirmation = 'none' | 'yes-no' | 'type-name';

/** Something that changes a farm. One file each; the board's keys and the drills use the same. */
export interface Action {
  readonly name: string;
  readonly title: string;
  /** What it does, one line, in the operator's words. */
  readonly effect: string;
  readonly confirmation: Confirmation;
  /** IAM actions it needs. */
  readonly needs: readonly string[];
  /** What it could be done to now, best choice first. */
  targets(snapshot: Snapshot): readonly Target[];
  /** Null when it may be done. */
  guard(snapshot: Snapshot, target: Target): Refusal | null;
  /** Does it; throws ProblemError. */
  perform(session: Session, target: Target): Promise<void>;
}
