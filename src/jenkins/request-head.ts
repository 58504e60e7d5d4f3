import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { certificateFailure } from '../core/certificate-failures.ts';
import type { Road } from './road.ts';

/** What came back: a status, or a short reason why there was none. */
export type HeadOutcome = { readonly status: number } | { readonly failure: string };

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'cut off',
  EPIPE: 'cut off',
  EHOSTUNREACH: 'no route',
  ENETUNREACH: 'no route',
  ENOTFOUND: 'unknown name',
  EAI_AGAIN: 'unknown name',
  EPROTO: 'TLS cannot be agreed on',
};

/**
 * GETs a URL over a connection of its own, as a new user does, and waits for the answer's head only. Never throws.
 * `timeoutMs` is wall time for all of it: name, connection, TLS, answer.
 */
export function requestHead(url: string, road: Road, timeoutMs: number): Promise<HeadOutcome> {
  return new Promise((resolve) => {
    const target = new URL(url);
    const signal = AbortSignal.timeout(timeoutMs);
    const request = (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, {
      agent: road.agentFor(target) ?? false,
      headers: { connection: 'close', 'user-agent': 'jdci-tui' },
      signal,
    });
    request.on('response', (response) => {
      const { headers, statusCode } = response;
      // The body is thrown away as it comes, so that the connection can end.
      response.on('error', () => {});
      response.resume();
      const proxyError = headers['x-jdci-proxy-error'];
      resolve(proxyError === undefined ? { status: statusCode ?? 0 } : { failure: String(proxyError) });
    });
    request.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : '';
      resolve({ failure: signal.aborted ? 'time-out' : (words[code] ?? certificateFailure(code) ?? 'no answer') });
    });
    request.end();
  });
}
