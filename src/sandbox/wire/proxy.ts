import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Network, VirtualAnswer } from '../world/network.ts';
import { readBody } from './body.ts';

/** An address in the simulated network. */
interface Target {
  host: string;
  port: number;
}

export interface ProxyHooks {
  /** Brings the world to the present before a request enters it. */
  before(): Promise<void>;
  /** Called after every request: it may have scheduled events. */
  after(): void;
  /** Waits, or answers instead of the network, when a fault is set on this target; `cut`: its answer is to be cut off. */
  fault(target: string, response: ServerResponse): Promise<'none' | 'answered' | 'cut'>;
  /** Sends half of an answer and resets the connection. */
  cut(response: ServerResponse, body: Uint8Array): void;
  /** Answers for a request inside a tunnel that failed by a defect of the sandbox. */
  failed(error: unknown, response: ServerResponse): void;
}

/**
 * The HTTP proxy into the simulated VPC: requests in absolute form and CONNECT tunnels. What a socket would show is told
 * by status 502 and the header `x-jdci-proxy-error`; a host that hangs leaves the request open.
 */
export class VpcProxy {
  readonly #network: Network;
  readonly #hooks: ProxyHooks;
  readonly #tunnels = new Map<Duplex, Target>();
  readonly #inner: Server;

  constructor(network: Network, hooks: ProxyHooks) {
    this.#network = network;
    this.#hooks = hooks;
    // Parses the requests inside tunnels; it never listens.
    this.#inner = createServer((request, response) => {
      const target = this.#tunnels.get(request.socket);
      if (!target) {
        request.socket.destroy();
        return;
      }
      this.#forward(target, request.url ?? '/', request, response).catch((error: unknown) =>
        hooks.failed(error, response),
      );
    });
  }

  /** A request in absolute form: `GET http://10.0.0.5:8080/login`. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let url: URL;
    try {
      url = new URL(request.url ?? '');
    } catch {
      response.writeHead(400, { 'content-type': 'text/plain' }).end('The proxy cannot read the URL.\n');
      return;
    }
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    await this.#forward({ host: url.hostname, port }, `${url.pathname}${url.search}`, request, response);
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
    this.#tunnels.set(socket, target);
    socket.on('close', () => this.#tunnels.delete(socket));
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    this.#inner.emit('connection', socket);
  }

  close(): void {
    for (const socket of this.#tunnels.keys()) socket.destroy();
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
        if (cut) this.#hooks.cut(response, body);
        else response.end(request.method === 'HEAD' ? undefined : body);
        return;
      }
      case 'hang':
        return;
      case 'reset':
        request.socket.resetAndDestroy();
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
