import { describe, expect, it } from 'vitest';
import { health } from '../../src/farm/health.ts';
import { isUnsureOfAgents } from '../../src/farm/health-agents.ts';
import { joinFarm } from '../../src/farm/joined.ts';
import { seen, unseen } from '../../src/farm/reading.ts';
import type { ProbeSample, Snapshot } from '../../src/farm/snapshot.ts';
import { booting } from '../../src/jenkins/problems.ts';
import {
  agent,
  agentOne,
  balancer,
  changed,
  computer,
  containerInstance,
  healthy,
  hostA,
  hostB,
  hostSpare,
  master,
  minute,
  noon,
  problem,
  stack,
  task,
} from './snapshots.ts';

const ids = (snapshot: Snapshot) => health(snapshot, noon).findings.map((finding) => finding.id);
const blind = <K extends keyof Snapshot>(name: K, kind: Parameters<typeof problem>[0] = 'denied') => {
  const before = healthy();
  return { ...before, [name]: unseen(problem(kind), before[name] as never) };
};

describe('health', () => {
  it('finds nothing wrong with a healthy farm', () => {
    expect(health(healthy(), noon)).toEqual({
      severity: 'ok',
      summary: '2 of 2 masters serving · 3 hosts · 2 agents · 0 queued',
      findings: [],
    });
  });

  it('misses a master whose service was deleted outside of the stack', () => {
    const whole = healthy();
    const without = { ...whole, services: changed(whole.services, (all) => all.filter((one) => one.slot !== 'b')) };
    const inactive = {
      ...whole,
      services: changed(whole.services, (all) =>
        all.map((one) => (one.slot === 'b' ? { ...one, status: 'INACTIVE', desired: 0, running: 0 } : one)),
      ),
    };
    for (const snapshot of [without, inactive]) {
      expect(health(snapshot, noon)).toMatchObject({ severity: 'warning' });
      expect(ids(snapshot)).toContain('service-missing:b');
    }
    const updating = changed(whole.stack, (one) => ({ ...one, status: 'UPDATE_IN_PROGRESS' }));
    expect(ids({ ...without, stack: updating })).not.toContain('service-missing:b');
  });

  it('does not count the waiting of items in a queue that it no longer sees', () => {
    const item = {
      id: 1,
      job: 'x',
      why: '',
      since: noon,
      buildableSince: noon,
      stuck: false,
      kind: 'buildable',
    } as const;
    const heard = seen(master('b', { queue: [item] }), noon);
    const later = (b: typeof heard) => {
      const snapshot = { ...healthy(), masters: { ...healthy().masters, b } };
      return health(snapshot, noon + 10 * minute).findings.map((finding) => finding.id);
    };
    expect(later(heard)).toContain('queue-waiting:b');
    expect(later(unseen(problem('timeout'), heard))).not.toContain('queue-waiting:b');
  });

  it('is never ok when any one reading could not be seen', () => {
    const names = [
      'stack',
      'balancer',
      'probe',
      'group',
      'services',
      'tasks',
      'containerInstances',
      'instances',
    ] as const;
    for (const name of names) {
      const essential = ['stack', 'balancer', 'services', 'tasks'].includes(name);
      expect([name, health(blind(name), noon).severity]).toEqual([name, essential ? 'unknown' : 'warning']);
    }
    const oneMaster = healthy();
    const deaf = { ...oneMaster, masters: { ...oneMaster.masters, b: unseen<never>(problem('timeout')) } };
    expect(health(deaf, noon)).toMatchObject({ severity: 'warning', findings: [{ id: 'unseen:masters-timeout' }] });
  });

  it('makes one finding of expired credentials, however much they hide', () => {
    const expired = Object.fromEntries(
      (['balancer', 'group', 'services', 'tasks', 'containerInstances', 'instances'] as const).map((name) => [
        name,
        unseen(problem('auth'), healthy()[name] as never),
      ]),
    );
    const verdict = health({ ...healthy(), ...expired }, noon);
    expect(verdict.findings.map((finding) => finding.id)).toEqual(['unseen:aws-auth']);
    expect(verdict.severity).toBe('unknown');
    expect(verdict.summary).toContain('the masters cannot be seen');
  });

  it('warns when one of two masters is down, with the reason and since when', () => {
    const stopped = task('b', 'old', hostB, {
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stoppedAt: noon - 14_000,
      stopCode: 'UserInitiated',
    });
    const coming = task('b', 'new', hostB, { lastStatus: 'PENDING', createdAt: noon - 12_000, startedAt: undefined });
    const snapshot = healthy({ tasks: seen([task('a', '91ac', hostA), stopped, coming], noon) });
    expect(health(snapshot, noon)).toMatchObject({
      severity: 'warning',
      summary: expect.stringContaining('1 of 2 masters serving'),
      findings: [
        {
          id: 'slot-down:b',
          severity: 'warning',
          since: noon - 14_000,
          message: `slot b has no healthy master: task stopped (UserInitiated); replacement PENDING on ${hostB}`,
        },
      ],
    });
  });

  it('is critical when no master serves, most severe first', () => {
    const out = balancer({ [hostA]: 'Instance has failed at least 2', [hostB]: 'Instance has failed at least 2' });
    const verdict = health(healthy({ balancer: seen(out, noon), group: unseen(problem('denied')) }), noon);
    expect(verdict.severity).toBe('critical');
    expect(verdict.findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['slot-down:a', 'critical'],
      ['slot-down:b', 'critical'],
      ['door-closed', 'critical'],
      ['unseen:group', 'warning'],
    ]);
  });

  const probed = (...outcomes: string[]) => {
    const recent = outcomes.map(
      (outcome, index): ProbeSample => ({
        at: noon - (outcomes.length - index) * 1000,
        ok: outcome === '200',
        ms: 5,
        outcome,
      }),
    );
    return healthy({ probe: changed(healthy().probe, (facts) => ({ ...facts, recent })) });
  };

  it('weighs what a user of the front door meets', () => {
    expect(ids(probed('200', '200'))).toEqual([]);
    expect(ids(probed('503', '200'))).toEqual([]);
    expect(health(probed('200', '503'), noon)).toMatchObject({
      severity: 'warning',
      findings: [{ since: noon - 1000 }],
    });
    expect(health(probed('200', '503', '504', '503'), noon)).toMatchObject({
      severity: 'critical',
      findings: [{ id: 'door-failing', since: noon - 3000 }],
    });
    // Hosts are in service and nothing comes back: that may be this machine's own network.
    expect(health(probed('time-out', 'time-out', 'time-out'), noon).severity).toBe('warning');
  });

  it.each([
    ['certificate expired', 'critical', /^renew the certificate that CertificateArn names/],
    ['certificate not valid yet', 'warning', /^compare the clock of this machine/],
    ['certificate of another name', 'warning', /^CertificateArn must name a certificate for DnsName/],
    ['certificate not trusted', 'warning', /JDCI_CA_BUNDLE$/],
  ])('tells a %s from a door that cannot be reached', (outcome, severity, advice) => {
    const verdict = health(probed('200', outcome), noon);
    expect(verdict).toMatchObject({ severity, findings: [{ id: 'door-certificate', since: noon - 1000 }] });
    expect(verdict.findings[0]?.message).toMatch(new RegExp(`^http\\S+ is not believed: ${outcome}$`));
    expect(verdict.findings[0]?.advice).toMatch(advice);
  });

  it('warns of hosts that are short, disconnected or missing', () => {
    const group = changed(healthy().group, (facts) => ({ ...facts, instances: facts.instances.slice(0, 2) }));
    expect(ids(healthy({ group }))).toEqual(['group-short']);
    const hosts = [containerInstance(hostA, { agentConnected: false }), containerInstance(hostB)];
    expect(ids(healthy({ containerInstances: seen(hosts, noon) })).sort()).toEqual([
      `host-disconnected:${hostA}`,
      `host-missing:${hostSpare}`,
    ]);
  });

  it('warns of an item only after five minutes of being buildable, whatever Jenkins calls stuck', () => {
    const queued = (buildableSince: number) =>
      healthy({
        masters: {
          a: seen(
            master('a', {
              queue: [
                {
                  id: 1,
                  job: 'web',
                  why: '',
                  since: noon - 60 * minute,
                  buildableSince,
                  stuck: true,
                  kind: 'buildable',
                },
              ],
            }),
            noon,
          ),
          b: seen(master('b'), noon),
        },
        instances: changed(healthy().instances, (all) => all.filter((one) => one.role === 'host')),
      });
    expect(ids(queued(noon - 4 * minute))).toEqual([]);
    expect(health(queued(noon - 7 * minute), noon).findings[0]).toMatchObject({
      id: 'queue-waiting:a',
      message: 'web on slot a waits for an executor for 7 min: no agent is being started for it',
      since: noon - 2 * minute,
    });
  });

  it('warns of orphans of a serving master, and not of those that a lost master leaves for a while', () => {
    const orphan = changed(healthy().instances, (all) => [...all, agent('i-09b00000000000c41', 'b')]);
    const once = healthy({ instances: orphan });
    // One look may be at an agent that is just being ended; the second one tells.
    expect(ids(once)).toEqual([]);
    expect(isUnsureOfAgents(joinFarm(once), once)).toBe(true);
    const twice = { ...once, at: once.at + 2_000 };
    const farm = joinFarm(twice, joinFarm(once));
    expect(health(twice, noon, undefined, farm).findings.map((finding) => finding.id)).toEqual(['orphan-agents']);
    expect(isUnsureOfAgents(farm, twice)).toBe(false);
    const lost = healthy({
      instances: orphan,
      tasks: seen([task('a', '91ac', hostA)], noon),
      masters: { ...healthy().masters, b: unseen(problem('unreachable', 'slot b has no running task')) },
    });
    expect(ids(lost)).toEqual(['slot-down:b']);
  });

  it('keeps since when a finding is known, and forgets what ended', () => {
    const first = health(blind('group'), noon);
    const later = health(blind('group'), noon + minute, first);
    expect(later.findings[0]?.since).toBe(noon);
    const cured = health(healthy(), noon + 2 * minute, later);
    expect(health(blind('group'), noon + 3 * minute, cured).findings[0]?.since).toBe(noon + 3 * minute);
  });

  it('calls a stack that does not exist unknown, in one finding', () => {
    const none = unseen<never>(problem('not-found', 'Stack with id jdci does not exist'));
    const absent: Snapshot = {
      ...healthy(),
      stack: none,
      balancer: none,
      probe: none,
      group: none,
      services: none,
      tasks: none,
      containerInstances: none,
      instances: none,
      masters: {},
    };
    expect(health(absent, noon)).toMatchObject({
      severity: 'unknown',
      summary: 'the stack jdci does not exist',
      findings: [{ id: 'stack-absent', severity: 'unknown' }],
    });
  });

  it('does not complain of what a stack being made has not made yet', () => {
    const notYet = unseen<never>(problem('not-found', 'the stack has no HostGroup yet'));
    const making = healthy({
      stack: seen(stack({ status: 'CREATE_IN_PROGRESS' }), noon),
      balancer: notYet,
      probe: notYet,
      group: notYet,
      services: seen([], noon),
      tasks: seen([], noon),
      masters: {},
      instances: seen([], noon),
      containerInstances: seen([], noon),
    });
    expect(health(making, noon)).toMatchObject({ severity: 'warning', findings: [{ id: 'stack-in-progress' }] });
    // Masters that are there already and do not serve yet are no alarm either.
    const almost = healthy({
      stack: seen(stack({ status: 'CREATE_IN_PROGRESS' }), noon),
      balancer: seen(balancer({}), noon),
    });
    expect(health(almost, noon)).toMatchObject({
      severity: 'warning',
      summary: expect.stringMatching(/^being created · 0 of 2 masters serving/),
      findings: [{ id: 'stack-in-progress' }],
    });
  });

  it('tells a deletion by when it was asked for, and expects no new hosts of it', () => {
    const deleting = healthy({
      stack: seen(stack({ status: 'DELETE_IN_PROGRESS', deletedAt: noon - minute }), noon),
      group: changed(healthy().group, (facts) => ({ ...facts, instances: [] })),
    });
    expect(health(deleting, noon).findings).toEqual([
      expect.objectContaining({
        id: 'stack-in-progress',
        since: noon - minute,
        advice: 'wait for it to end; what is deleted already cannot be seen',
      }),
    ]);
  });

  it('is critical after a creation that failed, and says what is left to do', () => {
    const failed = healthy({ stack: seen(stack({ status: 'ROLLBACK_COMPLETE' }), noon) });
    expect(health(failed, noon).findings[0]).toMatchObject({ id: 'stack-failed', severity: 'critical' });
  });

  it('warns of a master that answers 503 while users are still sent to it', () => {
    const before = healthy();
    const booted = unseen({ ...problem('unreachable'), message: booting }, before.masters.a);
    const unready = healthy({ masters: { ...before.masters, a: booted } });
    expect(ids(unready)).toEqual(['slot-unready:a']);
  });

  it('counts an offline agent once', () => {
    const computers = [computer(agentOne, 'a', undefined, { offline: true })];
    const snapshot = healthy({
      instances: changed(healthy().instances, (all) => all.filter((one) => one.role === 'host' || one.id === agentOne)),
      masters: { a: seen(master('a', { computers }), noon), b: seen(master('b'), noon) },
    });
    expect(ids(snapshot)).toEqual(['offline-agents']);
  });
});
