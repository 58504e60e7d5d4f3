import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on the loopback; what came is kept. */
export interface Serving {
  readonly url: string;
  readonly requests: { readonly url: string; readonly authorization?: string; readonly method: string }[];
  close(): Promise<void>;
}

export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Serving> {
  const requests: Serving['requests'] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    requests.push({
      url: request.url ?? '',
      method: request.method ?? '',
      ...(authorization ? { authorization } : {}),
    });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json;charset=utf-8', ...headers });
  response.end(JSON.stringify(value));
}
