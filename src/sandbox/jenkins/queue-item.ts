import type { Timer } from '../world/world.ts';
import type { Build, Cause, Job } from './job.ts';

/** An item of the build queue; times in milliseconds of world time. */
export interface QueueItem {
  readonly id: number;
  readonly job: Job;
  readonly parameters: Readonly<Record<string, string>>;
  readonly cause: Cause;
  readonly since: number;
  stage: 'waiting' | 'blocked' | 'buildable' | 'left';
  /** End of the quiet period. */
  readonly quietUntil: number;
  /** Since when it is blocked or buildable. */
  buildableSince?: number;
  cancelled: boolean;
  build?: Build;
  timer?: Timer;
}
