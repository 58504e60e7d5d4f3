import type { Master } from './master.ts';

/** A master's crumb for a user: another master, or the same one after a restart, knows nothing of it. */
export function crumbOf(master: Master, user: string): string {
  return Buffer.from(`${master.session}:${user}`).toString('hex').padEnd(64, '0').slice(0, 64);
}
