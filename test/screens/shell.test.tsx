import stringWidth from 'string-width';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../../src/core/problem.ts';
import { seen } from '../../src/farm/reading.ts';
import type { InstanceFacts, Snapshot } from '../../src/farm/snapshot.ts';
import { AccountControl } from '../../src/hooks/use-account.ts';
import { FaultsControl, type SandboxFaults } from '../../src/hooks/use-faults.ts';
import { InterruptedControl } from '../../src/hooks/use-interrupted.ts';
import { safeLine } from '../../src/terminal/safe-text.ts';
import { drill, pastDrill, progress, report, targetB, targets } from '../drill-fixture.ts';
import {
  agent,
  FakeStore,
  fakeSession,
  host,
  master,
  now,
  slotDown,
  slotDownVerdict,
  snapshot,
  view,
} from '../farm-fixture.ts';
import { keys, type Mounted, mount } from './headless-terminal.ts';
import { loadedWith, SizedShell } from './loaded-fixture.tsx';

let mounted: Mounted | undefined;
afterEach(() => {
  mounted?.unmount();
  mounted = undefined;
});

const wide = { columns: 120, rows: 40 };
const small = { columns: 80, rows: 24 };

const noFaults: SandboxFaults = {
  active: async () => [],
  put: async () => [],
  write: async () => [],
  clear: async () => [],
};

function manyAgents(count: number): Snapshot {
  const instances: InstanceFacts[] = Array.from({ length: count }, (_, at) =>
    agent(0, { id: `i-0${at.toString(16).padStart(16, '0')}`, launchedAt: now - (count - at) * 1000 }),
  );
  return snapshot({ instances: seen([host(0), host(1), host(2), ...instances], now) });
}

describe('the overview', () => {
  it('shows the farm from the front door to the queue at 120×40', async () => {
    const store = new FakeStore(view({ snapshot: slotDown(), verdict: slotDownVerdict }));
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, wide);
    const lines = mounted.lines();
    expect(lines[0]).toMatch(/^ jdci {2}eu-west-1 · 123456789012 · SANDBOX ×10 +▲ WARNING {2}1 of 2 masters serving$/);
    expect(lines[2]).toBe(
      ' ▲  14s  slot b has no serving master: task stopped by operator, its replacement is PENDING',
    );
    expect(lines[3]).toBe('         → expected back in 1m40s; the front door is served by slot a');
    expect(lines[6]).toBe(
      ' jenkins.build.example ─▸ ELB ● open 1/2 in service  p50 12ms ▄▄▄▄·▄█▄  0 of 60 requests failed in 1m',
    );
    expect(lines[8]).toMatch(
      /^ ├─▸ {2}eu-west-1a {3}● i-07f…3ab {3}ready .*● a serving .* 3h {2}2\.580\.1 +2\/3 {6}1$/,
    );
    expect(lines[9]).toMatch(/^ ├─✕ {2}eu-west-1b .*◌ b pending .*PENDING {5}12s {2}unreachable/);
    expect(lines[10]).toMatch(/^ │ {4}eu-west-1c {3}○ i-0d8…002 {3}spare {6}\(spare\)$/);
    expect(lines.find((line) => line.includes('i-09b…c41'))).toContain('✕ i-09b…c41  b');
    expect(lines.find((line) => line.includes('web-image   '))).toContain('38s  agent i-0ac…9d0 is booting');
    expect(lines[39]).toMatch(/^ 1 overview .* F failure menu .* q quit$/);
  });

  it('keeps the essentials at 80×24', async () => {
    const store = new FakeStore(view({ snapshot: slotDown(), verdict: slotDownVerdict }));
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, small);
    const lines = mounted.lines();
    const text = lines.join('\n');
    for (const essential of [
      'SANDBOX ×10',
      '▲ WARNING',
      'slot b has no serving',
      '0 of 60 failed in 1m',
      '◌ b pending',
      '● a serving',
      'i-09b…c41',
      'F failure menu',
      'q quit',
    ]) {
      expect(text).toContain(essential);
    }
    expect(lines).toHaveLength(24);
    expect(lines[23]).toContain('? help');
  });

  it('says so when nothing is wrong, and does not move what is below', async () => {
    const store = new FakeStore(view());
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, wide);
    const before = mounted.lines();
    expect(before[2]).toContain('● nothing needs you   looked every 2s, 14 calls in 210ms');
    store.publish(view({ snapshot: slotDown(), verdict: slotDownVerdict }));
    await mounted.settle();
    const after = mounted.lines();
    const at = (lines: string[], part: string) => lines.findIndex((line) => line.includes(part));
    for (const part of ['ELB ●', 'ZONE', 'Agents (slaves)', 'Queue', 'Events'])
      expect(at(after, part), part).toBe(at(before, part));
  });

  it('never shows as fine what is not seen', async () => {
    const steady = snapshot();
    const problem = {
      kind: 'denied',
      source: 'ec2:DescribeInstances',
      message: 'ec2:DescribeInstances is denied',
      advice: 'add it',
    } as const;
    const store = new FakeStore(
      view({
        snapshot: snapshot({
          instances: { value: steady.instances.value, at: now - 40_000, problem },
          balancer: { problem },
        }),
      }),
    );
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, wide);
    const text = mounted.text();
    expect(text).toContain('? seen 40s ago: ec2:DescribeInstances is denied');
    expect(text).toMatch(/ELB .*\? unseen +not seen: ec2:DescribeInstances is denied/);
    expect(text).not.toContain('├─▸');
  });

  it('counts what does not fit instead of hiding it, those in need first', async () => {
    const store = new FakeStore(view({ snapshot: manyAgents(60) }));
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, small);
    expect(mounted.text()).toMatch(/Agents \(slaves\) {2}60 of cap 10/);
    expect(mounted.text()).toMatch(/and 5\d more: 5 agents/);
  });
});

