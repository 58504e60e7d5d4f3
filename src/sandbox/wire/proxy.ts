import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Network, VirtualAnswer } from '../world/network.ts';
import { readBody } from './body.ts';
import type { CertificateAuthority } from './certificate-authority.ts';

/** An address in the simulated network. */
interface Target {
  host: string;
  port: number;
}

interface Tunnel {
  readonly target: Target;
  /** The client's connection, under the TLS if there is any. */
  readonly connection: Duplex;
}

export interface ProxyHooks {
  /** Brings the world to the present before a request enters it. */
  before(): Promise<void>;
  /** Called after every request: it may have scheduled events. */
  after(): void;
  /** Waits, or answers instead of the network, when a fault is set on this target; `cut`: its answer is to be cut off. */
  fault(target: string, response: ServerResponse): Promise<'none' | 'answered' | 'cut'>;
  /** Sends half of an answer and calls `reset`, which resets the connection. */
  cut(response: ServerResponse, body: Uint8Array, reset: () => void): void;
  /** Answers for a request inside a tunnel that failed by a defect of the sandbox. */
  failed(error: unknown, response: ServerResponse): void;
}

/**
 * The HTTP proxy into the simulated VPC: requests in absolute form and CONNECT tunnels. What a socket would show is told
 * by status 502 and the header `x-jdci-proxy-error`; a host that hangs leaves the request open. Where a listener speaks
 * TLS its end of a tunnel does, with a certificate for the name that the client asks for.
 */
export class VpcProxy {
  readonly #network: Network;
  readonly #authority: CertificateAuthority;
  readonly #hooks: ProxyHooks;
  readonly #tunnels = new Map<Duplex, Tunnel>();
  readonly #inner: Server;

  constructor(network: Network, authority: CertificateAuthority, hooks: ProxyHooks) {
    this.#network = network;
    this.#authority = authority;
    this.#hooks = hooks;
    // Parses the requests inside tunnels; it never listens.
    this.#inner = createServer((request, response) => {
      const tunnel = this.#tunnels.get(request.socket);
      if (!tunnel) {
        request.socket.destroy();
        return;
      }
      this.#forward(tunnel.target, request.url ?? '/', request, response).catch((error: unknown) =>
        hooks.failed(error, response),
      );
    });
    // Whoever speaks plain HTTP to a port with TLS, or does not trust its certificate, is gone with the connection.
    this.#inner.on('clientError', (_, socket) => socket.destroy());
  }

  /** A request in absolute form: `GET http://10.0.0.5:8080/login`; for `https:` the proxy speaks TLS in the client's place. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let url: URL;
    try {
      url = new URL(request.url ?? '');
    } catch {
      response.writeHead(400, { 'content-type': 'text/plain' }).end('The proxy cannot read the URL.\n');
      return;
    }
    const secure = url.protocol === 'https:';
    const target = { host: url.hostname, port: Number(url.port || (secure ? 443 : 80)) };
    await this.#hooks.before();
    const open = this.#network.probe(target.host, target.port) === 'open';
    if (open && this.#network.speaksTls(target.host, target.port) !== secure) {
      response.writeHead(502, { 'content-type': 'text/plain', 'x-jdci-proxy-error': 'reset' });
      response.end(`${target.host}:${target.port} ${secure ? 'does not speak TLS' : 'speaks TLS only'}.\n`);
      return;
    }
    await this.#forward(target, `${url.pathname}${url.search}`, request, response);
  }

  /** A CONNECT request: opens a tunnel when somebody listens at its end. */
  async connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const [, host, port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
    if (host === undefined || port === undefined) {
      socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    await this.#hooks.before();
    const target = { host, port: Number(port) };
    const state = this.#network.probe(target.host, target.port);
    if (state !== 'open') {
      const text = sentence(target, state);
      socket.end(
        `HTTP/1.1 502 Bad Gateway\r\nx-jdci-proxy-error: ${state}\r\ncontent-type: text/plain\r\n` +
          `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
      );
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    const end = this.#network.speaksTls(target.host, target.port) ? this.#secured(socket, target.host) : socket;
    this.#tunnels.set(end, { target, connection: socket });
    socket.on('close', () => {
      this.#tunnels.delete(end);
      end.destroy();
    });
    this.#inner.emit('connection', end);
  }

  close(): void {
    for (const { connection } of this.#tunnels.values()) connection.destroy();
  }

  /** The listener's end of TLS over a client's connection. */
  #secured(connection: Duplex, host: string): TLSSocket {
    const secured = new TLSSocket(connection, {
      isServer: true,
      // For a client that does not say which name it wants, as with an address.
      secureContext: this.#authority.contextFor(host),
      SNICallback: (name, answer) => {
        try {
          answer(null, this.#authority.contextFor(name));
        } catch (error) {
          answer(error instanceof Error ? error : new Error(String(error)));
        }
      },
    });
    secured.on('error', () => connection.destroy());
    return secured;
  }

  /** Resets the client's connection; under TLS that of the socket below, which alone can. */
  #reset(socket: Socket): void {
    const connection = this.#tunnels.get(socket)?.connection ?? socket;
    if ('resetAndDestroy' in connection) (connection as Socket).resetAndDestroy();
    else connection.destroy();
  }

  async #forward(target: Target, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request).catch(() => null);
    if (body === null) return;
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    const fault = await this.#hooks.fault(`${target.host}:${target.port}`, response);
    if (fault === 'answered') return;
    await this.#hooks.before();
    const headers = forwarded(request);
    headers.host ??= target.port === 80 ? target.host : `${target.host}:${target.port}`;
    const answer = this.#network.request(target.host, target.port, {
      method: request.method ?? 'GET',
      path,
      headers,
      body: body.toString('utf8'),
    });
    this.#hooks.after();
    this.#reply(target, answer, request, response, fault === 'cut');
  }

  #reply(
    target: Target,
    answer: VirtualAnswer,
    request: IncomingMessage,
    response: ServerResponse,
    cut: boolean,
  ): void {
    switch (answer.kind) {
      case 'reply': {
        const body = Buffer.from(answer.body, 'utf8');
        response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
        if (cut) this.#hooks.cut(response, body, () => this.#reset(request.socket));
        else response.end(request.method === 'HEAD' ? undefined : body);
        return;
      }
      case 'hang':
        return;
      case 'reset':
        this.#reset(request.socket);
        return;
      default:
        response.writeHead(502, { 'content-type': 'text/plain', 'x-jdci-proxy-error': answer.kind });
        response.end(sentence(target, answer.kind));
    }
  }
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function forwarded(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !hopByHop.has(name)) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function sentence({ host, port }: Target, problem: 'refused' | 'unroutable' | 'unknown-host'): string {
  switch (problem) {
    case 'refused':
      return `Nobody listens on ${host}:${port}.\n`;
    case 'unroutable':
      return `No host has the address ${host}.\n`;
    case 'unknown-host':
      return `The name ${host} does not resolve.\n`;
  }
}
