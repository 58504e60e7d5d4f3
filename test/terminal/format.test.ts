import { describe, expect, it } from 'vitest';
import { age, count, duration, latency, shortId, timeOfDay } from '../../src/terminal/format.ts';
import { severityMark, stackMark, stateMark } from '../../src/terminal/glyphs.ts';
import { bar, sparkline } from '../../src/terminal/sparkline.ts';
import { makeTheme } from '../../src/terminal/theme.ts';

describe('format', () => {
  it('says ages short, rounded down', () => {
    expect([0, 4_900, 59_999, 60_000, 3_599_000, 3_600_000, 47 * 3_600_000, 72 * 3_600_000].map(age)).toEqual([
      '0s',
      '4s',
      '59s',
      '1m',
      '59m',
      '1h',
      '47h',
      '3d',
    ]);
    expect(age(-5)).toBe('0s');
  });

  it('says durations to the second', () => {
    expect([4, 100, 59.6, 7_500].map(duration)).toEqual(['4s', '1m40s', '1m00s', '2h05m']);
  });

  it('shortens AWS ids only', () => {
    expect(shortId('i-0c2d4e6f8a1b3c91f')).toBe('i-0c2…91f');
    expect(shortId('jdci-lb')).toBe('jdci-lb');
    expect(shortId('i-0c2d4e')).toBe('i-0c2d4e');
  });

  it('keeps what is not known apart from zero', () => {
    expect(latency(null)).toBe('—');
    expect(latency(0)).toBe('0ms');
    expect(latency(1_440)).toBe('1.4s');
    expect(sparkline([0, null, 5, 10], 4)).toBe('▁·▅█');
  });

  it('counts in words', () => {
    expect(count(1, 'host')).toBe('1 host');
    expect(count(0, 'host')).toBe('0 hosts');
    expect(timeOfDay(Date.UTC(2026, 0, 1, 14, 2, 11))).toBe('14:02:11');
  });

  it('draws bars within their width', () => {
    expect(bar(0.5, 8)).toBe('████░░░░');
    expect(bar(7, 4)).toBe('████');
    expect(bar(-1, 4)).toBe('░░░░');
    expect(sparkline([1, 2, 3], 2)).toHaveLength(2);
  });
});

describe('marks', () => {
  it('give each severity a glyph, a word and a tone of its own', () => {
    const marks = (['ok', 'warning', 'critical', 'unknown'] as const).map(severityMark);
    for (const part of ['glyph', 'word', 'tone'] as const)
      expect(new Set(marks.map((mark) => mark[part])).size).toBe(4);
  });

  it('never show an unknown state as fine', () => {
    expect(stateMark('SOMETHING_NEW').tone).toBe('warning');
    expect(stateMark('').tone).toBe('unknown');
    expect(stateMark('unseen').tone).toBe('unknown');
    expect(stateMark('RUNNING').tone).toBe('ok');
  });

  it('tell a rollback from a success', () => {
    expect(stackMark('CREATE_COMPLETE').tone).toBe('ok');
    expect(stackMark('ROLLBACK_COMPLETE').tone).toBe('critical');
    expect(stackMark('UPDATE_ROLLBACK_IN_PROGRESS').tone).toBe('warning');
    expect(stackMark('CREATE_IN_PROGRESS').tone).toBe('moving');
  });
});

describe('theme', () => {
  it('has no colour when none is wanted', () => {
    expect(Object.values(makeTheme(false)).some((look) => look.color !== undefined)).toBe(false);
    expect(makeTheme(true).critical.color).toBeDefined();
  });
});