describe('every screen', () => {
  it.each([wide, small, { columns: 97, rows: 31 }])('fits $columns×$rows and is whole after a resize', async (size) => {
    const store = new FakeStore(view({ snapshot: manyAgents(60), verdict: slotDownVerdict }));
    const loaded = loadedWith(store, { drills: [drill] });
    const faults = new FaultsControl(noFaults, loaded.session, store);
    mounted = await mount(<SizedShell loaded={{ ...loaded, faults }} />, size);
    for (const key of ['1', '2', '3', '4', '5', '6', '7', '0', 'F', 'D', 'X', '?']) {
      await mounted.press(key);
      const lines = mounted.lines();
      expect(lines[0], key).toContain('SANDBOX ×10');
      expect(lines[1], key).toBe('─'.repeat(size.columns));
      expect(lines.at(-1), key).toMatch(/quit|back|help/);
      for (const line of lines) expect(stringWidth(line), `${key}: ${line}`).toBeLessThanOrEqual(size.columns);
      if (key === 'F' || key === 'X' || key === '?') await mounted.press(keys.esc);
    }
    await mounted.press('1');
    await mounted.resize(120, 40);
    const grown = mounted.lines();
    await mounted.resize(83, 25);
    await mounted.resize(120, 40);
    expect(mounted.lines()).toEqual(grown);
    expect(grown.filter((line) => line.includes('SANDBOX'))).toHaveLength(1);
  });

  it.each([wide, small])(
    'keeps its shape at $columns×$rows whatever the names are, and with no agent at all',
    async (size) => {
      const long = 'a-job-whose-name-nobody-thought-about-when-it-was-made-/feature/'.repeat(4);
      const names = [long, '部品ビルド'.repeat(20), '👩‍👩‍👧‍👦 family build', 'naïve\u0301'].map(safeLine);
      const jobs = names.map((name) => ({ name, color: 'blue_anime' }));
      const queue = names.map((job, id) => ({
        id,
        job,
        why: long,
        since: now,
        stuck: true,
        kind: 'buildable' as const,
      }));
      const store = new FakeStore(
        view({
          snapshot: snapshot({
            instances: seen([host(0), host(1), host(2)], now),
            masters: { a: seen(master('a', { jobs, queue, computers: [] }), now), b: seen(master('b'), now) },
          }),
          verdict: {
            ...slotDownVerdict,
            findings: names.map((name, at) => ({
              id: `f${at}`,
              severity: 'warning' as const,
              subject: name,
              message: name,
              since: now,
              advice: long,
            })),
          },
          changes: names.map((event) => ({ at: now, source: 'Jenkins', event, severity: 'ok' as const })),
        }),
      );
      mounted = await mount(<SizedShell loaded={loadedWith(store)} />, size);
      for (const key of ['1', '2', '3', '4', '5', '6', '7', '0', '2\r']) {
        await mounted.press(key);
        const lines = mounted.lines();
        expect(lines[0], key).toContain('SANDBOX ×10');
        expect(lines[1], key).toBe('─'.repeat(size.columns));
        expect(lines.at(-1), key).toMatch(/q quit$/);
        for (const line of lines) expect(stringWidth(line), `${key}: ${line}`).toBeLessThanOrEqual(size.columns);
      }
      await mounted.press('1');
      expect(mounted.text()).toContain('none: they come when a build waits');
    },
  );

  it('asks for more room below 80×24', async () => {
    mounted = await mount(<SizedShell loaded={loadedWith(new FakeStore())} />, { columns: 70, rows: 20 });
    expect(mounted.lines()[0]).toBe('needs 80×24, has 70×20: more room, please (q quits)');
    await mounted.resize(80, 24);
    expect(mounted.lines()[0]).toContain('SANDBOX');
  });
});

