import { setMaxListeners } from 'node:events';
import { describeFarmInstances } from '../aws/ec2.ts';
import type { ObserveContext } from './observe-context.ts';
import { observeStack } from './observe-stack.ts';
import { read } from './read.ts';
import { type Reading, unseen } from './reading.ts';
import type { Session } from './session.ts';
import type { Snapshot, StackFacts } from './snapshot.ts';
import { absentProblem, isAbsent } from './stack-status.ts';

/**
 * One round: every source at once, each with its own reading. What one answer needs of another decides the order: the
 * stack's physical ids first, then AWS, and the masters as soon as their hosts' addresses are known. Throws only
 * when aborted.
 */
export async function observe(
  session: Session,
  context: ObserveContext,
  before?: Snapshot,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const { aws, clock, farm } = session;
  const at = clock.now();
  // Each request under way listens; Node would warn of more than ten into the middle of a screen.
  if (signal) setMaxListeners(0, signal);
  const { staticDue } = context.begin();
  const askInstances = () =>
    read({ clock, name: 'the instances', before: before?.instances, signal }, (limit) =>
      describeFarmInstances(aws, farm.stack, limit),
    );
  // Needs no answer of the stack, so it goes out with it; but not round after round for a farm that is not there.
  const knownAbsent = before !== undefined && isAbsent(before.stack);
  const earlyInstances = knownAbsent ? undefined : askInstances();
  // Only an abort rejects; it is met where the reading is awaited, or by the stack's own reading before that.
  earlyInstances?.catch(() => {});

  // Half of the SDK's code is loaded while the first answers are on their way.
  const loading = import('./observe-farm.ts');
  loading.catch(() => {});
  const stack = await observeStack(session, staticDue, before?.stack, signal);
  if (isAbsent(stack)) {
    context.forgetFarm();
    return withoutStack(session, at, stack, { problem: absentProblem(farm.stack, stack) });
  }
  const askedInstances = earlyInstances ?? askInstances();
  if (stack.value === undefined) {
    // Nothing is known to ask for, but for the instances, which are found by their tag.
    const blind = stack.problem ? unseen<never>(stack.problem) : {};
    return { ...withoutStack(session, at, stack, blind), instances: await askedInstances };
  }

  const { observeFarm } = await loading;
  const round = { session, context, staticDue, before, stack: stack.value, signal };
  return { farm, at, stack, ...(await observeFarm(round, askedInstances)) };
}

function withoutStack({ farm }: Session, at: number, stack: Reading<StackFacts>, none: Reading<never>): Snapshot {
  return {
    farm,
    at,
    stack,
    balancer: none,
    probe: none,
    group: none,
    services: none,
    tasks: none,
    containerInstances: none,
    instances: none,
    masters: {},
  };
}
