import { acquireLock } from '../actions/farm-lock.ts';
import {
  type ChangeSetState,
  createChangeSet,
  deleteChangeSet,
  deleteStack,
  describeChangeSet,
  executeChangeSet,
  findStack,
  newestEventId,
  type StackState,
  setTerminationProtection,
} from '../aws/cloudformation.ts';
import { type Problem, ProblemError, problemOf } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import type { ParameterForm, Proposal } from './form.ts';
import { missing, values, wrongFields } from './parameters.ts';
import { backOff, passes, wallDelay } from './polling.ts';
import { farmTemplate, largestBodyBytes } from './template.ts';

const source = 'cloudformation:CreateChangeSet';
/** Farm milliseconds between two looks at a change set in the making. */
const pollMs = 1000;
/** Farm time after which a change set that is not made is given up: AWS makes one in seconds. */
const patienceMs = 5 * 60_000;

/** Whether an update would change nothing: no failure, and nothing to do. */
export function isEmptyUpdate(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.problem.code === 'NoChanges';
}

/**
 * Has CloudFormation work out what the form's values would change, without changing it. Waits until the change set can be
 * executed; one that fails is taken away again and thrown with CloudFormation's own reason.
 */
export async function propose(session: Session, form: ParameterForm, signal?: AbortSignal): Promise<Proposal> {
  const template = farmTemplate();
  if (session.readOnly)
    throw new ProblemError(refusal('read-only: no change set is made', 'start again without --read-only'));
  checkForm(form, template.body);
  const { aws, farm, clock } = session;
  const stack = await findStack(aws, farm.stack, signal);
  const kind = stack === undefined || stack.status === 'REVIEW_IN_PROGRESS' ? 'CREATE' : 'UPDATE';
  if (stack) checkStatus(stack);
  const lastEventId = kind === 'UPDATE' ? await newestEventId(aws, farm.stack, signal) : undefined;

  const stamp = new Date(clock.now()).toISOString().slice(0, 19).replace(/\D/g, '');
  const made = await createChangeSet(
    aws,
    {
      stack: farm.stack,
      name: `jdci-${stamp}-${session.random.hex(4)}`,
      kind,
      templateBody: template.body,
      ...sent(form, kind),
      tags: { 'jdci:farm': farm.stack },
    },
    signal,
  );
  const proposal: Proposal = {
    stack: farm.stack,
    changeSetArn: made.id,
    stackId: made.stackId,
    madeStack: stack === undefined,
    ...(lastEventId === undefined ? {} : { lastEventId }),
    kind,
    changes: [],
  };
  try {
    const state = await settled(session, made.id, signal);
    if (state.status !== 'CREATE_COMPLETE') throw new ProblemError(failure(state));
    return { ...proposal, changes: state.changes };
  } catch (error) {
    // What was started must not be left lying about; why it failed matters more than whether that works.
    await discard(session, proposal).catch((later: unknown) => {
      session.log.line('provision', `change set not taken away: ${problemOf(later).message}`);
    });
    throw error;
  }
}

/** Values that a parameter keeps are not sent again when the stack does not tell them (NoEcho answers `****`). */
function sent(form: ParameterForm, kind: Proposal['kind']): { parameters: Record<string, string>; previous: string[] } {
  const kept = form.groups
    .flatMap((group) => group.fields)
    .filter((field) => kind === 'UPDATE' && field.noEcho && field.source === 'previous')
    .map((field) => field.name);
  const parameters = Object.fromEntries(Object.entries(values(form)).filter(([name]) => !kept.includes(name)));
  return { parameters, previous: kept };
}

function checkForm(form: ParameterForm, body: string): void {
  const empty = missing(form);
  if (empty.length > 0) {
    throw new ProblemError(
      refusal(`still without a value: ${empty.join(', ')}`, 'give them with --set NAME=VALUE or in the form'),
    );
  }
  const wrong = wrongFields(form)[0];
  if (wrong) throw new ProblemError(refusal(`${wrong.name}: ${wrong.problem}`, 'correct the value'));
  if (Buffer.byteLength(body) > largestBodyBytes) {
    throw new ProblemError(refusal(`the template is over ${largestBodyBytes} bytes`, 'make cfn/farm.yaml smaller'));
  }
}

