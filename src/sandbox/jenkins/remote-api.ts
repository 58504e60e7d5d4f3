import type { VirtualAnswer, VirtualRequest } from '../world/network.ts';
import { type Requester, requester } from './auth.ts';
import { change } from './changes.ts';
import { crumbOf } from './crumb.ts';
import type { Master } from './master.ts';
import { query } from './queries.ts';
import { gettingReady, html, jenkinsVersion, json, jsonType, reply } from './responses.ts';

/** What a master answers before its JVM serves. */
export const bootingAnswer = (): VirtualAnswer => gettingReady();

/** Answers a request to a master's port. */
export function answer(master: Master, request: VirtualRequest): VirtualAnswer {
  if (master.phase === 'booting') return bootingAnswer();
  if (master.phase === 'ending') return { kind: 'refused' };
  const answered = route(master, request);
  if (answered.kind !== 'reply') return answered;
  answered.headers['X-Hudson'] = '1.395';
  answered.headers['X-Jenkins'] = jenkinsVersion;
  answered.headers['X-Jenkins-Session'] = master.session;
  if (request.method === 'HEAD') answered.body = '';
  return answered;
}

function route(master: Master, request: VirtualRequest): VirtualAnswer {
  // Most requests of a world are health checks: they are spared the rest.
  if (/^\/health\/?(?:\?|$)/.test(request.path)) return health(master, request.path);
  const url = new URL(request.path, 'http://master');
  if (url.pathname === '/login') return html(200, 'Sign in - Jenkins', 'Sign in to Jenkins');
  const who = requester(master.identity.users, request);
  if (who.kind === 'wrong') {
    return html(401, 'Unauthorized', 'HTTP ERROR 401 Unauthorized', { 'WWW-Authenticate': 'Basic realm="Jenkins"' });
  }
  if (who.kind === 'anonymous') return anonymous(url);
  if (request.method === 'GET' || request.method === 'HEAD') return query(master, url, who.user);
  if (request.method !== 'POST') return html(405, 'Method Not Allowed', 'HTTP ERROR 405 Method Not Allowed');
  return mayNotChange(master, request, who) ?? change(master, url, request, who.user);
}

/** Open to everybody, for load balancers; without its last slash Jenkins redirects, which no balancer takes for healthy. */
function health(master: Master, path: string): VirtualAnswer {
  if (!path.startsWith('/health/')) return reply(302, '', 'text/html;charset=utf-8', { Location: '/health/' });
  if (master.world.now >= master.healthFailsUntil) return reply(200, '{"status":true}', jsonType);
  return json({ status: false, failures: ['jdci-drill'] }, 503);
}

function anonymous(url: URL): VirtualAnswer {
  const from = encodeURIComponent(url.pathname + url.search);
  const body = `<html><head><meta http-equiv='refresh' content='1;url=/login?from=${from}'/></head><body>Authentication required</body></html>`;
  return reply(403, body, 'text/html;charset=utf-8', { 'X-You-Are-Authenticated-As': 'anonymous' });
}

/** A change wants the right to it and, unless it comes with an API token, a crumb of this master. */
function mayNotChange(
  master: Master,
  request: VirtualRequest,
  who: Extract<Requester, { kind: 'user' }>,
): VirtualAnswer | undefined {
  if (!who.byToken && request.headers['jenkins-crumb'] !== crumbOf(master, who.user.name)) {
    return html(
      403,
      'Error 403 No valid crumb was included in the request',
      'No valid crumb was included in the request',
    );
  }
  if (who.user.administers) return undefined;
  const text = `${who.user.name} is missing the permission to change anything`;
  return html(403, 'Access Denied', text, { 'X-You-Are-Authenticated-As': who.user.name });
}
