import { describe, expect, it } from 'vitest';
import { joinFarm } from '../../src/farm/joined.ts';
import { seen, unseen } from '../../src/farm/reading.ts';
import type { QueueItemFacts } from '../../src/farm/snapshot.ts';
import {
  agent,
  agentOne,
  agentTwo,
  balancer,
  changed,
  computer,
  containerInstance,
  healthy,
  host,
  hostA,
  hostB,
  hostSpare,
  master,
  minute,
  noon,
  problem,
  service,
  task,
} from './snapshots.ts';

const item = (id: number, over: Partial<QueueItemFacts> = {}): QueueItemFacts => ({
  id,
  job: 'web-image',
  label: 'docker',
  why: 'There are no nodes',
  since: noon - 38_000,
  buildableSince: noon - 33_000,
  stuck: false,
  kind: 'buildable',
  ...over,
});

describe('the joined farm', () => {
  it('ties slot, task, host, balancer and master together', () => {
    const { slots, hosts, door } = joinFarm(healthy());
    expect(slots.map(({ slot, state, task: of, host: on }) => [slot, state, of?.id, on?.id])).toEqual([
      ['a', 'serving', '91ac', hostA],
      ['b', 'serving', '44e0', hostB],
    ]);
    expect(hosts.map(({ id, zone, slots: here, spare, state }) => [id, zone, here, spare, state])).toEqual([
      [hostA, 'eu-west-1a', ['a'], false, 'ready'],
      [hostB, 'eu-west-1b', ['b'], false, 'ready'],
      [hostSpare, 'eu-west-1c', [], true, 'ready'],
    ]);
    expect(door).toMatchObject({ state: 'open', inService: 2, registered: 2 });
  });

  const slotB = (tasks: Parameters<typeof seen>[0], over = {}) =>
    joinFarm(healthy({ tasks: seen(tasks as never, noon), ...over })).slots.find((slot) => slot.slot === 'b');

  it.each([
    ['pending', task('b', '55', hostB, { lastStatus: 'PENDING', startedAt: undefined })],
    ['stopping', task('b', '55', hostB, { desiredStatus: 'STOPPED', lastStatus: 'DEACTIVATING' })],
    ['gone', task('b', '55', hostB, { desiredStatus: 'STOPPED', lastStatus: 'STOPPED', stoppedAt: noon - 1000 })],
  ])('calls a slot %s by its only task', (state, only) => {
    expect(slotB([only])?.state).toBe(state);
  });

  it('prefers the task that runs over the one that ends', () => {
    const ending = task('b', 'old', hostB, { desiredStatus: 'STOPPED', lastStatus: 'STOPPING', createdAt: noon });
    expect(slotB([ending, task('b', 'new', hostB)])?.task?.id).toBe('new');
  });

  it('tells booting from failing by the grace period and by what the master says', () => {
    const out = { balancer: seen(balancer({ [hostA]: 'in', [hostB]: 'Instance has failed' }), noon) };
    const young = task('b', 'x', hostB, { startedAt: noon - 4 * minute });
    const old = task('b', 'x', hostB, { startedAt: noon - 6 * minute });
    expect(slotB([young], out)?.state).toBe('booting');
    expect(slotB([old], out)?.state).toBe('failing');
    const boots = { ...out, masters: { b: unseen(problem('unreachable', 'booting')) } };
    expect(slotB([old], boots)?.state).toBe('booting');
  });

  it('never calls a slot serving whose task or balancer cannot be seen', () => {
    const before = healthy();
    for (const name of ['tasks', 'services', 'balancer', 'containerInstances'] as const) {
      const blind = { ...before, [name]: unseen(problem('timeout'), before[name] as never) };
      expect(joinFarm(blind).slots.map((slot) => slot.state)).toEqual(['unseen', 'unseen']);
    }
  });

  it('knows what each agent does, and keeps since when it idles', () => {
    const first = joinFarm(healthy());
    expect(
      first.agents.map(({ id, state, build, progress, idleSince }) => [id, state, build?.name, progress, idleSince]),
    ).toEqual([
      [agentOne, 'busy', 'web-image #207', 40, undefined],
      [agentTwo, 'idle', undefined, undefined, noon],
    ]);
    const later = joinFarm(healthy({ at: noon + minute }), first);
    expect(later.agents.find(({ id }) => id === agentTwo)?.idleSince).toBe(noon);
  });

  const agentState = (
    instance: ReturnType<typeof agent>,
    masters: ReturnType<typeof healthy>['masters'],
    over = {},
  ) => {
    const { agents } = joinFarm(healthy({ instances: seen([instance], noon), masters, ...over }));
    return [agents[0]?.state, agents[0]?.note];
  };
  const knows = (...computers: ReturnType<typeof computer>[]) => ({
    a: seen(master('a', { computers }), noon),
    b: seen(master('b'), noon),
  });

  it('tells launching, orphan, offline, held and ending agents apart', () => {
    const young = agent(agentOne, 'a', { launchedAt: noon - minute });
    const old = agent(agentOne, 'a');
    expect(agentState(young, knows())).toEqual(['launching', undefined]);
    expect(agentState(young, knows(computer(agentOne, 'a', undefined, { offline: true })))[0]).toBe('launching');
    expect(agentState(old, knows())).toEqual(['orphan', 'the master of slot a does not know it']);
    expect(agentState(old, knows(computer(agentOne, 'a', undefined, { offline: true })))[0]).toBe('offline');
    expect(
      agentState(old, knows(computer(agentOne, 'a', undefined, { offline: true, temporarilyOffline: true })))[0],
    ).toBe('held');
    expect(agentState(agent(agentOne, 'a', { state: 'shutting-down' }), knows())[0]).toBe('ending');
    expect(agentState(agent(agentOne, 'z'), knows())).toEqual(['orphan', 'there is no slot z']);
  });

  it('finds an agent that two masters hold', () => {
    const both = {
      a: seen(master('a', { computers: [computer(agentOne, 'a')] }), noon),
      b: seen(master('b', { computers: [computer(agentOne, 'a')] }), noon),
    };
    expect(agentState(agent(agentOne, 'a'), both)).toEqual(['contested', 'held by slots a and b']);
  });

  it('calls agents of a lost master orphans, and of one that cannot be asked unseen', () => {
    const away = { a: unseen<never>(problem('unreachable', 'slot a has no running task')), b: seen(master('b'), noon) };
    expect(agentState(agent(agentOne, 'a'), away, { tasks: seen([task('b', '44e0', hostB)], noon) })).toEqual([
      'orphan',
      'the master of slot a is away',
    ]);
    const silent = { a: unseen<never>(problem('timeout', 'slot a does not answer')), b: seen(master('b'), noon) };
    expect(agentState(agent(agentOne, 'a'), silent)).toEqual(['unseen', 'slot a does not answer']);
  });

  it('ties a waiting item to the agent that boots for it, one item an agent', () => {
    const snapshot = healthy({
      instances: seen([agent(agentOne, 'a', { launchedAt: noon - 30_000 })], noon),
      masters: { a: seen(master('a', { queue: [item(1), item(2, { since: noon - 90_000 })] }), noon) },
    });
    const causes = Object.fromEntries(joinFarm(snapshot).queue.map(({ item: { id }, cause }) => [id, cause.kind]));
    // Item 2 has waited longer, so the one agent that boots is its.
    expect(causes).toEqual({ 1: 'no-agent', 2: 'agent-booting' });
  });

  it('says that the cap is reached, and leaves to Jenkins what Jenkins holds back', () => {
    const four = ['1', '2', '3', '4'].map((n) => agent(`i-0${n}00000000000000`, 'a'));
    const snapshot = healthy({
      instances: seen(four, noon),
      masters: {
        a: seen(
          master('a', {
            computers: four.map((one) => computer(one.id, 'a', 'x #1')),
            queue: [item(1), item(2, { kind: 'blocked', why: 'Blocked by ‘x’' })],
          }),
          noon,
        ),
      },
    });
    const causes = Object.fromEntries(joinFarm(snapshot).queue.map(({ item: { id }, cause }) => [id, cause]));
    expect(causes[1]).toEqual({ kind: 'cap-reached', text: 'the cap of 4 agents is reached' });
    expect(causes[2]).toEqual({ kind: 'held-by-jenkins', text: 'Blocked by ‘x’' });
  });

  it('names hosts by what ECS and EC2 say', () => {
    const before = healthy();
    const states = joinFarm({
      ...before,
      containerInstances: seen(
        [containerInstance(hostA, { agentConnected: false }), containerInstance(hostB, { status: 'DRAINING' })],
        noon,
      ),
      instances: seen(
        [
          host(hostA, 'eu-west-1a'),
          host(hostB, 'eu-west-1b'),
          host(hostSpare, 'eu-west-1c'),
          host('i-0d', 'eu-west-1c', { launchedAt: noon - minute }),
          host('i-0e', 'eu-west-1c', { state: 'shutting-down' }),
          host('i-0f', 'eu-west-1c', { state: 'terminated' }),
        ],
        noon,
      ),
    }).hosts.map(({ id, state }) => [id, state]);
    expect(Object.fromEntries(states)).toEqual({
      [hostA]: 'disconnected',
      [hostB]: 'draining',
      [hostSpare]: 'missing',
      'i-0d': 'launching',
      'i-0e': 'ending',
    });
  });

  it('calls a service that wants no task off', () => {
    const snapshot = healthy({ services: seen([service('a'), service('b', { desired: 0 })], noon) });
    const noTask = { ...snapshot, tasks: changed(snapshot.tasks, (tasks) => tasks.filter((one) => one.slot !== 'b')) };
    expect(joinFarm(noTask).slots.find((slot) => slot.slot === 'b')?.state).toBe('off');
  });
});
