import { CommandError, exitCode } from '../core/exit.ts';
import type { Io } from '../core/io.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Session } from '../farm/session.ts';
import { discard, execute, isEmptyUpdate, propose } from '../provision/change-set.ts';
import { followStack } from '../provision/follow.ts';
import type { ParameterForm, Proposal, ProvisionProgress } from '../provision/form.ts';
import { readParameterFile } from '../provision/given-file.ts';
import { discoverForm, missing, wrongFields } from '../provision/parameters.ts';
import { farmTemplate } from '../provision/template.ts';
import { progressLines } from './progress-lines.ts';

export interface ProvisionOptions {
  /** File of parameters. */
  params?: string;
  set: Readonly<Record<string, string>>;
  yes: boolean;
  /** Propose only, and keep the change set. */
  noExecute: boolean;
  json: boolean;
}

/** What `provision --json` prints. */
interface Answer {
  stack: string;
  region: string;
  kind: Proposal['kind'] | 'NONE';
  changeSet: string | null;
  changes: Proposal['changes'];
  executed: boolean;
  status: string | null;
  succeeded: boolean;
  outputs: Readonly<Record<string, string>>;
  rootCause: ProvisionProgress['rootCause'] | null;
}

/**
 * Creates or updates the farm through a change set, without a screen: the changes and the outputs go to standard output,
 * how it goes to standard error. Resolves with 0, or 2 when a value is missing, `--yes` is, or it failed.
 */
export async function runProvision(session: Session, options: ProvisionOptions, io: Io): Promise<number> {
  checkNames(options.set, '--set', exitCode.usage);
  const file = options.params === undefined ? {} : await readParameterFile(options.params);
  checkNames(file, `--params ${options.params ?? ''}`, exitCode.refused);
  // A change set is a thing in the account too, and one for a new farm makes an empty stack.
  if (session.readOnly) throw new CommandError('read-only: no change set is made', exitCode.refused);

  io.stderr(`looking for what can be found out: stack ${session.farm.stack}, network, image, AMI, your address\n`);
  const form = await discoverForm(session, { flags: options.set, file });
  for (const note of form.notes) io.stderr(`note: ${note}\n`);
  checkComplete(form);

  io.stderr('asking CloudFormation for the changes\n');
  const answer: Answer = {
    stack: session.farm.stack,
    region: session.farm.region,
    kind: 'NONE',
    changeSet: null,
    changes: [],
    executed: false,
    status: form.existing?.status ?? null,
    succeeded: true,
    outputs: {},
    rootCause: null,
  };
  let proposal: Proposal;
  try {
    proposal = await propose(session, form);
  } catch (error) {
    if (!isEmptyUpdate(error)) throw error;
    if (options.json) printJson(io, answer);
    else io.stdout(`${error.problem.message}\n`);
    return exitCode.ok;
  }
  Object.assign(answer, { kind: proposal.kind, changeSet: proposal.changeSetArn, changes: proposal.changes });
  if (!options.json) io.stdout(changeLines(proposal));

  if (options.noExecute) {
    if (options.json) printJson(io, answer);
    else io.stderr(`kept, not executed: ${proposal.changeSetArn}\n`);
    return exitCode.ok;
  }
  if (!options.yes) {
    await discard(session, proposal);
    if (options.json) printJson(io, { ...answer, changeSet: null, succeeded: false });
    io.stderr('nothing was changed: add --yes to execute, or --no-execute to keep the change set\n');
    return exitCode.refused;
  }

  await execute(session, proposal);
  const end = await followToEnd(session, proposal, io);
  if (options.json) {
    printJson(io, {
      ...answer,
      executed: true,
      status: end.stackStatus,
      succeeded: end.succeeded,
      outputs: end.outputs,
      rootCause: end.rootCause ?? null,
    });
  } else if (end.succeeded) {
    for (const [name, value] of Object.entries(end.outputs)) io.stdout(`${name} ${value}\n`);
  }
  if (end.succeeded) return exitCode.ok;
  io.stderr(failureLine(session, end));
  return exitCode.refused;
}

/** Follows an operation on standard error and returns its last look. */
export async function followToEnd(session: Session, target: Proposal | string, io: Io): Promise<ProvisionProgress> {
  let last: ProvisionProgress | undefined;
  for await (const progress of followStack(session, target)) {
    for (const line of progressLines(last, progress, session.clock.now())) io.stderr(`${line}\n`);
    last = progress;
  }
  if (!last) throw new CommandError('the stack was not followed: it shows no events', exitCode.refused);
  return last;
}

/** One line for a failed operation: what it was, why, and what to do. */
export function failureLine(session: Session, end: ProvisionProgress): string {
  const cause = end.rootCause;
  const failing = end.failingTasks;
  const why = failing
    ? `: ${failing.failures} tasks of slot ${failing.slot} did not stay up: ${failing.reason}`
    : cause
      ? `: ${cause.logicalId} (${cause.type}): ${cause.reason}`
      : '';
  const { stack } = session.farm;
  const todo = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED)$/.test(end.stackStatus)
    ? `; correct that, then jdci-tui destroy --stack ${stack} --yes --confirm ${stack} before trying again`
    : '; correct that and try again';
  return `jdci-tui: stack ${stack} is ${end.stackStatus}${why}${todo}\n`;
}

function checkNames(given: Readonly<Record<string, string>>, where: string, code: number): void {
  const known = farmTemplate().groups.flatMap((group) => group.parameters.map((parameter) => parameter.name));
  const wrong = Object.keys(given).find((name) => !known.includes(name));
  if (wrong === undefined) return;
  throw new CommandError(`${where}: the template has no parameter ${wrong}${didYouMean(wrong, known)}`, code);
}

function checkComplete(form: ParameterForm): void {
  const empty = missing(form);
  if (empty.length > 0) {
    throw new CommandError(
      `still without a value: ${empty.join(', ')}; give them with --set NAME=VALUE or --params FILE`,
      exitCode.refused,
    );
  }
  const wrong = wrongFields(form);
  if (wrong.length > 0) {
    const lines = wrong.map((field) => `${field.name} ${JSON.stringify(field.value)}: ${field.problem}`);
    throw new CommandError(lines.join('; '), exitCode.refused);
  }
}

function changeLines(proposal: Proposal): string {
  const wide = Math.max(...proposal.changes.map((change) => change.logicalId.length), 0);
  const lines = proposal.changes.map((change) => {
    const replaced =
      change.replacement === 'True' ? '  replaced' : change.replacement === 'Conditional' ? '  may be replaced' : '';
    return `${change.action.padEnd(7)} ${change.logicalId.padEnd(wide)}  ${change.type}${replaced}`;
  });
  return `${lines.join('\n')}\n`;
}

function printJson(io: Io, answer: Answer): void {
  io.stdout(`${JSON.stringify(answer, null, 2)}\n`);
}
