import { describe, expect, it } from 'vitest';
import { seen } from '../../src/farm/reading.ts';
import {
  briefEvent,
  budgetBar,
  drillLines,
  elapsedSeconds,
  layersNow,
  userBar,
} from '../../src/screens/drill-lines.ts';
import { plainText, spansWidth } from '../../src/terminal/spans.ts';
import { drill, progress, report, targets } from '../drill-fixture.ts';
import { now, slotDown, snapshot, unreachable } from '../farm-fixture.ts';

const [target] = targets;
const sample = (at: number, ok: boolean) => ({ at, ok, ms: 12, outcome: ok ? '200' : 'refused' });

describe('budgetBar', () => {
  it('fills with time, marks the prediction, and warns past each', () => {
    const at = (seconds: number) => budgetBar(progress({ injectedAt: now - seconds * 1000 }), now, 24);
    expect(plainText(at(60))).toBe(`${'█'.repeat(6)}${'░'.repeat(4)}┼${'░'.repeat(13)}`);
    expect(at(60)[0]?.tone).toBe('moving');
    expect(at(150)[0]?.tone).toBe('warning');
    expect(at(300)[0]?.tone).toBe('critical');
    expect(spansWidth(at(300))).toBe(24);
  });

  it('stands still once recovered', () => {
    expect(elapsedSeconds(progress({ recoverSeconds: 98 }), now + 600_000)).toBe(98);
    expect(elapsedSeconds(progress({ injectedAt: undefined }), now)).toBe(0);
  });
});

describe('userBar', () => {
  it('has a column a request and hides no failure when there are more', () => {
    expect(plainText(userBar([sample(1, true), sample(2, false), sample(3, true)], 10))).toBe('█▁█');
    const many = Array.from({ length: 100 }, (_, at) => sample(at, at !== 55));
    const bar = plainText(userBar(many, 10));
    expect(bar).toHaveLength(10);
    expect(bar.match(/▁/g)).toHaveLength(1);
    expect(userBar([], 10)).toEqual([]);
  });
});

describe('layersNow', () => {
  it('says how each layer stands, and what is not seen', () => {
    expect(layersNow(slotDown())).toEqual({
      ELB: 'in service 1/2',
      ECS: 'running 1/2',
      ASG: '3/3',
      EC2: 'hosts running 3/3',
      Jenkins: 'answering 1/2',
    });
    const blind = snapshot({ balancer: { ...seen(snapshot().balancer.value, now), problem: unreachable } as never });
    expect(layersNow(blind).ELB).toBe('not seen');
    expect(layersNow(undefined).ECS).toBe('not seen');
  });
});

describe('briefEvent', () => {
  it('leaves out asides, details and most of an id', () => {
    expect(briefEvent('i-01b53f2a8d52f70db (slot a) out of service: Instance has not passed')).toBe(
      'i-01b…0db out of service',
    );
    expect(briefEvent('x'.repeat(60))).toHaveLength(34);
  });
});

describe('drillLines', () => {
  if (!target) throw new Error('the fixture has no target');
  const state = { drill, target, running: true, stopping: false };
  const text = (more: object, height = 30) =>
    drillLines({ ...state, ...more }, snapshot(), now, 100, height)
      .map(plainText)
      .join('\n');

  it('shows the requests since the injection only', () => {
    // The probe of the fixture asks once a second: 30 of its samples are of the 30 s since.
    expect(text({ progress: progress() })).toMatch(/├ user {4}█{30} +30 requests · 0 failed/);
  });

  it('says what is under way, what is next, that it is being stopped', () => {
    expect(text({ progress: progress() })).toContain('└ watching the farm heal   detected after 4s');
    expect(text({ progress: progress(), stopping: true })).toContain('stopping: rolling back');
    expect(text({ progress: progress({ injectedAt: undefined, phase: 'steady-before' }) })).toContain(
      'the fault is not in yet',
    );
  });

  it('ends with the verdict and the report, or with why there is none', () => {
    const over = { running: false, progress: progress({ phase: 'done', recoverSeconds: 98 }) };
    expect(text({ ...over, report: report() })).toContain('● PASS');
    expect(text({ ...over, report: report({ verdict: 'inconclusive', recoverSeconds: null }) })).toMatch(
      /\? INCONCLUSIVE[\s\S]*recovered — ± 2s/,
    );
    expect(
      text({
        running: false,
        problem: { kind: 'refused', source: '', message: 'another drill runs', advice: 'wait for it' },
      }),
    ).toMatch(/✕ another drill runs +\n → wait for it/);
  });

  it('never exceeds its place', () => {
    for (const height of [5, 9, 21]) {
      const lines = drillLines({ ...state, progress: progress(), report: report() }, snapshot(), now, 80, height);
      expect(lines.length).toBeLessThanOrEqual(height);
      for (const line of lines) expect(spansWidth(line)).toBe(80);
    }
  });
});
