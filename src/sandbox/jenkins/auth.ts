import type { VirtualRequest } from '../world/network.ts';
import type { User } from './identity.ts';

/** Who sends a request; `anonymous` when it names nobody, `wrong` when it names somebody and fails to prove it. */
export type Requester = { kind: 'user'; user: User; byToken: boolean } | { kind: 'anonymous' } | { kind: 'wrong' };

/** Reads Basic authentication: the password, or an API token in its place. Jenkins cares for no other scheme. */
export function requester(users: readonly User[], request: VirtualRequest): Requester {
  const header = request.headers.authorization;
  if (header === undefined || !/^basic /i.test(header)) return { kind: 'anonymous' };
  const text = Buffer.from(header.slice('basic '.length).trim(), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const secret = text.slice(colon + 1);
  const user = users.find((one) => one.name === text.slice(0, colon));
  if (colon < 0 || !user) return { kind: 'wrong' };
  if (secret === user.apiToken) return { kind: 'user', user, byToken: true };
  return secret === user.password ? { kind: 'user', user, byToken: false } : { kind: 'wrong' };
}
