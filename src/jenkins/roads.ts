import type { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { CommandError, exitCode } from '../core/exit.ts';
import type { Road } from './road.ts';
import { type Trust, trusting } from './trust.ts';

/** No proxy: Node's own agents. */
export const directRoad: Road = { agentFor: () => undefined, description: 'directly' };

/** No proxy, but trust in more authorities than Node's own. */
function directRoadWith(trust: Trust): Road {
  let agent: Agent | undefined;
  return {
    ...directRoad,
    agentFor: (url) => {
      if (url.protocol !== 'https:') return undefined;
      agent ??= new HttpsAgent({ secureContext: trust() });
      return agent;
    },
  };
}

const expected = 'expected http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT';

/**
 * A road through a proxy. Connections are kept, since each round asks the same masters again. Only the agent that the
 * proxy's kind needs is loaded. A proxy that cannot be one throws a {@link CommandError} of usage.
 */
export async function proxyRoad(proxy: string, trust?: Trust): Promise<Road> {
  const url = parse(proxy);
  // Never with the credentials that the URL may carry.
  const description = `through ${url.protocol}//${url.host}`;
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    const { httpProxyAgents } = await import('./http-proxy.ts');
    const { plain, tunnel } = httpProxyAgents(url, trust);
    return { agentFor: (target) => (target.protocol === 'https:' ? tunnel : plain), description };
  }
  const { SocksProxyAgent } = await import('socks-proxy-agent');
  const agent: Agent = trusting(new SocksProxyAgent(url, { keepAlive: true }), trust);
  return { agentFor: () => agent, description };
}

/** The road that `--proxy` or `JDCI_PROXY` names; without one, the direct road. `trust`: in more than Node's authorities. */
export async function roadThrough(proxy: string | undefined, trust?: Trust): Promise<Road> {
  if (proxy) return proxyRoad(proxy, trust);
  return trust ? directRoadWith(trust) : directRoad;
}

function parse(proxy: string): URL {
  let url: URL;
  try {
    url = new URL(proxy);
  } catch {
    throw new CommandError(`the proxy ${withoutCredentials(proxy)} is not a URL; ${expected}`, exitCode.usage);
  }
  if (!['http:', 'https:', 'socks5:', 'socks5h:'].includes(url.protocol) || url.hostname === '') {
    throw new CommandError(`the proxy ${withoutCredentials(proxy)} cannot be used; ${expected}`, exitCode.usage);
  }
  return url;
}

/** What cannot be read as a URL may still hold a password: before any `@`, with a scheme or, as is often forgotten, without. */
function withoutCredentials(proxy: string): string {
  return `"${proxy.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1')}"`;
}
