import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Control } from '../control.ts';
import { readBody } from './body.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import type { WireRequest } from './codec.ts';
import { htmlNonsense, type Region, route, tooLarge } from './dispatch.ts';
import type { OperationFault } from './faults.ts';
import type { Pace } from './pace.ts';
import { VpcProxy } from './proxy.ts';

export interface ListenerOptions {
  readonly region: Region;
  readonly pace: Pace;
  readonly control: Control;
  /** Whose certificates the listeners with TLS in the simulated network show. */
  readonly authority: CertificateAuthority;
  /** 0: any free port. */
  readonly port: number;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on the loopback interface: AWS requests, the control endpoint and the proxy share the one port. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { region, pace } = options;
  const waits = new Set<NodeJS.Timeout>();
  const failed = (error: unknown, response: ServerResponse) => {
    region.report(`a request failed inside the sandbox: ${String(error)}`);
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { 'content-type': 'text/plain' }).end('The sandbox failed on this request.\n');
  };
  const proxy = new VpcProxy(region.world.network, options.authority, {
    before: () => pace.catchUp(),
    after: () => pace.arm(),
    failed,
    cut,
    fault: async (target, response) => {
      await pace.catchUp();
      const fault = region.faults.take('network', target);
      if (!fault) return 'none';
      switch (fault.kind) {
        case 'cut':
          return 'cut';
        case 'delay':
          await wait(fault.delayMs, waits);
          return 'none';
        case 'hang':
          return 'answered';
        default:
          response.writeHead(...instead(fault)).end(insteadBody(fault));
          return 'answered';
      }
    },
  });

  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    const handled = /^https?:\/\//i.test(url)
      ? proxy.handle(request, response)
      : answer(options, waits, request, response);
    handled.catch((error: unknown) => failed(error, response));
  });
  server.on('connect', (request, socket, head: Buffer) => void proxy.connect(request, socket, head));
  // Longer than the idle time of the usual clients' connection pools, which would otherwise meet a closing socket.
  server.keepAliveTimeout = 75_000;
  await bind(server, options.port);
  pace.arm();
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        pace.stop();
        for (const timer of waits) clearTimeout(timer);
        server.close(() => resolve());
        proxy.close();
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function answer(
  { region, pace, control }: ListenerOptions,
  waits: Set<NodeJS.Timeout>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming).catch(() => null);
  // The client has gone: nobody to answer.
  if (body === null) return;
  if (body === undefined) {
    const { status, headers, body: bytes } = tooLarge(region, wireRequest(incoming, Buffer.alloc(0)));
    response.writeHead(status, { ...headers, connection: 'close' }).end(bytes);
    return;
  }
  const request = wireRequest(incoming, body);
  if (request.path.startsWith('/_sandbox/')) {
    const { status, value } = await control.handle(request.method, request.path, body.toString('utf8'));
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
    return;
  }
  await pace.catchUp();
  const { fault, run } = route(region, request);
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'delay') {
    await wait(fault.delayMs, waits);
    await pace.catchUp();
  }
  const { status, headers, body: bytes } = run();
  pace.arm();
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(bytes) });
  if (fault?.kind === 'cut') cut(response, bytes, () => response.socket?.resetAndDestroy());
  else response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** Sends half of an answer and resets the connection. */
function cut(response: ServerResponse, body: string | Uint8Array, reset: () => void): void {
  const bytes = Buffer.from(body);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), reset);
}

type Instead = Exclude<OperationFault, { kind: 'cut' | 'delay' | 'hang' }>;

/** What the network answers in a target's place. */
function instead(fault: Instead): [number, Record<string, string>] {
  const status = fault.status ?? (fault.kind === 'throttle' ? 429 : 502);
  return [status, { 'content-type': fault.kind === 'nonsense' ? 'text/html' : 'text/plain' }];
}

function insteadBody(fault: Instead): string {
  return fault.kind === 'nonsense' ? htmlNonsense : `${fault.message ?? 'An error was put in on purpose.'}\n`;
}

function wait(ms: number, waits: Set<NodeJS.Timeout>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      waits.delete(timer);
      resolve();
    }, ms);
    waits.add(timer);
  });
}

function wireRequest(incoming: IncomingMessage, body: Buffer): WireRequest {
  const [path = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { method: incoming.method ?? 'GET', path, query: new URLSearchParams(query), headers, body };
}
