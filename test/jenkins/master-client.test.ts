import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/debug-log.ts';
import { MasterClient } from '../../src/jenkins/master-client.ts';
import { directRoad, proxyRoad } from '../../src/jenkins/roads.ts';
import { json, type Serving, serve } from './serving.ts';

const answers: Readonly<Record<string, unknown>> = {
  '/api/json': {
    _class: 'hudson.model.Hudson',
    quietingDown: false,
    jobs: [{ name: 'web\u202Eimage', color: 'blue' }],
  },
  '/computer/api/json': {
    busyExecutors: 1,
    totalExecutors: 3,
    computer: [
      {
        _class: 'hudson.model.Hudson$MasterComputer',
        displayName: 'Built-In Node',
        idle: true,
        offline: false,
        temporarilyOffline: false,
        offlineCauseReason: '',
        assignedLabels: [{ name: 'built-in' }],
        executors: [{ progress: -1, likelyStuck: false, currentExecutable: null }],
      },
      {
        _class: 'hudson.plugins.ec2.EC2Computer',
        displayName: 'EC2 (jdci-a) - docker (i-0aa11bb22cc33dd44)',
        idle: false,
        offline: false,
        assignedLabels: [{ name: 'docker' }, {}],
        executors: [
          { progress: 40, likelyStuck: false, currentExecutable: { number: 7, url: 'http://farm/job/web%20image/7/' } },
        ],
      },
    ],
  },
  '/queue/api/json': {
    items: [
      {
        _class: 'hudson.model.Queue$BuildableItem',
        id: 12,
        why: 'There are no nodes with the label ‘docker’',
        stuck: true,
        pending: false,
        inQueueSince: 1000,
        buildableStartMilliseconds: 2000,
        task: { name: 'web-image', labelExpression: 'docker' },
      },
      { _class: 'hudson.model.Queue$BlockedItem', id: 13, inQueueSince: 1000, task: {} },
    ],
  },
};

describe('a client of one master', () => {
  let serving: Serving | undefined;
  afterEach(() => serving?.close());

  const client = (url: string, over: Partial<ConstructorParameters<typeof MasterClient>[0]> = {}) =>
    new MasterClient({
      address: { slot: 'a', url },
      access: { username: 'viewer', apiToken: '11ab' },
      road: directRoad,
      clock: systemClock,
      log: silentLog,
      timeoutMs: 2_000,
      ...over,
    });
  const master = (response: ServerResponse, url: string) =>
    json(response, answers[url.split('?')[0] ?? ''], { 'x-jenkins': '2.580.1', 'x-jenkins-session': 'abc' });
  const failing = async (answer: (response: ServerResponse) => void, over = {}) => {
    serving = await serve((_, response) => answer(response));
    return client(serving.url, over)
      .facts()
      .then(
        () => 'no problem',
        (error: { problem: unknown }) => error.problem,
      );
  };

  it('asks three things with tree and the token, and reads them', async () => {
    serving = await serve((request, response) => master(response, request.url ?? ''));
    const facts = await client(serving.url).facts();
    expect(facts).toMatchObject({
      slot: 'a',
      version: '2.580.1',
      session: 'abc',
      quietingDown: false,
      jobs: [{ name: 'webimage', color: 'blue' }],
      busyExecutors: 1,
      computers: [
        { builtIn: true, labels: ['built-in'] },
        {
          builtIn: false,
          instanceId: 'i-0aa11bb22cc33dd44',
          labels: ['docker'],
          executors: [{ progress: 40, build: { name: 'web image #7' } }],
        },
      ],
      queue: [
        { id: 12, job: 'web-image', label: 'docker', kind: 'buildable', buildableSince: 2000, stuck: true },
        { id: 13, job: '', why: '', kind: 'blocked' },
      ],
    });
    expect(serving.requests).toHaveLength(3);
    expect(serving.requests.every(({ url }) => url.includes('?tree='))).toBe(true);
    const basic = `Basic ${Buffer.from('viewer:11ab').toString('base64')}`;
    expect(new Set(serving.requests.map(({ authorization }) => authorization))).toEqual(new Set([basic]));
  });

  it.each([
    [401, {}, 'auth', '401'],
    [403, {}, 'denied', '403'],
    [407, {}, 'auth', '407'],
    [502, {}, 'unreachable', '502'],
    [504, {}, 'unreachable', '504'],
    [404, {}, 'nonsense', undefined],
    [302, { location: '/login' }, 'nonsense', undefined],
  ])('makes a problem of a %i', async (status, headers, kind, code) => {
    const problem = await failing((response) => response.writeHead(status, headers).end('<html>'));
    expect(problem).toMatchObject({ kind, ...(code ? { code } : {}) });
  });

  it('calls a 503 booting', async () => {
    const problem = await failing((response) => response.writeHead(503, { 'content-type': 'text/html' }).end('wait'));
    expect(problem).toMatchObject({ kind: 'unreachable', message: 'booting' });
  });

  it.each([
    ['an empty 200', (response: ServerResponse) => void response.writeHead(200).end()],
    ['HTML', (response: ServerResponse) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')],
    [
      'broken JSON',
      (response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
    ],
    ['null', (response: ServerResponse) => json(response, null)],
    ['other JSON', (response: ServerResponse) => json(response, { hello: 1 })],
  ])('survives %s', async (_, answer) => {
    expect(await failing(answer)).toMatchObject({ kind: 'nonsense' });
  });

  it('does not wait for ever', async () => {
    expect(await failing(() => {}, { timeoutMs: 30 })).toMatchObject({ kind: 'timeout' });
  });

  it('stops waiting when told to', async () => {
    serving = await serve(() => {});
    const stop = new AbortController();
    const asking = client(serving.url, { timeoutMs: 200 }).facts(stop.signal);
    stop.abort(new Error('stopped'));
    await expect(asking).rejects.toThrow('stopped');
  });

  it('says that nobody listens', async () => {
    serving = await serve(() => {});
    const { url } = serving;
    await serving.close();
    await expect(client(url).facts()).rejects.toMatchObject({
      problem: {
        kind: 'unreachable',
        message: expect.stringMatching(/no connection to 127.*directly: refused/),
        code: 'ECONNREFUSED',
      },
    });
  });

  it('goes through a proxy with the whole URL in the request line, and again on the kept connection', async () => {
    serving = await serve((request, response) => master(response, new URL(request.url ?? '').pathname));
    const through = client('http://10.0.0.5:8080', { road: await proxyRoad(serving.url) });
    expect((await through.facts()).session).toBe('abc');
    expect((await through.facts()).session).toBe('abc');
    expect(serving.requests).toHaveLength(6);
    expect(serving.requests.every(({ url }) => url.startsWith('http://10.0.0.5:8080/'))).toBe(true);
  });

  it('tells a proxy that finds no way from a master that answers', async () => {
    serving = await serve((_, response) =>
      response.writeHead(502, { 'x-jdci-proxy-error': 'unroutable', 'content-type': 'text/plain' }).end('no'),
    );
    const through = client('http://10.0.0.5:8080', { road: await proxyRoad(serving.url) });
    await expect(through.facts()).rejects.toMatchObject({
      problem: { kind: 'unreachable', message: `no way to 10.0.0.5:8080 through ${serving.url}: unroutable` },
    });
  });
});
