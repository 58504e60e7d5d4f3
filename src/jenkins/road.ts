import type { Agent } from 'node:http';

/** A way through the network: directly, or through a proxy. */
export interface Road {
  /** The agent that takes requests to this URL along the road; undefined: directly. */
  agentFor(url: URL): Agent | undefined;
  /** For people: `directly`, `through http://127.0.0.1:4599`. Never with credentials. */
  readonly description: string;
}