describe('a table', () => {
  it('keeps the selected thing selected when the rows change', async () => {
    const store = new FakeStore(view({ snapshot: manyAgents(5) }));
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, wide);
    await mounted.press('5');
    await mounted.press('jj');
    const selected = () => mounted?.lines().find((line) => line.startsWith('▸'));
    expect(selected()).toContain('i-00000000000000002');
    const more = manyAgents(5).instances.value ?? [];
    store.publish(
      view({ snapshot: snapshot({ instances: seen([agent(0, { launchedAt: now - 90_000 }), ...more], now) }) }),
    );
    await mounted.settle();
    expect(selected()).toContain('i-00000000000000002');
    expect(mounted.lines()[2]).toMatch(/4\/6$/);
  });

  it('redraws two rows and the detail when the cursor moves among 1,000', async () => {
    const store = new FakeStore(view({ snapshot: manyAgents(1000) }));
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, wide);
    await mounted.press('5');
    mounted.takeWritten();
    await mounted.press('j');
    expect(mounted.takeWritten().length).toBeLessThan(900);
  });

  it('filters as one types, and takes a whole chunk of keys', async () => {
    const store = new FakeStore(view());
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, wide);
    await mounted.press('5');
    await mounted.press('/orphan\r');
    expect(mounted.lines()[2]).toContain('/orphan  1 of 4');
    expect(mounted.lines()[4]).toContain('i-09b4c5d6e7f809c41');
    await mounted.press('q');
    expect(mounted.lines()[2]).toContain('/orphan');
  });

  it('takes letters as text while filtering', async () => {
    const quit = vi.fn();
    mounted = await mount(<SizedShell loaded={loadedWith(new FakeStore())} onQuit={quit} />, wide);
    await mounted.press('6');
    await mounted.press('/q1');
    expect(mounted.lines()[2]).toContain('/q1');
    expect(quit).not.toHaveBeenCalled();
    await mounted.press(keys.esc);
    await mounted.press('q');
    expect(quit).toHaveBeenCalledOnce();
  });

  it('follows new events at the end until the cursor leaves it', async () => {
    const store = new FakeStore();
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, small);
    await mounted.press('7');
    const selected = () => mounted?.lines().find((line) => line.startsWith('▸'));
    expect(selected()).toContain('out of service');
    store.record({ at: now + 1000, source: 'ECS', event: 'task RUNNING', severity: 'ok' });
    await mounted.settle();
    expect(selected()).toContain('task RUNNING');
    await mounted.press('k');
    store.record({ at: now + 2000, source: 'ELB', event: 'in again', severity: 'ok' });
    await mounted.settle();
    expect(selected()).toContain('out of service');
  });
});

