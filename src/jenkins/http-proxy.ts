import type { Agent } from 'node:http';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';

/**
 * The agents of an HTTP proxy: `plain` for http:// targets, `tunnel` for https:// ones (the master's own port speaks plain
 * HTTP, so that is for a front door with TLS). Connections are kept.
 */
export function httpProxyAgents(proxy: URL): { readonly plain: Agent; readonly tunnel: Agent } {
  const plain = new HttpProxyAgent(proxy, { keepAlive: true });
  const tunnel = new HttpsProxyAgent(proxy, { keepAlive: true });
  // Left to itself, an agent reads a stack trace at each request to learn which protocol it is asked for.
  plain.protocol = 'http:';
  tunnel.protocol = 'https:';
  return { plain, tunnel };
}
