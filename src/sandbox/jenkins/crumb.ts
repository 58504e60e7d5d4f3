import { createHash } from 'node:crypto';
import type { VirtualRequest } from '../world/network.ts';
import type { Master } from './master.ts';

export const crumbField = 'Jenkins-Crumb';

/** The cookie has the boot's own name, so that masters behind one balancer do not take each other's. */
const cookieName = (master: Master): string => `JSESSIONID.${master.session}`;

/** The web session that a request belongs to; undefined when it brings none. */
export function sessionOf(master: Master, request: VirtualRequest): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((one) => one.trim());
  const prefix = `${cookieName(master)}=`;
  return cookies.find((one) => one.startsWith(prefix))?.slice(prefix.length);
}

/** A new web session and the header that gives it to the client. */
export function newSession(master: Master): { id: string; headers: Record<string, string> } {
  const id = `node0${digest(`${master.session} ${master.nextWebSession++}`).slice(0, 26)}`;
  return { id, headers: { 'Set-Cookie': `${cookieName(master)}=${id}; Path=/; HttpOnly` } };
}

/**
 * The crumb of a user in a web session (DefaultCrumbIssuer): without that session's cookie, at another master, or after a
 * restart it is not valid.
 */
export function crumbOf(master: Master, user: string, session: string): string {
  return digest(`${user};${session};${master.session}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
