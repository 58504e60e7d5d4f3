import { fresh } from './reading.ts';
import type { Snapshot } from './snapshot.ts';

/** DNS name → balancer → hosts in service. */
export interface Door {
  /** `open`: a host is in service and the probe is answered; `failing`: in service, but the probe is not answered. */
  readonly state: 'open' | 'failing' | 'closed' | 'unseen';
  readonly url?: string;
  readonly balancerName?: string;
  readonly inService: number;
  readonly registered: number;
}

export function joinDoor(snapshot: Snapshot): Door {
  const balancer = snapshot.balancer.value;
  const inService = balancer?.instances.filter((one) => one.state === 'InService').length ?? 0;
  return {
    state: stateOf(snapshot, inService),
    inService,
    registered: balancer?.instances.length ?? 0,
    ...(balancer ? { url: balancer.frontDoorUrl, balancerName: balancer.name } : {}),
  };
}

function stateOf(snapshot: Snapshot, inService: number): Door['state'] {
  if (fresh(snapshot.balancer) === undefined) return 'unseen';
  if (inService === 0) return 'closed';
  return fresh(snapshot.probe)?.recent.at(-1)?.ok === false ? 'failing' : 'open';
}
