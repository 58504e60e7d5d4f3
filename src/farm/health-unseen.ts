import type { Problem } from '../core/problem.ts';
import { booting } from '../jenkins/problems.ts';
import type { Judgement } from './finding.ts';
import type { Farm } from './joined.ts';
import type { Reading } from './reading.ts';
import type { Snapshot } from './snapshot.ts';
import { isInProgress } from './stack-status.ts';

/** Readings of a snapshot by the names that `check --json` gives them. */
export function readingsOf(snapshot: Snapshot): Readonly<Record<string, Reading<unknown>>> {
  const { stack, balancer, probe, group, services, tasks, containerInstances, instances, masters } = snapshot;
  const ofMasters = Object.entries(masters).map(([slot, reading]) => [`master-${slot}`, reading] as const);
  return {
    stack,
    balancer,
    probe,
    group,
    services,
    tasks,
    containerInstances,
    instances,
    ...Object.fromEntries(ofMasters),
  };
}

/** Without these nobody can say that users are served. */
const essential = new Set(['stack', 'balancer', 'services', 'tasks']);

interface Unseen {
  readonly name: string;
  readonly problem: Problem;
}

/** What could not be seen in this round, one finding a cause. */
export function unseenFindings(snapshot: Snapshot, farm: Farm): readonly Judgement[] {
  const making = isInProgress(snapshot.stack.value?.status ?? '');
  const down = new Set(
    farm.slots
      .filter((slot) => slot.state !== 'serving' && slot.state !== 'unseen')
      .map((slot) => `master-${slot.slot}`),
  );
  const unseen = Object.entries(readingsOf(snapshot)).flatMap(([name, { problem }]): Unseen[] => {
    if (!problem) return [];
    // A stack being made has not everything yet; its own finding says that it is being made.
    if (making && problem.kind === 'not-found') return [];
    // A slot that is down has its own finding; that its master does not answer is part of that.
    if (down.has(name) || problem.message === booting) return [];
    // The door's user needs the balancer's name.
    if (name === 'probe' && snapshot.balancer.problem) return [];
    return [{ name, problem }];
  });
  // Expired credentials or a lost network hide everything at once: that is one finding and not nine.
  const causes = new Map<string, Unseen[]>();
  for (const one of unseen) {
    const shared = ['auth', 'unreachable', 'throttled', 'timeout'].includes(one.problem.kind);
    const side = one.name.startsWith('master-') ? 'masters' : 'aws';
    const key = shared ? `${side}-${one.problem.kind}` : one.name;
    causes.set(key, [...(causes.get(key) ?? []), one]);
  }
  return [...causes].map(([key, group]) => finding(key, group));
}

const words: Readonly<Record<string, string>> = {
  stack: 'the stack',
  balancer: 'the load balancer',
  probe: 'the front door',
  group: 'the Auto Scaling group',
  services: 'the services',
  tasks: 'the tasks',
  containerInstances: 'the container instances',
  instances: 'the EC2 instances',
};

function wordsFor(name: string): string {
  return words[name] ?? `the ${name.replace('-', ' of slot ')}`;
}

function finding(key: string, group: readonly Unseen[]): Judgement {
  const [first] = group;
  const names = group.map((one) => one.name);
  const problem = first?.problem;
  const what = names.map(wordsFor).join(', ');
  return {
    id: `unseen:${key}`,
    severity: names.some((name) => essential.has(name)) ? 'unknown' : 'warning',
    subject: first?.name.replace('master-', 'slot ') ?? key,
    message: `cannot see ${what}: ${problem?.message ?? ''}`,
    advice: problem?.advice ?? '',
  };
}
