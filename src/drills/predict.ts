import type { Snapshot } from '../farm/snapshot.ts';

/*
 * How long a farm takes to recover, added up from its own settings and from what cannot be read anywhere: how long a JVM
 * ends and boots, how long an image is pulled. Those are estimates for the master's image on the template's instance
 * types; a drill's report sets the sum against what was measured. All in seconds of farm time.
 */
export const estimates = {
  /** SIGTERM until the JVM has ended; ECS kills it after stopTimeout (30 s) at the latest. */
  stop: 10,
  /** Until the service scheduler has seen the loss and placed a task. */
  place: 10,
  /** The new host may not hold the image yet. */
  pull: 35,
  /** Container start until `/health/` answers 200. */
  boot: 45,
  /** Registering a host until the load balancer's first check. */
  register: 5,
} as const;

/** Checks until a registered host takes requests: HealthyThreshold checks, one each Interval (classic ELB). */
export function secondsUntilInService(snapshot: Snapshot): number {
  const check = snapshot.balancer.value?.healthCheck;
  // Without an answer of the balancer: its own defaults, 10 checks at 30 s, would predict nothing sensible; the
  // template's are 2 at 10.
  return check ? check.healthyThreshold * check.intervalSeconds : 20;
}

/** Recovery of a master whose task has ended: the old one stops, a new one starts, boots and passes its checks. */
export function taskRecoverySeconds(snapshot: Snapshot): number {
  const { stop, place, pull, boot, register } = estimates;
  return stop + place + pull + boot + register + secondsUntilInService(snapshot);
}

/** The time allowed for what is predicted to take `seconds`: half as much again and half a minute, in whole half minutes. */
export function budgetFor(seconds: number): number {
  return Math.ceil((seconds * 1.5 + 30) / 30) * 30;
}
