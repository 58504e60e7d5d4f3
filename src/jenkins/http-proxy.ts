import type { Agent } from 'node:http';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { type Trust, trusting } from './trust.ts';

/**
 * The agents of an HTTP proxy: `plain` for http:// targets, `tunnel` for https:// ones (the master's own port speaks plain
 * HTTP, so that is for a front door with TLS). Connections are kept.
 */
export function httpProxyAgents(proxy: URL, trust?: Trust): { readonly plain: Agent; readonly tunnel: Agent } {
  // What an agent is made with is for the connection to the proxy.
  const options = { keepAlive: true, ...(trust && proxy.protocol === 'https:' ? { secureContext: trust() } : {}) };
  const plain = new HttpProxyAgent(proxy, options);
  const tunnel = trusting(new HttpsProxyAgent(proxy, options), trust);
  // Left to itself, an agent reads stack traces at each request to learn which protocol it is asked for; it looks for the
  // first in `protocol`, and for the others, when a kept connection is given back, nowhere else.
  plain.protocol = 'http:';
  tunnel.protocol = 'https:';
  plain.isSecureEndpoint = () => false;
  tunnel.isSecureEndpoint = () => true;
  return { plain, tunnel };
}
