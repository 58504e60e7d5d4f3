import { describe, expect, it } from 'vitest';
import { changes } from '../../src/farm/changes.ts';
import { seen, unseen } from '../../src/farm/reading.ts';
import type { Snapshot } from '../../src/farm/snapshot.ts';
import {
  agentOne,
  balancer,
  changed,
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
  stack,
  task,
} from './snapshots.ts';

const later = noon + 2_000;
const told = (before: Snapshot | undefined, after: Snapshot) =>
  changes(before, after).map(({ source, event, severity }) => `${source} ${event} [${severity}]`);
const second = (over: Partial<Snapshot>) => healthy({ at: later, ...over });

describe('changes', () => {
  it('finds none between two equal rounds', () => {
    expect(changes(healthy(), second({}))).toEqual([]);
  });

  it('tells of a stopped task and its replacement once, though the service tells of it too', () => {
    const stopped = task('b', '44e0', hostB, {
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stoppedAt: noon + 500,
      stopCode: 'UserInitiated',
      stoppedReason: 'drill',
    });
    const coming = task('b', '77aa', hostSpare, { lastStatus: 'PENDING', createdAt: noon + 900, startedAt: undefined });
    const events = [
      { id: '3', at: noon + 1500, message: '(service jdci-master-b) registered 1 instances in (elb jdci-lb).' },
      { id: '2', at: noon + 950, message: '(service jdci-master-b) has started 1 tasks: (task 77aa).' },
      { id: '1', at: noon + 910, message: '(service jdci-master-b) has started 1 tasks: (task dead).' },
    ];
    const next = second({
      tasks: seen([task('a', '91ac', hostA), stopped, coming], later),
      services: seen([service('a'), service('b', { events })], later),
    });
    expect(told(healthy(), next)).toEqual([
      'ECS task 44e0 of slot b stopped: UserInitiated: drill [warning]',
      `ECS task 77aa of slot b started on ${hostSpare} [ok]`,
      // ECS does not describe that task any more, so its event is all there is.
      'ECS jdci-master-b has started 1 tasks: (task dead) [ok]',
      'ECS jdci-master-b registered 1 instances in (elb jdci-lb) [ok]',
    ]);
    expect(told(next, second({ ...next, at: later + 2000 }))).toEqual([]);
    const running = changed(next.tasks, (all) =>
      all.map((one) => (one.id === '77aa' ? { ...one, lastStatus: 'RUNNING', startedAt: later + 1000 } : one)),
    );
    expect(told(next, second({ ...next, at: later + 2000, tasks: running }))).toEqual([
      `ECS task 77aa of slot b RUNNING on ${hostSpare} [ok]`,
    ]);
  });

  it('tells of hosts in and out of service', () => {
    const out = second({ balancer: seen(balancer({ [hostA]: 'in', [hostB]: 'Instance has failed' }), later) });
    expect(told(healthy(), out)).toEqual([`ELB ${hostB} (slot b) out of service: Instance has failed [warning]`]);
    expect(told(out, second({ at: later + 2000 }))).toEqual([`ELB ${hostB} (slot b) in service [ok]`]);
    const gone = second({ balancer: seen(balancer({ [hostA]: 'in' }), later) });
    expect(told(healthy(), gone)).toEqual([`ELB ${hostB} deregistered [warning]`]);
  });

  it('tells of a lost host from EC2, ECS and the group', () => {
    const lost = second({
      instances: changed(healthy().instances, (all) =>
        all
          .map((one) => (one.id === hostB ? { ...one, state: 'shutting-down' } : one))
          .concat(host('i-0new', 'eu-west-1b', { launchedAt: noon + 1000 })),
      ),
      containerInstances: seen(
        [hostA, hostSpare].map((id) => containerInstance(id)),
        later,
      ),
      group: changed(healthy().group, (group) => ({
        ...group,
        activities: [
          {
            id: 'x',
            description: 'Launching a new EC2 instance: i-0new',
            cause: '',
            status: 'InProgress',
            startedAt: noon + 900,
          },
        ],
      })),
    });
    expect(told(healthy(), lost)).toEqual([
      'ASG Launching a new EC2 instance: i-0new [ok]',
      'EC2 host i-0new launched in eu-west-1b [ok]',
      `EC2 host ${hostB} shutting-down [warning]`,
      `ECS ${hostB} left the cluster [warning]`,
    ]);
  });

  it('tells once of the end of an instance, not once a state on the way', () => {
    const ending = (state: string, at: number) =>
      healthy({
        at,
        instances: changed(healthy().instances, (all) =>
          all.map((one) => (one.id === hostB ? { ...one, state } : one)),
        ),
      });
    expect(told(ending('shutting-down', noon), ending('terminated', later))).toEqual([]);
  });

  it('tells of masters that stop answering, boot, and answer anew', () => {
    const silent = second({
      masters: { ...healthy().masters, b: unseen(problem('timeout', 'no answer'), healthy().masters.b) },
    });
    expect(told(healthy(), silent)).toEqual(['Jenkins slot b does not answer: no answer [warning]']);
    const boots = second({
      masters: { ...healthy().masters, b: unseen(problem('unreachable', 'booting'), healthy().masters.b) },
    });
    expect(told(silent, boots)).toEqual(['Jenkins slot b boots [ok]']);
    const anew = second({ masters: { ...healthy().masters, b: seen(master('b', { session: 'other' }), later) } });
    expect(told(boots, anew)).toEqual(['Jenkins slot b answers after a new start: Jenkins 2.580.1 [ok]']);
    expect(told(healthy(), anew)).toEqual(['Jenkins slot b was started anew: Jenkins 2.580.1 [warning]']);
  });

  const agentGone = (at: number) =>
    healthy({
      at,
      instances: changed(healthy().instances, (all) =>
        all.map((one) => (one.id === agentOne ? { ...one, state: 'shutting-down' } : one)),
      ),
    });

  it('tells of a build lost with its agent, unless too much time passed to know', () => {
    expect(told(healthy(), agentGone(later))).toEqual([
      `EC2 agent ${agentOne} of slot a shutting-down [ok]`,
      `Jenkins web-image #207 lost: agent ${agentOne} of slot a is gone [warning]`,
    ]);
    expect(told(healthy(), agentGone(noon + 10 * minute)).filter((line) => line.includes('lost'))).toEqual([]);
  });

  it('tells of builds lost with their master once', () => {
    const dead = second({
      tasks: changed(healthy().tasks, (all) =>
        all.map((one) => (one.slot === 'a' ? { ...one, lastStatus: 'STOPPED', stoppedAt: noon + 100 } : one)),
      ),
      masters: {
        ...healthy().masters,
        a: unseen(problem('unreachable', 'slot a has no running task'), healthy().masters.a),
      },
    });
    expect(told(healthy(), dead)).toContain('Jenkins 1 build lost with the master of slot a: web-image #207 [warning]');
    expect(told(dead, { ...dead, at: later + 2000 })).toEqual([]);
  });

  it('tells what happened while a source could not be seen when it is seen again', () => {
    const unseenTasks = second({ tasks: unseen(problem('throttled'), healthy().tasks) });
    expect(told(healthy(), unseenTasks)).toEqual([]);
    const stopped = changed(healthy().tasks, (all) =>
      all.map((one) => (one.slot === 'b' ? { ...one, lastStatus: 'STOPPED', stoppedAt: noon + 500 } : one)),
    );
    expect(told(unseenTasks, second({ at: later + 2000, tasks: stopped }))).toEqual([
      'ECS task 44e0 of slot b stopped: no reason given [warning]',
    ]);
  });

  it('begins with what the sources remember of the last hour', () => {
    const events = [
      { id: '2', at: noon - 10 * minute, message: '(service jdci-master-b) has reached a steady state.' },
      { id: '1', at: noon - 90 * minute, message: '(service jdci-master-b) has reached a steady state.' },
    ];
    const first = healthy({ services: seen([service('a'), service('b', { events })], noon) });
    expect(told(undefined, first)).toEqual(['ECS jdci-master-b has reached a steady state [ok]']);
  });

  it('tells of the stack', () => {
    const updating = second({ stack: seen(stack({ status: 'UPDATE_IN_PROGRESS', reason: 'User Initiated' }), later) });
    expect(told(healthy(), updating)).toEqual(['stack UPDATE_IN_PROGRESS: User Initiated [ok]']);
  });
});
