import { describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '../../src/core/clock.ts';
import { type Outcome, Probe, quantile } from '../../src/farm/probe.ts';
import { requestHead } from '../../src/jenkins/request-head.ts';
import { directRoad } from '../../src/jenkins/roads.ts';
import { serve } from '../jenkins/serving.ts';

function probing(outcomes: Outcome[], tookMs = 0) {
  const clock = new ManualClock();
  const asked: { url: string; at: number }[] = [];
  const probe = new Probe({
    road: directRoad,
    clock,
    ask: async (url) => {
      asked.push({ url, at: clock.wall() });
      if (tookMs > 0) await clock.after(tookMs);
      return outcomes.shift() ?? { status: 200 };
    },
  });
  probe.aim('http://door.example');
  return { clock, probe, asked };
}

describe('the probe', () => {
  it('asks nobody before it knows where the door is', async () => {
    const { probe, asked } = probing([]);
    probe.aim(undefined);
    expect(await probe.sample()).toBeUndefined();
    expect(asked).toEqual([]);
    expect(probe.facts()).toMatchObject({ requests: 0, p50Ms: null, p95Ms: null });
  });

  it('asks for the sign-in page once a second, counted from start to start', async () => {
    const { clock, probe, asked } = probing([], 300);
    probe.start();
    probe.start();
    await clock.advance(3_500);
    probe.stop();
    await clock.advance(10_000);
    expect(asked.map(({ at }) => at)).toEqual([0, 1000, 2000, 3000]);
    expect(asked[0]?.url).toBe('http://door.example/login');
    expect(probe.facts()).toMatchObject({ requests: 4, failures: 0, p50Ms: 300 });
  });

  it('never has two requests open, however slow the door is', async () => {
    const { clock, probe, asked } = probing([], 2_500);
    probe.start();
    await clock.advance(6_000);
    probe.stop();
    expect(asked.map(({ at }) => at)).toEqual([0, 2500, 5000]);
  });

  it('counts failures and the longest outage, from the first failure to the next answer', async () => {
    const { clock, probe } = probing([
      { status: 200 },
      { status: 503 },
      { failure: 'time-out' },
      { status: 504 },
      { status: 302 },
      { status: 500 },
    ]);
    const heard: string[] = [];
    probe.on((sample) => heard.push(`${sample.outcome} ${sample.ok}`));
    probe.start();
    await clock.advance(5_100);
    probe.stop();
    expect(heard).toEqual(['200 true', '503 false', 'time-out false', '504 false', '302 true', '500 false']);
    expect(probe.facts()).toMatchObject({ requests: 6, failures: 4, longestOutageSeconds: 3 });
  });

  it('counts an outage that goes on until now', async () => {
    const { clock, probe } = probing([{ status: 503 }, { status: 503 }, { status: 503 }]);
    probe.start();
    await clock.advance(2_000);
    probe.stop();
    expect(probe.facts().longestOutageSeconds).toBe(2);
  });

  it('keeps the last 120 samples', async () => {
    const { probe } = probing([]);
    for (let index = 0; index < 130; index++) await probe.sample();
    expect(probe.facts().requests).toBe(130);
    expect(probe.facts().recent).toHaveLength(120);
  });

  it('gives quantiles by rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([quantile(values, 0.5), quantile(values, 0.95), quantile([7], 0.95), quantile([], 0.5)]).toEqual([
      50,
      95,
      7,
      null,
    ]);
  });
});

describe('one request of a user', () => {
  it('meets a status, a refusal, or silence', async () => {
    const serving = await serve((request, response) => {
      if (request.url === '/login') response.writeHead(503).end('no');
    });
    expect(await requestHead(`${serving.url}/login`, directRoad, 1_000)).toEqual({ status: 503 });
    expect(await requestHead(`${serving.url}/silent`, directRoad, 30)).toEqual({ failure: 'time-out' });
    await serving.close();
    expect(await requestHead(`${serving.url}/login`, directRoad, 1_000)).toEqual({ failure: 'refused' });
  });

  it('is a user that does not keep the connection', async () => {
    const serving = await serve((request, response) => {
      response.writeHead(request.headers.connection === 'close' ? 200 : 500).end();
    });
    const probe = new Probe({ road: directRoad, clock: systemClock });
    probe.aim(serving.url);
    expect((await probe.sample())?.outcome).toBe('200');
    await serving.close();
  });
});
