import type { BalancerDescription } from '../aws/elastic-load-balancing.ts';
import type { MasterClient } from '../jenkins/master-client.ts';
import type { Probe } from './probe.ts';
import type { GroupActivity } from './snapshot.ts';
import { ViewerAccess } from './viewer-access.ts';

/** What observation carries from one round to the next: what need not be asked again. One per session and watcher. */
export class ObserveContext {
  /** Rounds begun so far. */
  rounds = 0;
  readonly viewer = new ViewerAccess();
  /** One client per master, by its URL. */
  readonly clients = new Map<string, MasterClient>();
  /** The front door's user; when it runs by itself a round only reads it, otherwise each round asks once. */
  readonly probe: Probe | undefined;
  balancer: BalancerDescription | undefined;
  activities: readonly GroupActivity[] | undefined;

  constructor(probe?: Probe) {
    this.probe = probe;
  }

  /** Begins a round; whether what rarely changes is due in it. */
  begin(): { staticDue: boolean } {
    return { staticDue: this.rounds++ % 5 === 0 };
  }

  /** The farm is gone: another one of its name has other secrets, another group, other masters. */
  forgetFarm(): void {
    this.viewer.forget();
    this.clients.clear();
    this.balancer = undefined;
    this.activities = undefined;
  }
}
