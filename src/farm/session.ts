import type { Aws } from '../aws/clients.ts';
import type { Clock } from '../core/clock.ts';
import type { DebugLog } from '../core/debug-log.ts';
import type { Random } from '../core/random.ts';
import type { Road } from '../jenkins/road.ts';
import type { FarmIdentity } from './snapshot.ts';

/** Everything a command, a screen or a drill needs to reach one farm. Made once by `commands/session.ts`. */
export interface Session {
  readonly farm: FarmIdentity;
  readonly aws: Aws;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: DebugLog;
  /** The road to the masters' private addresses. */
  readonly mastersRoad: Road;
  /** The road to the front door: the same in a sandbox, the open network otherwise. */
  readonly doorRoad: Road;
  /** Shown on every screen: `SANDBOX ×10`, or the profile, or `environment`. */
  readonly identity: string;
  readonly sandbox: boolean;
  readonly readOnly: boolean;
  /** Base pace of observation in seconds (`--refresh`); 2 unless told. */
  readonly refreshSeconds: number;
  /** Ends what the session started (the embedded sandbox). */
  close(): Promise<void>;
}
