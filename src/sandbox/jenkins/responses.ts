import type { VirtualAnswer } from '../world/network.ts';
import { jenkinsVersion } from './description.ts';
import { escaped } from './formats.ts';
import { type Permission, permissions } from './permissions.ts';

export type Reply = Extract<VirtualAnswer, { kind: 'reply' }>;

const htmlType = 'text/html;charset=utf-8';

/** An answer of the servlet container, without what Jenkins' own pages and its Remote API carry. */
export function reply(status: number, body: string, type: string, more?: Readonly<Record<string, string>>): Reply {
  // Most answers of a world are those to health checks: spreading objects here was a tenth of a large farm's time.
  const headers: Record<string, string> =
    type === ''
      ? { 'X-Content-Type-Options': 'nosniff' }
      : { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' };
  return { kind: 'reply', status, headers: more ? Object.assign(headers, more) : headers, body };
}

/** The headers by which Jenkins makes itself known; `session` is new at each boot. */
export function advertised(session: string): Record<string, string> {
  return { 'X-Hudson': '1.395', 'X-Jenkins': jenkinsVersion, 'X-Jenkins-Session': session };
}

/** A page of Jenkins, to be looked at. */
export function page(
  session: string,
  status: number,
  title: string,
  text: string,
  headers: Record<string, string> = {},
): Reply {
  const body = `<!DOCTYPE html><html><head><title>${escaped(title)} - Jenkins</title></head><body><h1>${escaped(title)}</h1><p>${escaped(text)}</p></body></html>`;
  return reply(status, body, htmlType, {
    Expires: '0',
    'Cache-Control': 'no-cache,no-store,must-revalidate',
    'X-Frame-Options': 'sameorigin',
    ...advertised(session),
    ...headers,
  });
}

export const jsonType = 'application/json;charset=utf-8';

export function json(value: unknown, status = 200): Reply {
  return reply(status, JSON.stringify(value), jsonType);
}

export function plain(body: string, headers: Record<string, string> = {}): Reply {
  return reply(200, body, 'text/plain;charset=utf-8', headers);
}

/** The answer to what changed something and shows nothing. */
export const noContent = (): Reply => reply(204, '', '');

/** Jetty leaves a redirect relative to the host: `location` begins with `/`. */
export function redirect(location: string): Reply {
  return reply(302, '', '', { Location: location });
}

/** The error page of Jetty, which Jenkins runs in. */
export function errorPage(status: number, message: string, uri: string, headers: Record<string, string> = {}): Reply {
  const text = escaped(message);
  const rows = [
    ['URI', uri],
    ['STATUS', String(status)],
    ['MESSAGE', message],
    ['SERVLET', 'Stapler'],
  ].map(([name = '', value = '']) => `<tr><th>${name}:</th><td>${escaped(value)}</td></tr>`);
  const body = [
    '<html>',
    '<head>',
    '<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>',
    `<title>Error ${status} ${text}</title>`,
    '</head>',
    '<body>',
    `<h2>HTTP ERROR ${status} ${text}</h2>`,
    '<table>',
    ...rows,
    '</table>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
  return reply(status, body, 'text/html;charset=iso-8859-1', {
    'Cache-Control': 'must-revalidate,no-cache,no-store',
    ...headers,
  });
}

/** A change that Jenkins would make and the sandbox cannot: it is refused in words rather than answered as if done. */
export const notSimulated = (why: string): Reply =>
  reply(501, `This simulated master ${why}.\n`, 'text/plain;charset=utf-8');

export const notFound = (session: string): Reply =>
  page(session, 404, 'Not Found', 'This page may not exist, or you may not have permission to see it.');

/** The page of what Jenkins did not expect, and of most refusals of a request's values. */
export const oops = (session: string, status = 500): Reply =>
  page(session, status, 'Oops!', 'A problem occurred while processing the request.');

export const postRequired = (session: string): Reply =>
  page(session, 405, 'Method Not Allowed', 'This URL requires POST. Try POSTing.', { Allow: 'POST' });

/** What somebody gets who is known and may not. */
export function accessDenied(session: string, user: string, permission: Permission): Reply {
  return page(
    session,
    403,
    'Access Denied',
    `${user} is missing the ${permissions[permission].title} permission`,
    denialHeaders(user, permission),
  );
}

/** What anonymous gets: programs see the 403, browsers go on to the sign-in. */
export function authenticationRequired(session: string, path: string): Reply {
  const { id, impliedBy } = permissions.read;
  const body = [
    `<html><head><meta http-equiv='refresh' content='1;url=/login?from=${encodeURIComponent(path)}'/></head>`,
    "<body style='background-color:white; color:white;'>",
    'Authentication required',
    '<!--',
    'You are authenticated as: anonymous',
    'Groups that you are in:',
    '  ',
    `Permission you need to have (but didn't): ${id}`,
    ...impliedBy.map((one) => ` ... which is implied by: ${one}`),
    '-->',
    '',
    '</body></html>',
  ].join('\n');
  return reply(403, body, htmlType, { ...advertised(session), ...denialHeaders('anonymous', 'read') });
}

function denialHeaders(user: string, permission: Permission): Record<string, string> {
  const { id, impliedBy } = permissions[permission];
  return {
    'X-You-Are-Authenticated-As': user,
    'X-You-Are-In-Group-Disabled':
      'JENKINS-39402: use -Dhudson.security.AccessDeniedException2.REPORT_GROUP_HEADERS=true or use /whoAmI to diagnose',
    'X-Required-Permission': id,
    ...(impliedBy.length === 0 ? {} : { 'X-Permission-Implied-By': impliedBy.join(', ') }),
  };
}

/** What every path answers while Jenkins boots. */
export const gettingReady = (): Reply =>
  reply(
    503,
    '<!DOCTYPE html><html><head><title>Starting Jenkins</title></head><body><h1>Starting Jenkins</h1><p>Please wait while Jenkins is getting ready to work ...</p></body></html>',
    htmlType,
    { 'X-Jenkins': jenkinsVersion, Expires: '0', 'Cache-Control': 'no-cache,no-store,must-revalidate' },
  );
