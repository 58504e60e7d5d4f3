import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VirtualRequest } from '../../../src/sandbox/world/network.ts';
import { serve } from './serving.ts';

let sandbox: Awaited<ReturnType<typeof serve>>;
let received: VirtualRequest[] = [];

beforeAll(async () => {
  sandbox = await serve([]);
  const { network } = sandbox.world;
  network.attach('10.0.0.5');
  network.listen('10.0.0.5', 8080, (request) => {
    received.push(request);
    if (request.path === '/hang') return { kind: 'hang' };
    if (request.path === '/defect') throw new Error('a defect');
    if (request.path === '/reset') return { kind: 'reset' };
    return { kind: 'reply', status: 201, headers: { 'x-jenkins': '2.580.1', location: '/é' }, body: 'héllo' };
  });
  network.listen('lb.example', 80, () => ({ kind: 'reply', status: 200, headers: {}, body: 'front door' }));
  network.alias('ci.example', 'lb.example');
});
afterAll(() => sandbox.close());

interface Got {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** One request through the proxy: in absolute form, or through a CONNECT tunnel. */
function through(kind: 'absolute' | 'tunnel', url: string, method = 'GET', body = ''): Promise<Got> {
  const agent = kind === 'absolute' ? new HttpProxyAgent(sandbox.url) : new HttpsProxyAgent(sandbox.url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, agent, headers: { 'x-test': 'yes' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

it.each(['absolute', 'tunnel'] as const)('takes requests into the network (%s)', async (kind) => {
  received = [];
  const answer = await through(kind, 'http://10.0.0.5:8080/job/x/build?delay=0', 'POST', 'a=b&c=é');
  expect(answer).toMatchObject({
    status: 201,
    body: 'héllo',
    headers: { 'x-jenkins': '2.580.1', 'content-length': '6' },
  });
  expect(received).toMatchObject([
    {
      method: 'POST',
      path: '/job/x/build?delay=0',
      body: 'a=b&c=é',
      headers: { host: '10.0.0.5:8080', 'x-test': 'yes' },
    },
  ]);
  expect(Object.keys(received[0]?.headers ?? {})).not.toContain('proxy-connection');
});

it.each(['absolute', 'tunnel'] as const)('resolves names, also aliases (%s)', async (kind) => {
  expect((await through(kind, 'http://ci.example/')).body).toBe('front door');
});

it.each([
  ['http://10.0.0.5:9/', 'refused'],
  ['http://10.0.0.9:8080/', 'unroutable'],
  ['http://nowhere.example/', 'unknown-host'],
])('tells what a socket would show: %s is %s', async (url, problem) => {
  for (const kind of ['absolute', 'tunnel'] as const) {
    const answer = await through(kind, url);
    expect(answer.status).toBe(502);
    expect(answer.headers['x-jdci-proxy-error']).toBe(problem);
  }
});

it.each(['absolute', 'tunnel'] as const)('cuts the connection where the host does (%s)', async (kind) => {
  await expect(through(kind, 'http://10.0.0.5:8080/reset')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

it.each(['absolute', 'tunnel'] as const)('tells of its own defects and goes on (%s)', async (kind) => {
  sandbox.reports.length = 0;
  expect((await through(kind, 'http://10.0.0.5:8080/defect')).status).toBe(500);
  expect(sandbox.reports).toEqual(['a request failed inside the sandbox: Error: a defect']);
  expect((await through(kind, 'http://ci.example/')).body).toBe('front door');
});

it('never answers for a host that hangs, and outlives a client that gives up', async () => {
  received = [];
  const socket = connect(sandbox.port, '127.0.0.1');
  const got: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => got.push(chunk));
  socket.write('GET http://10.0.0.5:8080/hang HTTP/1.1\r\nhost: 10.0.0.5:8080\r\n\r\n');
  // The next answer comes after the hanging request has been taken in.
  while (received.length === 0) await through('absolute', 'http://ci.example/');
  expect(got).toEqual([]);
  socket.destroy();
  expect((await through('absolute', 'http://ci.example/')).body).toBe('front door');
});

it('puts faults on the network too', async () => {
  sandbox.faults.add([{ service: 'network', operation: '10.0.0.5:*', kind: 'nonsense', count: 1 }]);
  expect((await through('absolute', 'http://ci.example/')).status).toBe(200);
  expect((await through('absolute', 'http://10.0.0.5:8080/')).body).toContain('<h1>502 Bad Gateway</h1>');
  expect((await through('absolute', 'http://10.0.0.5:8080/')).status).toBe(201);
});
