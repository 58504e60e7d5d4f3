import { request } from 'node:http';
import * as z from 'zod/mini';
import { ProblemError } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import { safeLine } from '../terminal/safe-text.ts';
import { actionLogPath, logAction } from './action-log.ts';
import { userName } from './farm-lock.ts';

/** A fault as the sandbox's control endpoint takes it and gives it back: `{"kind":"master-hangs","slot":"b"}`. */
export type SandboxFault = Readonly<Record<string, string | number>>;

/** A fault that can be put in now. */
export interface FaultChoice {
  /** `master-hangs-b`: for the action log. */
  readonly name: string;
  readonly label: string;
  /** What follows from it, one line. */
  readonly effect: string;
  /** In the simulated world, or between a client and the simulated AWS. */
  readonly where: 'world' | 'calls';
  readonly fault: SandboxFault;
}

const source = 'sandbox:faults';
/** Wall milliseconds for an answer: the sandbox is on this machine. */
const patienceMs = 5_000;

function worldChoices(slots: readonly string[], zones: readonly string[]): FaultChoice[] {
  const each = (list: readonly string[], of: (one: string) => Omit<FaultChoice, 'where'>) =>
    list.map((one): FaultChoice => ({ ...of(one), where: 'world' }));
  return [
    ...each(slots, (slot) => ({
      name: `master-hangs-${slot}`,
      label: `Master ${slot} hangs`,
      effect: `the master of slot ${slot} gives no answer any more; its container runs on until its health check fails`,
      fault: { kind: 'master-hangs', slot },
    })),
    ...each(slots, (slot) => ({
      name: `ecs-agent-lost-${slot}`,
      label: `ECS agent under master ${slot} disconnects`,
      effect: `ECS loses sight of the host of slot ${slot}: what runs there runs on, and nothing can be started or stopped`,
      fault: { kind: 'agent-disconnected', slot },
    })),
    ...each(zones, (zone) => ({
      name: `zone-without-capacity-${zone}`,
      label: `No capacity in ${zone}`,
      effect: `EC2 starts no instance in ${zone}, neither hosts nor agents, until the fault is cleared`,
      fault: { kind: 'zone-without-capacity', zone },
    })),
    ...each(['host', 'agent'], (role) => ({
      name: `${role}-will-not-boot`,
      label: `The next ${role} does not boot`,
      effect: `the next ${role} gets power and never an operating system`,
      fault: { kind: 'instance-will-not-boot', role, count: 1 },
    })),
    {
      name: 'master-slow-boot',
      label: 'The next master boots five minutes longer',
      effect: 'the next master that starts, whichever it is, needs 300 s more until it answers',
      where: 'world',
      fault: { kind: 'master-slow-boot', extraSeconds: 300, count: 1 },
    },
    ...stackChoices,
  ];
}

/** What fails in the stack, once: needs no farm, since the first provisioning of one is what it breaks best. */
const stackChoices: readonly FaultChoice[] = [
  {
    name: 'resource-not-created',
    label: 'The next resource is not created',
    effect: 'CloudFormation fails to create the next resource: a new stack is taken back, a change is rolled back',
    where: 'world',
    fault: { kind: 'resource-fails', at: 'create', count: 1 },
  },
  {
    name: 'resource-not-updated',
    label: 'The next resource is not updated',
    effect: 'CloudFormation fails to change the next resource, and rolls the stack back to what it was',
    where: 'world',
    fault: { kind: 'resource-fails', at: 'update', count: 1 },
  },
  {
    name: 'service-never-stable',
    label: 'The next ECS service never becomes stable',
    effect: 'the next master’s service is made or changed and then does not become stable; the stack rolls back',
    where: 'world',
    fault: { kind: 'resource-fails', at: 'stabilize', resourceType: 'AWS::ECS::Service', count: 1 },
  },
  {
    name: 'rollback-fails',
    label: 'The next rollback fails',
    effect: 'a failed update is not taken back whole: the stack stays UPDATE_ROLLBACK_FAILED until it is continued',
    where: 'world',
    fault: { kind: 'resource-fails', at: 'rollback', count: 1 },
  },
  {
    name: 'resource-not-deleted',
    label: 'The next resource is not deleted',
    effect: 'CloudFormation fails to delete the next resource: a stack that is deleted stays DELETE_FAILED',
    where: 'world',
    fault: { kind: 'resource-fails', at: 'delete', count: 1 },
  },
];