/** Refuses a stack on which no change set can work, before AWS does so in its own words. */
function checkStatus(stack: StackState): void {
  const { name, status } = stack;
  if (status === 'REVIEW_IN_PROGRESS') return;
  if (status.endsWith('_IN_PROGRESS')) {
    throw new ProblemError(
      refusal(`stack ${name} is ${status}`, 'wait until it has finished; the board shows how far it is'),
    );
  }
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    throw new ProblemError(
      refusal(
        `stack ${name} is ${status}`,
        `aws cloudformation continue-update-rollback --stack-name ${name}, then again`,
      ),
    );
  }
  if (/^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED)$/.test(status)) {
    throw new ProblemError(
      refusal(
        `stack ${name} is ${status} and can only be deleted`,
        `jdci-tui destroy --stack ${name} --yes --confirm ${name}, then again`,
      ),
    );
  }
}

function refusal(message: string, advice: string, code?: string): Problem {
  return { kind: 'refused', source, message, advice, ...(code === undefined ? {} : { code }) };
}

function failure(state: ChangeSetState): Problem {
  const reason = state.reason ?? `the change set is ${state.status}`;
  // Both texts are AWS's; which one comes depends on whether the template or only a parameter is the same.
  if (/didn't contain changes|No updates are to be performed/i.test(reason)) {
    return refusal('nothing to change: the farm is already as asked', 'change a value, or leave it', 'NoChanges');
  }
  return refusal(`CloudFormation refuses: ${reason}`, 'change what it names and propose again');
}

/** Looks at a change set until it is complete or has failed. */
async function settled(session: Session, id: string, signal?: AbortSignal): Promise<ChangeSetState> {
  const { aws, clock } = session;
  const deadline = clock.now() + patienceMs;
  let failures = 0;
  for (;;) {
    try {
      const state = await describeChangeSet(aws, id, signal);
      failures = 0;
      if (!/^(CREATE_PENDING|CREATE_IN_PROGRESS)$/.test(state.status)) return state;
    } catch (error) {
      if (signal?.aborted || !passes(problemOf(error))) throw error;
      failures += 1;
    }
    if (clock.now() > deadline) {
      throw new ProblemError(
        refusal('the change set was not ready within five minutes', 'look at it in the AWS console, then again'),
      );
    }
    await clock.after(failures > 0 ? backOff(clock, pollMs, failures) : wallDelay(clock, pollMs), signal);
  }
}

/**
 * Executes a proposal. The farm's lock is held only while doing so: from then on the stack's own IN_PROGRESS keeps others
 * off. A new stack is protected against being deleted by mistake.
 */
export async function execute(session: Session, proposal: Proposal): Promise<void> {
  if (session.readOnly) {
    throw new ProblemError({
      ...refusal('read-only: nothing is executed', 'start again without --read-only'),
      source: 'provision',
    });
  }
  const lock = await acquireLock(session, 'provision', 120);
  try {
    await executeChangeSet(session.aws, proposal.changeSetArn, `jdci-${session.random.hex(16)}`);
    if (proposal.kind === 'CREATE') await protect(session, proposal);
  } finally {
    // A lock that cannot be given back ends by itself in two minutes; the stack is under way, which is what counts.
    await lock.release().catch((error: unknown) => session.log.line('lock', problemOf(error).message));
  }
}

async function protect(session: Session, proposal: Proposal): Promise<void> {
  try {
    await setTerminationProtection(session.aws, proposal.stackId, true);
  } catch (error) {
    // A convenience that a policy may deny; the farm works without it.
    session.log.line('provision', `no termination protection: ${problemOf(error).message}`);
  }
}

/** Deletes a change set. While CloudFormation is still making it, it refuses to: then once it is made. */
async function takeAway(session: Session, id: string): Promise<void> {
  try {
    await deleteChangeSet(session.aws, id);
  } catch (error) {
    const { kind, code } = problemOf(error);
    if (kind === 'not-found') return;
    // The name on the wire, and that of the SDK's class.
    if (!/^InvalidChangeSetStatus(Exception)?$/.test(code ?? '')) throw error;
    await settled(session, id);
    await deleteChangeSet(session.aws, id);
  }
}

/** Takes a proposal back, and with it the empty stack that it made. Never touches a stack that has been something. */
export async function discard(session: Session, proposal: Proposal): Promise<void> {
  const { aws } = session;
  await takeAway(session, proposal.changeSetArn);
  if (proposal.kind !== 'CREATE' || !proposal.madeStack) return;
  const stack = await findStack(aws, proposal.stackId);
  if (stack?.status === 'REVIEW_IN_PROGRESS') await deleteStack(aws, stack.id);
}
