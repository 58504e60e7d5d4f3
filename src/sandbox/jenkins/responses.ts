import type { VirtualAnswer } from '../world/network.ts';

/** The version of the image's LTS. */
export const jenkinsVersion = '2.580.1';

type Reply = Extract<VirtualAnswer, { kind: 'reply' }>;

export function reply(status: number, body: string, type: string, headers: Record<string, string> = {}): Reply {
  return {
    kind: 'reply',
    status,
    headers: { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff', ...headers },
    body,
  };
}

export function html(status: number, title: string, text: string, headers: Record<string, string> = {}): Reply {
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>`;
  return reply(status, body, 'text/html;charset=utf-8', headers);
}

export const jsonType = 'application/json;charset=utf-8';

export function json(value: unknown, status = 200): Reply {
  return reply(status, JSON.stringify(value), jsonType);
}

export function plain(body: string): Reply {
  return reply(200, body, 'text/plain;charset=utf-8');
}

export function redirect(status: 201 | 302 | 303, location: string): Reply {
  return reply(status, '', 'text/html;charset=utf-8', { Location: location });
}

export const notFound = (): Reply => html(404, 'Not Found', 'HTTP ERROR 404 Not Found');

/** What every path answers while Jenkins boots. */
export const gettingReady = (): Reply =>
  html(503, 'Starting Jenkins', 'Please wait while Jenkins is getting ready to work ...', {
    'X-Jenkins': jenkinsVersion,
    Expires: '0',
    'Cache-Control': 'no-cache,no-store,must-revalidate',
  });