describe('a drill', () => {
  it('is chosen, aimed, confirmed by name, shown and reported', async () => {
    const store = new FakeStore();
    let finish: (value: ReturnType<typeof report>) => void = () => {};
    const run = vi.fn(({ onProgress }) => {
      onProgress(progress());
      return new Promise<ReturnType<typeof report>>((resolve) => {
        finish = resolve;
      });
    });
    mounted = await mount(<SizedShell loaded={loadedWith(store, { drills: [drill], run })} />, wide);
    await mounted.press('F');
    expect(mounted.text()).toContain('▸ ● Kill a master task');
    expect(mounted.text()).toContain('Predicted recovery 1m40s, budget 4m00s.');
    await mounted.press(keys.enter);
    expect(mounted.text()).toContain('▸ ● slot b · task 44e0');
    await mounted.press(keys.enter);
    expect(mounted.text()).toContain('type slot-b to confirm:');
    await mounted.press('slot-x\r');
    expect(run).not.toHaveBeenCalled();
    await mounted.press(keys.backspace);
    await mounted.press('b\r');
    expect(run).toHaveBeenCalledOnce();
    expect(run.mock.calls[0]?.[0]).toMatchObject({ drill, target: targetB });
    const text = mounted.text();
    expect(mounted.lines()[2]).toMatch(
      /^ DRILL kill-master-task · slot b .*running 30s of budget 4m00s · predicted 1m40s$/,
    );
    expect(text).toMatch(/├ ECS +●task gone \+4s .*running 2\/2/);
    expect(text).toMatch(/├ ELB +●out of service \+20s .*in service 2\/2/);
    expect(text).toContain('30 requests · 0 failed · longest outage 0s');
    expect(text).toContain('next: task RUNNING');
    finish(report());
    await mounted.settle();
    expect(mounted.text()).toContain('● PASS  recovered within the budget, no user was turned away');
    expect(mounted.text()).toContain('/home/op/.local/state/jdci-tui/drills/20260101');
  });

  it('says why it is refused and does not start', async () => {
    const run = vi.fn();
    const refuse = () => ({ reason: 'slot b is the last healthy master', advice: 'wait until slot a serves' });
    mounted = await mount(<SizedShell loaded={loadedWith(new FakeStore(), { drills: [drill], run, refuse })} />, wide);
    await mounted.press('F');
    expect(mounted.text()).toContain('✕ refused: slot b is the last healthy master');
    expect(mounted.text()).toContain('→ wait until slot a serves');
    await mounted.press('\r\rslot-b\r');
    expect(run).not.toHaveBeenCalled();
  });

  it('goes on while the board is looked at, and is asked about before quitting', async () => {
    const quit = vi.fn();
    const store = new FakeStore();
    const loaded = loadedWith(store, { drills: [drill] });
    mounted = await mount(<SizedShell loaded={loaded} onQuit={quit} />, wide);
    loaded.drill.start(drill, targetB);
    await mounted.settle();
    expect(mounted.lines()[0]).toContain('◌ drill kill-master-task');
    await mounted.press('q');
    expect(mounted.text()).toContain('Quitting stops it');
    await mounted.press('n');
    expect(quit).not.toHaveBeenCalled();
    await mounted.press('qy');
    expect(quit).toHaveBeenCalledOnce();
  });

  it('does not carry a question over to the next drill', async () => {
    const ends: ((value: ReturnType<typeof report>) => void)[] = [];
    const run = () => new Promise<ReturnType<typeof report>>((resolve) => ends.push(resolve));
    const loaded = loadedWith(new FakeStore(), { drills: [drill], run });
    mounted = await mount(<SizedShell loaded={loaded} />, wide);
    loaded.drill.start(drill, targetB);
    await mounted.settle();
    await mounted.press('q');
    expect(mounted.text()).toContain('Quitting stops it');
    ends[0]?.(report());
    await mounted.settle();
    loaded.drill.start(drill, targetB);
    await mounted.settle();
    expect(mounted.lines()[0]).toContain('◌ drill kill-master-task');
    expect(mounted.text()).not.toContain('Quitting stops it');
  });

  it('keeps its question when the target goes, so that the rest of a name is no command', async () => {
    const quit = vi.fn();
    const run = vi.fn(() => new Promise<never>(() => {}));
    let targets = [targetB];
    const moving = { ...drill, action: { ...drill.action, targets: () => targets } };
    const store = new FakeStore();
    const loaded = loadedWith(store, { drills: [moving], run });
    mounted = await mount(<SizedShell loaded={loaded} onQuit={quit} />, small);
    await mounted.press('F\r\rslot');
    expect(mounted.text()).toContain('type slot-b to confirm: slot');
    targets = [];
    store.publish(view());
    await mounted.settle();
    expect(mounted.text()).toContain('The target is gone meanwhile');
    await mounted.press('q');
    expect(quit).not.toHaveBeenCalled();
    await mounted.press(`${keys.backspace}-b\r`);
    expect(run).not.toHaveBeenCalled();
    expect(mounted.text()).not.toContain('to confirm');
  });

  it('hears no key that it cannot show, and keeps what was typed, while there is no room', async () => {
    const quit = vi.fn();
    const loaded = loadedWith(new FakeStore(), { drills: [drill] });
    mounted = await mount(<SizedShell loaded={loaded} onQuit={quit} />, small);
    loaded.drill.start(drill, targetB);
    await mounted.press('7/deploy');
    await mounted.resize(1, 1);
    await mounted.press('qy');
    await mounted.resize(60, 10);
    expect(mounted.lines()[0]).toContain('needs 80×24, has 60×10');
    await mounted.press('q1');
    expect(quit).not.toHaveBeenCalled();
    await mounted.resize(80, 24);
    expect(mounted.text()).toContain('deploy');
    expect(mounted.text()).not.toContain('deployq');
  });

  it('keeps the chosen target when a look at the farm sorts the list anew', async () => {
    let turned = false;
    const sorted = { ...drill.action, targets: () => (turned ? [...targets].reverse() : targets) };
    const store = new FakeStore();
    const loaded = loadedWith(store, { drills: [{ ...drill, action: sorted }] });
    mounted = await mount(<SizedShell loaded={loaded} />, wide);
    await mounted.press('F\r');
    expect(mounted.text()).toMatch(/▸ ● slot b/);
    turned = true;
    store.publish(view({ snapshot: snapshot({ at: now + 2_000 }) }));
    await mounted.settle();
    expect(mounted.text()).toMatch(/▸ ● slot b/);
    await mounted.press('\r');
    expect(mounted.text()).toContain('type slot-b to confirm');
    await mounted.press('slot-a');
    expect(mounted.text()).toContain('not the name');
  });

  it('is not offered read-only', async () => {
    const loaded = loadedWith(new FakeStore(), { drills: [drill], session: fakeSession({ readOnly: true }) });
    mounted = await mount(<SizedShell loaded={loaded} />, wide);
    await mounted.press('F');
    expect(mounted.lines()[0]).toContain('read-only');
    expect(mounted.text()).not.toContain('Failure menu');
    expect(mounted.lines()[39]).not.toContain('failure');
  });
});

