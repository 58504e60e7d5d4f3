import { describe, expect, it } from 'vitest';
import { joinFarm } from '../../src/farm/joined.ts';
import { seen, unseen } from '../../src/farm/reading.ts';
import type { ProbeFacts, ProbeSample } from '../../src/farm/snapshot.ts';
import { recentWindow } from '../../src/screens/door-line.ts';
import { doorLines, doorTitle, failureRuns, outcomeCounts } from '../../src/screens/door-lines.ts';
import { plainText, spansWidth } from '../../src/terminal/spans.ts';
import { now, slotDown, snapshot, unreachable } from '../farm-fixture.ts';

/** Requests one a second, the last one at `now`: `.` answered, `x` turned away with 503. */
function samples(course: string): ProbeSample[] {
  return [...course].map((one, at) => ({
    at: now - (course.length - 1 - at) * 1000,
    ok: one === '.',
    ms: 12,
    outcome: one === '.' ? '200' : '503',
  }));
}

function probe(course: string, more: Partial<ProbeFacts> = {}): ProbeFacts {
  const recent = samples(course);
  const failures = recent.filter((sample) => !sample.ok).length;
  return { requests: recent.length, failures, recent, p50Ms: 12, p95Ms: 31, longestOutageSeconds: 0, ...more };
}

describe('the recent window', () => {
  it('is what was asked of late, with the time that it spans', () => {
    const {
      failed,
      spanMs,
      samples: shown,
    } = recentWindow(probe(`${'.'.repeat(117)}xx.`, { requests: 5000, failures: 900 }));
    expect([failed, shown.length, spanMs]).toEqual([2, 120, 120_000]);
  });

  it('begins when the door was open for the first time', () => {
    expect(recentWindow(probe('xxxxxx..x.'))).toMatchObject({ failed: 1, spanMs: 4000 });
  });

  it('hides no failure once the door has been open, nor when it never was', () => {
    expect(recentWindow(probe('xx..', { requests: 400 })).failed).toBe(2);
    expect(recentWindow(probe('xxx')).failed).toBe(3);
    expect(recentWindow(probe(''))).toMatchObject({ failed: 0, spanMs: 0 });
  });
});

describe('the probe’s history', () => {
  it('is told in runs, newest first', () => {
    expect(failureRuns(samples('..xx..x'))).toEqual([
      { from: now, until: undefined, outcomes: ['503'] },
      { from: now - 4000, until: now - 2000, outcomes: ['503', '503'] },
    ]);
    expect(outcomeCounts(samples('..x.'))).toEqual([
      ['200', 3],
      ['503', 1],
    ]);
  });
});

describe('the front door in full', () => {
  const text = (of: ReturnType<typeof snapshot>, width = 120) =>
    doorLines(joinFarm(of), of, now, width).map(plainText).join('\n');

  it('shows name, balancer, health check, hosts with the reason they are out, and what users met', () => {
    const shown = text(slotDown());
    expect(shown).toContain('address      http://jenkins.build.example');
    expect(shown).toContain('HTTP:8080/health/  every 30s, time-out 5s');
    expect(shown).toContain('out after 2 failures (1m00s), in after 2 successes (1m00s)');
    expect(shown).toMatch(/● i-07f…3ab +eu-west-1a +InService +slot a +takes users/);
    expect(shown).toMatch(/i-0c2…91f +eu-west-1b +OutOfService +slot b +Instance has failed at least the Unhealthy/);
    expect(shown).toContain('0 of 60 requests failed in 1m');
    expect(shown).toMatch(/answers +200 ×60/);
  });

  it('tells the road from the record to the balancer', () => {
    const steady = snapshot();
    const stack = steady.stack.value;
    if (!stack) throw new Error('the steady farm has a stack');
    const resources = { DnsRecord: 'jenkins.build.example' };
    const parameters = { ...stack.parameters, HostedZoneId: 'Z123' };
    const shown = text({ ...steady, stack: seen({ ...stack, resources, parameters }, now) });
    expect(shown).toContain('jenkins.build.example ─▸ jdci-lb-1.eu-west-1.elb.amazonaws.com');
    expect(shown).toContain('Z123');
    expect(text(steady)).toContain('no record of its own');
  });

  it('shows an outage that goes on', () => {
    const shown = text(snapshot({ probe: seen(probe('...xxx', { requests: 300, longestOutageSeconds: 2 }), now) }));
    expect(shown).toMatch(/✕ 14:02:39 {2}3 failed for 2s and still {2}503/);
  });

  it('never shows as fine what is not seen', () => {
    const steady = snapshot();
    const stale = snapshot({ balancer: unseen(unreachable, { ...steady.balancer, at: now - 40_000 }) });
    const shown = text(stale);
    expect(shown).toContain('? i-07f…3ab');
    expect(shown).not.toContain('takes users');
    expect(plainText(doorTitle(joinFarm(stale), stale, now))).toContain('was 2/2, seen 40s ago: unreachable');
    expect(text(snapshot({ balancer: { problem: unreachable } }))).toContain('→ check the road to the masters');
  });

  it.each([80, 120])('fits %i columns', (width) => {
    for (const line of doorLines(joinFarm(slotDown()), slotDown(), now, width))
      expect(spansWidth(line)).toBeLessThanOrEqual(width);
  });
});