const callChoices: readonly FaultChoice[] = [
  {
    name: 'aws-throttles',
    label: 'AWS throttles 60 calls',
    effect: 'the next 60 calls are refused as too many; the board goes slower and says so',
    where: 'calls',
    fault: { service: '*', operation: 'Describe*', kind: 'throttle', count: 60 },
  },
  {
    name: 'credentials-expire',
    label: 'Credentials expire for 10 minutes',
    effect: 'for ten minutes of farm time every call is refused as that of an expired session',
    where: 'calls',
    fault: { kind: 'expired-credentials', seconds: 600 },
  },
  {
    name: 'instances-denied',
    label: 'EC2 denies DescribeInstances',
    effect: 'hosts and agents cannot be seen until the fault is cleared; everything else can',
    where: 'calls',
    fault: {
      service: 'ec2',
      operation: 'DescribeInstances',
      kind: 'error',
      code: 'UnauthorizedOperation',
      message: 'You are not authorized to perform this operation.',
      status: 403,
    },
  },
  {
    name: 'ecs-slow',
    label: 'ECS answers 4 s late, 40 times',
    effect: 'the next 40 calls of ECS take 4 s longer; rounds get longer and never overlap',
    where: 'calls',
    fault: { service: 'ecs', operation: '*', kind: 'delay', delayMs: 4000, count: 40 },
  },
  {
    name: 'balancer-hangs',
    label: 'The load balancer’s API hangs, 10 times',
    effect: 'the next 10 calls about the load balancer get no answer; users of the front door notice nothing',
    where: 'calls',
    fault: { service: 'elasticloadbalancing', operation: '*', kind: 'hang', count: 10 },
  },
  {
    name: 'ecs-nonsense',
    label: 'ECS answers nonsense, 20 times',
    effect: 'the next 20 answers of ECS cannot be understood',
    where: 'calls',
    fault: { service: 'ecs', operation: '*', kind: 'nonsense', count: 20 },
  },
  {
    name: 'scaling-cut',
    label: 'Auto Scaling’s answers are cut off, 10 times',
    effect:
      'the next 10 requests to Auto Scaling are carried out, and the connection breaks in the middle of the answer',
    where: 'calls',
    fault: { service: 'autoscaling', operation: '*', kind: 'cut', count: 10 },
  },
  {
    name: 'masters-unreachable',
    label: 'The road to the masters is cut',
    effect: 'no request to a master’s port gets an answer until the fault is cleared; the AWS side goes on',
    where: 'calls',
    fault: { service: 'network', operation: '*:8080', kind: 'hang' },
  },
];

/** The faults that can be put into the farm as it is seen, those of the world first. */
export function faultChoices(snapshot: Snapshot | undefined): readonly FaultChoice[] {
  const slots = snapshot?.services.value?.map((service) => service.slot) ?? [];
  const zones = snapshot?.balancer.value?.zones ?? [];
  return [...worldChoices([...slots].sort(), [...zones].sort()), ...callChoices];
}

/** Whether an active fault is this one, however many more it takes and however long it lasts. */
export function isFault(active: SandboxFault, fault: SandboxFault): boolean {
  return Object.entries(fault).every(([key, value]) => key === 'count' || key === 'seconds' || active[key] === value);
}

const answerShape = z.looseObject({
  active: z.array(z.record(z.string(), z.unknown())),
});
const refusalShape = z.looseObject({ error: z.string() });

/** The faults in force. Throws {@link ProblemError}. */
export function activeFaults(session: Session): Promise<readonly SandboxFault[]> {
  return post(session, []);
}

/** Puts a fault in; resolves with all that are in force. Throws {@link ProblemError}. */
export async function putFault(
  session: Session,
  choice: FaultChoice,
  logPath?: string,
): Promise<readonly SandboxFault[]> {
  const active = await post(session, choice.fault);
  await note(session, choice.name, choice.label, logPath);
  return active;
}

/**
 * Puts in what somebody wrote: a fault, a list of them, or what else a fault file takes (`docs/sandbox-faults.md`), as JSON;
 * resolves with all that are in force. Throws {@link ProblemError}, also when it is no JSON or no fault.
 */
export async function putWritten(session: Session, text: string, logPath?: string): Promise<readonly SandboxFault[]> {
  const written = parsed(text);
  if (typeof written !== 'object' || written === null) {
    throw problem('refused', 'that is not a fault in JSON', 'write one such as {"kind":"master-hangs","slot":"a"}');
  }
  const active = await post(session, written);
  await note(session, 'written', safeLine(text), logPath);
  return active;
}

/** Clears one fault by its id, or every one; resolves with what is in force still. Throws {@link ProblemError}. */
export async function clearFaults(session: Session, id?: string, logPath?: string): Promise<readonly SandboxFault[]> {
  const active = await post(session, { clear: id ?? true });
  const label = id === undefined ? 'every fault cleared' : `fault ${id} cleared`;
  await note(session, `clear ${id ?? 'all'}`, label, logPath);
  return active;
}

function note(session: Session, target: string, label: string, logPath = actionLogPath()): Promise<void> {
  const entry = {
    at: new Date(session.clock.now()).toISOString(),
    user: userName(),
    identity: session.identity,
    stack: session.farm.stack,
    region: session.farm.region,
    action: 'sandbox-fault',
    target,
    label,
    outcome: 'done',
  } as const;
  return logAction(session, entry, logPath);
}

async function post(session: Session, body: unknown): Promise<readonly SandboxFault[]> {
  const { endpoint } = session.aws.options;
  if (!session.sandbox || endpoint === undefined) {
    throw problem('refused', 'this is not a sandbox: it has no faults to put in', 'use the failure menu');
  }
  const { status, text } = await ask(new URL('/_sandbox/faults', endpoint), JSON.stringify(body));
  const answer = parsed(text);
  if (status === 200) {
    const read = z.safeParse(answerShape, answer);
    if (read.success) return read.data.active.map(plain);
  }
  const refused = z.safeParse(refusalShape, answer);
  if (refused.success)
    throw problem('refused', safeLine(refused.data.error), 'choose another fault, or mend what is written');
  throw problem('nonsense', `the sandbox answered ${status} with something else`, 'is it of the same version?');
}

/** Words and numbers only; what else an answer may carry is not for the screen. */
function plain(fault: Record<string, unknown>): SandboxFault {
  const kept: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(fault)) {
    if (typeof value === 'number') kept[key] = value;
    else if (typeof value === 'string') kept[key] = safeLine(value);
  }
  return kept;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ask(url: URL, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) =>
      reject(problem('unreachable', `the sandbox gives no answer: ${error.message}`, 'does it still run?'));
    const sent = request(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(patienceMs) },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', failed);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('error', failed);
    sent.end(body);
  });
}

function problem(kind: 'refused' | 'nonsense' | 'unreachable', message: string, advice: string): ProblemError {
  return new ProblemError({ kind, source, message, advice });
}
