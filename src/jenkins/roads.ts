import type { Agent } from 'node:http';
import { CommandError, exitCode } from '../core/exit.ts';
import type { Road } from './road.ts';

/** No proxy: Node's own agents. */
export const directRoad: Road = { agentFor: () => undefined, description: 'directly' };

const expected = 'expected http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT';

/**
 * A road through a proxy. Connections are kept, since each round asks the same masters again. Only the agent that the
 * proxy's kind needs is loaded. A proxy that cannot be one throws a {@link CommandError} of usage.
 */
export async function proxyRoad(proxy: string): Promise<Road> {
  const url = parse(proxy);
  // Never with the credentials that the URL may carry.
  const description = `through ${url.protocol}//${url.host}`;
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    const { httpProxyAgents } = await import('./http-proxy.ts');
    const { plain, tunnel } = httpProxyAgents(url);
    return { agentFor: (target) => (target.protocol === 'https:' ? tunnel : plain), description };
  }
  const { SocksProxyAgent } = await import('socks-proxy-agent');
  const agent: Agent = new SocksProxyAgent(url, { keepAlive: true });
  return { agentFor: () => agent, description };
}

/** The road that `--proxy` or `JDCI_PROXY` names; without one, the direct road. */
export async function roadThrough(proxy: string | undefined): Promise<Road> {
  return proxy === undefined || proxy === '' ? directRoad : proxyRoad(proxy);
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
