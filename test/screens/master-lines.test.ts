import { describe, expect, it } from 'vitest';
import { joinFarm } from '../../src/farm/joined.ts';
import { seen, unseen } from '../../src/farm/reading.ts';
import type { Snapshot } from '../../src/farm/snapshot.ts';
import { masterLines, masterTitle } from '../../src/screens/master-lines.ts';
import { plainText } from '../../src/terminal/spans.ts';
import { now, service, slotDown, snapshot, task, unreachable } from '../farm-fixture.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

function shown(slot: 'a' | 'b', of: Snapshot, width = 120): string {
  const found = joinFarm(of).slots.find((one) => one.slot === slot);
  if (!found) throw new Error(`no slot ${slot}`);
  return [masterTitle(found, now), ...masterLines(found, of, now, width)].map(plainText).join('\n');
}

describe('a master in full', () => {
  it('shows where it runs and what Jenkins says', () => {
    const text = shown('a', snapshot());
    expect(text).toContain('Master (controller) of slot a  ● serving  for 3h');
    expect(text).toContain('jdci-master-a  ACTIVE, 1 of 1 running, 0 pending');
    expect(text).toMatch(/task +91ac0{27}1 {2}RUNNING {2}HEALTHY/);
    expect(text).toContain('eu-west-1a  t3.large  172.31.0.10  EC2 running');
    expect(text).toMatch(/Jenkins +2\.580\.1 {2}http:/);
    expect(text).toContain('2 of 3 busy');
    expect(text).toMatch(/EC2 \(jdci-a\) - docker \(i-0aa1b2c3d4e5f61f3\) +busy +█+░+ build-jenkins-master #41/);
    expect(text).toContain('(service jdci-master-a) has reached a steady state.');
  });

  it('shows the image to the last digit, however narrow the screen', () => {
    const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@${digest}`;
    const text = shown('a', snapshot({ tasks: seen([task('a', { image }), task('b')], now) }), 80);
    expect(text.replace(/\n {16}/g, '')).toContain(image);
    const lines = text.split('\n').filter((line) => /dkr\.ecr|^ {16}[0-9a-f]+$/.test(line));
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says why those before it stopped, newest first', () => {
    const stopped = (id: string, secondsAgo: number, stoppedReason: string) =>
      task('b', {
        id,
        arn: id,
        lastStatus: 'STOPPED',
        desiredStatus: 'STOPPED',
        stoppedAt: now - secondsAgo * 1000,
        stopCode: 'EssentialContainerExited',
        stoppedReason,
      });
    const of = snapshot({
      tasks: seen(
        [task('b'), stopped('old00000', 900, 'the older one'), stopped('new00000', 20, 'Essential container exited')],
        now,
      ),
      services: seen([service('a'), service('b')], now),
    });
    const text = shown('b', of);
    expect(text).toContain('Stopped tasks  2');
    expect(text).toMatch(/14:02:21 +20s ago +new00000 +EssentialContainerExited: Essential container exited/);
    expect(text.indexOf('new00000')).toBeLessThan(text.indexOf('old00000'));
  });

  it('keeps what Jenkins said last, and says how old that is', () => {
    const text = shown('b', slotDown());
    expect(text).toContain('? unreachable');
    expect(text).toContain('what follows was seen 14s ago');
  });

  it('never shows as fine what is not seen', () => {
    const steady = snapshot();
    const text = shown(
      'a',
      snapshot({ tasks: unseen(unreachable, steady.tasks), balancer: unseen(unreachable, steady.balancer) }),
    );
    expect(text).toContain('? RUNNING');
    expect(text).toContain('? InService');
  });
});
