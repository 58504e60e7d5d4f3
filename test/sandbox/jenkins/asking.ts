import type { Master } from '../../../src/sandbox/jenkins/master.ts';
import { masters } from '../../../src/sandbox/jenkins/master.ts';
import type { VirtualAnswer } from '../../../src/sandbox/world/network.ts';
import type { World } from '../../../src/sandbox/world/world.ts';
import { operatorToken, viewerToken } from '../world/small-farm.ts';

export type Reply = Extract<VirtualAnswer, { kind: 'reply' }>;

export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export const operator = basic('operator', `11${operatorToken}`);
export const viewer = basic('viewer', `11${viewerToken}`);

/** The running master of a slot. */
export function masterOf(world: World, slot: string): Master {
  const found = [...masters(world)].find((master) => master.identity.slot === slot);
  if (!found) throw new Error(`no master of slot ${slot}`);
  return found;
}

/** Sends a request to a master's port over the simulated network. */
export function send(
  master: Master,
  method: string,
  path: string,
  options: { authorization?: string | undefined; headers?: Record<string, string>; body?: string } = {},
): VirtualAnswer {
  const { authorization = operator, headers = {}, body = '' } = options;
  return master.world.network.request(master.context.host.privateIp, 8080, {
    method,
    path,
    headers: {
      host: `${master.context.host.privateIp}:8080`,
      ...(authorization === '' ? {} : { authorization }),
      ...headers,
    },
    body,
  });
}

export function replyOf(answer: VirtualAnswer): Reply {
  if (answer.kind !== 'reply') throw new Error(`no reply but ${answer.kind}`);
  return answer;
}

export function getJson<T>(master: Master, path: string): T {
  const reply = replyOf(send(master, 'GET', path));
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status}`);
  return JSON.parse(reply.body) as T;
}

export function post(master: Master, path: string): Reply {
  return replyOf(send(master, 'POST', path));
}
