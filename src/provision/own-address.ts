import { request } from 'node:http';
import { isIPv4 } from 'node:net';
import { ProblemError } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';

const service = new URL('http://checkip.amazonaws.com/');
/** Wall time, milliseconds. */
const timeoutMs = 5_000;

/**
 * The IPv4 address from which this machine is seen on the way to the front door, as AWS's public service tells it. Only a
 * proposal: it is shown in the form before anything is opened for it.
 */
export async function ownAddress(session: Session, signal?: AbortSignal): Promise<string> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const fail = (message: string, cause?: unknown): ProblemError =>
    new ProblemError(
      {
        kind: timeout.aborted ? 'timeout' : 'unreachable',
        source: service.host,
        message: `${service.host}: ${message}`,
        advice: 'give OperatorCidr yourself, for instance 203.0.113.7/32',
      },
      { cause },
    );
  const answer = await new Promise<string>((resolve, reject) => {
    const outgoing = request(
      service,
      { agent: session.doorRoad.agentFor(service), signal: signal ? AbortSignal.any([signal, timeout]) : timeout },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > 1000) incoming.destroy(new Error('a long answer instead of an address'));
        });
        incoming.on('error', (error) => reject(fail(error.message, error)));
        incoming.on('end', () => resolve(text.trim()));
      },
    );
    outgoing.on('error', (error) => reject(signal?.aborted ? signal.reason : fail(error.message, error)));
    outgoing.end();
  });
  if (!isIPv4(answer)) throw fail('the answer is not an IPv4 address');
  return answer;
}
