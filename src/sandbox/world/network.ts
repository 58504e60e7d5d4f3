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

interface Listening {
  readonly server: VirtualServer;
  readonly tls: boolean;
}

/** The simulated VPC and its names: who listens where. */
export class Network {
  /** By address in lower case, then by port. */
  readonly #servers = new Map<string, Map<number, Listening>>();
  readonly #hosts = new Set<string>();
  readonly #names = new Map<string, string>();
  readonly #impaired = new WeakMap<VirtualServer, VirtualServer>();

  /** An address that exists: a closed port on it refuses, while an address nobody has is unroutable. */
  attach(address: string): void {
    this.#hosts.add(address);
  }

  /** Takes the address away with everything that listens on it. */
  detach(address: string): void {
    this.#hosts.delete(address);
    this.#servers.delete(address);
  }

  /**
   * Listens on an address (an IP, or a DNS name such as a load balancer's) and port; replaces who listened before. With
   * `tls` whoever comes has to speak it; the requests that arrive here are what was in it.
   */
  listen(address: string, port: number, server: VirtualServer, { tls = false } = {}): void {
    const key = address.toLowerCase();
    const ports = this.#servers.get(key);
    if (ports) ports.set(port, { server, tls });
    else this.#servers.set(key, new Map([[port, { server, tls }]]));
  }

  close(address: string, port: number): void {
    const key = address.toLowerCase();
    const ports = this.#servers.get(key);
    ports?.delete(port);
    if (ports?.size === 0) this.#servers.delete(key);
  }

  /** Who listens on an address and port. */
  serverAt(address: string, port: number): VirtualServer | undefined {
    return this.#servers.get(address.toLowerCase())?.get(port)?.server;
  }

  /** Whether who listens there speaks TLS. */
  speaksTls(host: string, port: number): boolean {
    return this.#servers.get(this.resolve(host))?.get(port)?.tls ?? false;
  }

  /** Lets another answer in a server's place, or no longer; who listens on the same port after it is not concerned. */
  impair(server: VirtualServer, instead: VirtualServer | undefined): void {
    if (instead) this.#impaired.set(server, instead);
    else this.#impaired.delete(server);
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
    if (this.#servers.get(address)?.has(port)) return 'open';
    if (this.#hosts.has(address)) return 'refused';
    if (this.#servers.has(address)) return 'refused';
    return /[a-z]/i.test(address) ? 'unknown-host' : 'unroutable';
  }

  /** Sends a request to `host:port`. */
  request(host: string, port: number, request: VirtualRequest): VirtualAnswer {
    // Most requests are health checks of an address, which is no name to be looked up.
    const server = (this.#servers.get(host) ?? this.#servers.get(this.resolve(host)))?.get(port)?.server;
    if (server) return (this.#impaired.get(server) ?? server)(request);
    const state = this.probe(host, port);
    return { kind: state === 'open' ? 'refused' : state };
  }
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
