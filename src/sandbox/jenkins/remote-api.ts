import type { VirtualAnswer, VirtualRequest } from '../world/network.ts';
import { act, type Call } from './actions.ts';
import { requester } from './auth.ts';
import { exportDepth } from './bean.ts';
import { crumbField, crumbOf, sessionOf } from './crumb.ts';
import { description } from './description.ts';
import { whoAmIBean } from './exports.ts';
import { formOf } from './form.ts';
import type { Master } from './master.ts';
import { query } from './queries.ts';
import {
  authenticationRequired,
  errorPage,
  gettingReady,
  json,
  jsonType,
  notFound,
  page,
  redirect,
  reply,
} from './responses.ts';

/** What a master answers before its JVM serves. */
export const bootingAnswer = (): VirtualAnswer => gettingReady();

/** Answers a request to a master's port. */
export function answer(master: Master, request: VirtualRequest): VirtualAnswer {
  if (master.phase === 'booting') return bootingAnswer();
  if (master.phase === 'ending') return { kind: 'refused' };
  const answered = route(master, request);
  if (answered.kind === 'reply' && request.method === 'HEAD') answered.body = '';
  return answered;
}

function route(master: Master, request: VirtualRequest): VirtualAnswer {
  // Most requests of a world are health checks: they are spared the rest.
  if (/^\/health\/?(?:\?|$)/.test(request.path)) return health(master, request.path);
  const host = request.headers.host ?? '';
  // Not relative to a base: a path that begins with two slashes, as scripts make them, would name another host.
  const url = new URL(`http://master${request.path}`);
  const uri = `http://${host}${url.pathname}`;
  const path = partsOf(url);
  if (!path) return errorPage(400, 'Bad Request', uri);
  const who = requester(master.identity.users, request);
  if (who.kind === 'wrong') return errorPage(401, 'Unauthorized', uri, { 'WWW-Authenticate': 'Basic realm="Jenkins"' });
  const form = formOf(url, request);
  const name = who.kind === 'user' ? who.user.name : 'anonymous';
  // A POST wants a crumb of this master, unless it comes with an API token.
  if (request.method === 'POST' && !(who.kind === 'user' && who.byToken)) {
    const session = sessionOf(master, request);
    const crumb = request.headers[crumbField.toLowerCase()] ?? form.get(crumbField);
    if (session === undefined || crumb !== crumbOf(master, name, session)) {
      return errorPage(403, 'No valid crumb was included in the request', uri);
    }
  }
  const open = openAt(master, path);
  if (open) return open;
  if (who.kind === 'anonymous') {
    if (path.join('/') === 'whoAmI/api/json') return json(exportDepth(whoAmIBean(name), 0));
    return authenticationRequired(master.session, url.pathname + url.search);
  }
  const call: Call = { master, user: who.user, request, url, path, form };
  return act(call) ?? query(call);
}

/** The parts of a path, decoded; undefined when an escape in it is broken. */
function partsOf(url: URL): string[] | undefined {
  try {
    return url.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Open to everybody, for load balancers; without its last slash Jenkins redirects, which no balancer takes for healthy. */
function health(master: Master, path: string): VirtualAnswer {
  if (!path.startsWith('/health/')) return redirect('/health/');
  if (master.world.now >= master.healthFailsUntil) return reply(200, '{"status":true}', jsonType);
  return json({ status: false, failures: [description.health.name] }, 503);
}

/** What somebody gets who has not signed in yet. */
function openAt(master: Master, path: readonly string[]): VirtualAnswer | undefined {
  if (path.length !== 1) return undefined;
  if (path[0] === 'login') return page(master.session, 200, 'Sign in', 'Sign in to Jenkins');
  if (path[0] === 'logout') return redirect('/');
  // No agent calls in: the port that this tells is closed.
  if (path[0] === 'tcpSlaveAgentListener') return notFound(master.session);
  return undefined;
}
