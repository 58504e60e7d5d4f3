/** A request inside the simulated network. Header names are lower case. */
export interface VirtualRequest {
  method: string;
  /** Path with its query, beginning with `/`. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * What comes back. `reply`: an HTTP answer. The others are what a socket shows: `refused` nobody listens, `hang` no
 * answer ever comes (the caller's time-out decides), `reset` the connection is cut, `unknown-host` the name does not
 * resolve, `unroutable` no host has that address.
 */
export type VirtualAnswer =
  | { kind: 'reply'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'refused' | 'hang' | 'reset' | 'unknown-host' | 'unroutable' };

/** Answers requests on one address and port. It must answer at once, in world time: slowness is `hang`. */
export type VirtualServer = (request: VirtualRequest) => VirtualAnswer;

/** The simulated VPC and its names: who listens where. */
export class Network {
  readonly #servers = new Map<string, VirtualServer>();
  readonly #hosts = new Set<string>();
  readonly #names = new Map<string, string>();

  /** An address that exists: a closed port on it refuses, while an address nobody has is unroutable. */
  attach(address: string): void {
    this.#hosts.add(address);
  }

  /** Takes the address away with everything that listens on it. */
  detach(address: string): void {
    this.#hosts.delete(address);
    for (const key of this.#servers.keys()) if (key.startsWith(`${address}:`)) this.#servers.delete(key);
  }

  /** Listens on an address (an IP, or a DNS name such as a load balancer's) and port; replaces who listened before. */
  listen(address: string, port: number, server: VirtualServer): void {
    this.#servers.set(`${address.toLowerCase()}:${port}`, server);
  }

  close(address: string, port: number): void {
    this.#servers.delete(`${address.toLowerCase()}:${port}`);
  }

  /** Makes `name` another name of `target`, as a Route 53 alias does. */
  alias(name: string, target: string): void {
    this.#names.set(bareName(name), bareName(target));
  }

  unalias(name: string): void {
    this.#names.delete(bareName(name));
  }

  /** The name or address that `name` finally stands for. */
  resolve(name: string): string {
    let current = bareName(name);
    for (let hops = 0; hops < 8; hops++) {
      const next = this.#names.get(current);
      if (next === undefined) break;
      current = next;
    }
    return current;
  }

  /** What a connection to `host:port` would meet. */
  probe(host: string, port: number): 'open' | 'refused' | 'unknown-host' | 'unroutable' {
    const address = this.resolve(host);
    if (this.#servers.has(`${address}:${port}`)) return 'open';
    if (this.#hosts.has(address)) return 'refused';
    const known = [...this.#servers.keys()].some((key) => key.startsWith(`${address}:`));
    if (known) return 'refused';
    return /[a-z]/i.test(address) ? 'unknown-host' : 'unroutable';
  }

  /** Sends a request to `host:port`. */
  request(host: string, port: number, request: VirtualRequest): VirtualAnswer {
    const server = this.#servers.get(`${this.resolve(host)}:${port}`);
    if (server) return server(request);
    const state = this.probe(host, port);
    return { kind: state === 'open' ? 'refused' : state };
  }
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