describe('before there is a farm', () => {
  it('opens on provisioning', async () => {
    const store = new FakeStore(view({ presence: 'waiting', snapshot: undefined }));
    mounted = await mount(<SizedShell loaded={loadedWith(store)} />, small);
    expect(mounted.text()).toContain('the first look at the farm');
    store.publish(view({ presence: 'absent', snapshot: undefined }));
    await mounted.settle();
    expect(mounted.text()).toContain('There is no farm named jdci in eu-west-1 yet.');
    await mounted.press(keys.esc);
    expect(mounted.text()).toContain('P sets one up.');
  });

  it('says what keeps it from seeing anything', async () => {
    const problem = {
      kind: 'auth',
      source: 'sts',
      message: 'the session has expired',
      advice: 'sign in again: aws sso login',
    } as const;
    mounted = await mount(
      <SizedShell loaded={loadedWith(new FakeStore(view({ presence: 'waiting', snapshot: undefined, problem })))} />,
      small,
    );
    expect(mounted.text()).toContain('✕ the session has expired');
    expect(mounted.text()).toContain('→ sign in again: aws sso login');
  });
});

describe('the header', () => {
  it('names the account as soon as AWS has said it, farm or no farm, and keeps it', async () => {
    const store = new FakeStore(view({ presence: 'waiting', snapshot: undefined }));
    let answer: (account: string) => void = () => {};
    const account = new AccountControl(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    void account.look();
    mounted = await mount(<SizedShell loaded={loadedWith(store, { account })} />, wide);
    expect(mounted.lines()[0]).toMatch(/^ jdci {2}eu-west-1 · SANDBOX ×10/);
    answer('123456789012');
    await mounted.settle();
    for (const presence of ['waiting', 'absent'] as const) {
      store.publish(view({ presence, snapshot: undefined }));
      await mounted.settle();
      expect(mounted.lines()[0], presence).toContain('eu-west-1 · 123456789012 · SANDBOX ×10');
    }
  });
});

describe('one master', () => {
  it('is opened from the table and left for it again, the same row selected', async () => {
    mounted = await mount(<SizedShell loaded={loadedWith(new FakeStore())} />, small);
    await mounted.press('2');
    await mounted.press(keys.enter);
    expect(mounted.lines()[2]).toMatch(/^ Master \(controller\) of slot a {2}● serving .*↓ \d+ more$/);
    expect(mounted.text()).not.toContain('has reached a steady state');
    await mounted.press('G');
    expect(mounted.text()).toContain('has reached a steady state');
    await mounted.press(keys.esc);
    await mounted.press('j');
    await mounted.press(keys.enter);
    expect(mounted.lines()[2]).toContain('Master (controller) of slot b');
    await mounted.press(keys.esc);
    expect(mounted.lines().find((line) => line.startsWith('▸'))).toContain('b serving');
    await mounted.press('5');
    expect(mounted.text()).toContain('Agents (slaves)');
  });
});

describe('drills that were cut off', () => {
  const cutOff = (close: (tell: (line: string) => void) => Promise<void>) => {
    let drills = [pastDrill()];
    return new InterruptedControl({
      find: () => drills,
      close: async (tell) => {
        await close(tell);
        drills = [];
      },
    });
  };

  it('are said first, and are rolled back and closed on enter', async () => {
    const close = vi.fn(async (tell: (line: string) => void) =>
      tell('drill 20260101 was cut off at observe; rolled back'),
    );
    mounted = await mount(<SizedShell loaded={loadedWith(new FakeStore(), { interrupted: cutOff(close) })} />, small);
    expect(mounted.text()).toContain('1 drill of this farm was cut off');
    expect(mounted.text()).toContain('▲ kill-master-task · slot b');
    expect(mounted.text()).toContain('begun 2026-01-01 13:50:00 UTC, cut off with the fault in');
    await mounted.press(keys.enter);
    expect(close).toHaveBeenCalledOnce();
    expect(mounted.text()).toContain('● no drill of this farm is cut off any more');
    expect(mounted.text()).toContain('rolled back');
    await mounted.press(keys.esc);
    expect(mounted.text()).toContain('Agents (slaves)');
  });

  it('can be left for later, and are found again under D', async () => {
    const close = vi.fn(async () => {});
    mounted = await mount(<SizedShell loaded={loadedWith(new FakeStore(), { interrupted: cutOff(close) })} />, small);
    await mounted.press(keys.esc);
    expect(mounted.text()).toContain('Agents (slaves)');
    await mounted.press('D');
    expect(mounted.text()).toContain('was cut off');
    expect(close).not.toHaveBeenCalled();
  });

  it('are not touched read-only', async () => {
    const close = vi.fn(async () => {});
    const loaded = loadedWith(new FakeStore(), {
      interrupted: cutOff(close),
      session: fakeSession({ readOnly: true }),
    });
    mounted = await mount(<SizedShell loaded={loaded} />, small);
    await mounted.press(keys.enter);
    expect(close).not.toHaveBeenCalled();
    expect(mounted.text()).toContain('without --read-only');
  });
});

describe('the sandbox’s faults', () => {
  const open = async (faults: SandboxFaults, more: Parameters<typeof fakeSession>[0] = {}) => {
    const store = new FakeStore();
    const loaded = loadedWith(store, { session: fakeSession(more) });
    mounted = await mount(
      <SizedShell loaded={{ ...loaded, faults: new FaultsControl(faults, loaded.session, store) }} />,
      small,
    );
    await mounted.press('X');
    return { screen: mounted, store };
  };

  it('are put in and taken out, and leave a line in the timeline', async () => {
    let active: Awaited<ReturnType<SandboxFaults['active']>> = [];
    const clear = vi.fn(async () => {
      active = [];
      return active;
    });
    const { screen, store } = await open({
      ...noFaults,
      active: async () => active,
      put: async ({ fault }) => {
        active = [{ ...fault, id: 'f7' }];
        return active;
      },
      clear,
    });
    expect(screen.text()).toContain('no fault is in force');
    await screen.press('j');
    await screen.press(keys.enter);
    expect(screen.lines().find((line) => line.startsWith('▸'))).toMatch(/Master b hangs .*▲ in force/);
    expect(screen.text()).toContain(' ▲ master-hangs slot b');
    expect(store.current().changes.at(-1)).toMatchObject({
      source: 'operator',
      event: expect.stringContaining('Master b'),
    });
    expect(store.refreshes).toBe(1);
    await screen.press(keys.enter);
    expect(clear).toHaveBeenCalledWith('f7');
    expect(screen.text()).toContain('no fault is in force');
  });

  it('are found in the stack too, at each step of CloudFormation', async () => {
    let active: Awaited<ReturnType<SandboxFaults['active']>> = [];
    const { screen } = await open({
      ...noFaults,
      put: async ({ fault }) => {
        active = [{ ...fault, id: 'f8' }];
        return active;
      },
    });
    const chosen = () => screen.lines().find((line) => line.startsWith('▸')) ?? '';
    for (let row = 0; row < 30 && !chosen().includes('never becomes stable'); row++) await screen.press('j');
    expect(chosen()).toMatch(/The next ECS service never becomes stable +the world +○ out/);
    await screen.press(keys.enter);
    expect(chosen()).toMatch(/▲ in force/);
    expect(screen.text()).toContain(' ▲ resource-fails at stabilize resourceType AWS::ECS::Service, 1 more time');
  });

  it('are written when none of the list is what is wanted, and what is refused stays to be mended', async () => {
    const written: string[] = [];
    const refused = { kind: 'refused', source: 's', message: 'service: no service ecx', advice: 'mend it' } as const;
    const { screen, store } = await open({
      ...noFaults,
      write: async (text) => {
        written.push(text);
        if (text.includes('ecx')) throw new ProblemError(refused);
        return [{ ...JSON.parse(text), id: 'f9' }];
      },
    });
    await screen.press('n');
    expect(screen.text()).toContain('fault {"service":"ecs","operation":"StopTask","kind":"throttle","count":5}');
    // Letters are text now, also those that are keys of the list.
    await screen.press('\u0015');
    await screen.press('{"service":"ecx","kind":"cut"}');
    await screen.press(keys.enter);
    expect(screen.text()).toContain('✕ service: no service ecx');
    expect(screen.text()).toContain('fault {"service":"ecx","kind":"cut"}');
    await screen.press('\u0015');
    await screen.press('{"service":"ecs","kind":"cut"}');
    await screen.press(keys.enter);
    expect(screen.text()).toContain(' ▲ cut ecs:*');
    expect(screen.text()).not.toContain(' fault {');
    expect(written).toEqual(['{"service":"ecx","kind":"cut"}', '{"service":"ecs","kind":"cut"}']);
    expect(store.current().changes.at(-1)).toMatchObject({ source: 'operator' });
    await screen.press('n');
    await screen.press(keys.esc);
    expect(screen.text()).toContain('Faults of the sandbox');
    expect(screen.text()).not.toContain(' fault {');
  });

  it('say why one cannot be put in', async () => {
    const problem = {
      kind: 'refused',
      source: 's',
      message: 'no master of slot a is running',
      advice: 'choose another',
    } as const;
    const { screen } = await open({ ...noFaults, put: () => Promise.reject(new ProblemError(problem)) });
    await screen.press(keys.enter);
    expect(screen.text()).toContain('✕ no master of slot a is running');
    expect(screen.text()).toContain('○ out');
  });

  it('are not there read-only', async () => {
    const { screen } = await open(noFaults, { readOnly: true });
    expect(screen.text()).not.toContain('Faults of the sandbox');
  });
});
