import * as z from 'zod/mini';
import { resourceSteps } from '../world/resource-faults.ts';
import type { CallerSpec } from './callers.ts';
import type { Fault } from './faults.ts';
import { parsePolicy } from './policy.ts';

/** What `--faults FILE` and the control endpoint's verb `faults` take. */
export interface FaultFile {
  readonly faults: readonly Fault[];
  readonly callers: readonly CallerSpec[];
  /** Whether the published token buckets are enforced; undefined: as it is. */
  readonly limits?: boolean;
  /** Whether the masters' own calls are judged by the policies of their task role; undefined: as it is. */
  readonly enforce?: boolean;
}

function whole(least: number, most: number) {
  const words = `must be a whole number from ${least} to ${most}`;
  return z.number(words).check(z.refine((value) => Number.isInteger(value) && value >= least && value <= most, words));
}

function words(sentence: string) {
  return z.string(sentence).check(z.minLength(1, sentence));
}

const farmSeconds = (() => {
  const sentence = 'must be a number of farm seconds above 0, at most 31622400 (a year)';
  return z.number(sentence).check(z.refine((value) => value > 0 && value <= 31_622_400, sentence));
})();

/** Farm seconds until it begins, and that it lasts. */
const window = { after: z.optional(farmSeconds), seconds: z.optional(farmSeconds) };
const count = z.optional(whole(1, 1_000_000));
const status = (least: number) => z.optional(whole(least, 599));
const slot = words('must be the slot of a master, such as a');

const share = 'must be a number above 0, at most 1';
const where = {
  ...window,
  service: words('must be a signing name such as ecs, network, or *'),
  operation: words('must be a name such as DescribeTasks, or *'),
  count,
  probability: z.optional(z.number(share).check(z.refine((value) => value > 0 && value <= 1, share))),
};
const answer = {
  code: z.optional(words('must be an error code')),
  message: z.optional(z.string('must be a string')),
};

const shapes = {
  throttle: z.strictObject({ kind: z.literal('throttle'), ...where, ...answer, status: status(400) }),
  error: z.strictObject({ kind: z.literal('error'), ...where, ...answer, status: status(400) }),
  delay: z.strictObject({ kind: z.literal('delay'), ...where, delayMs: whole(0, 3_600_000) }),
  hang: z.strictObject({ kind: z.literal('hang'), ...where }),
  cut: z.strictObject({ kind: z.literal('cut'), ...where }),
  nonsense: z.strictObject({ kind: z.literal('nonsense'), ...where, status: status(200) }),
  'expired-credentials': z.strictObject({
    kind: z.literal('expired-credentials'),
    ...window,
    accessKeyId: z.optional(words('must be an access key id')),
  }),
  'instance-will-not-boot': z.strictObject({
    kind: z.literal('instance-will-not-boot'),
    ...window,
    zone: z.optional(words('must be an availability zone')),
    role: z.optional(z.enum(['host', 'agent'], 'must be host or agent')),
    count,
  }),
  'zone-without-capacity': z.strictObject({
    kind: z.literal('zone-without-capacity'),
    ...window,
    zone: words('must be an availability zone'),
  }),
  'agent-disconnected': z.strictObject({
    kind: z.literal('agent-disconnected'),
    ...window,
    instanceId: z.optional(words('must be an instance id')),
    slot: z.optional(slot),
  }),
  'master-hangs': z.strictObject({
    kind: z.literal('master-hangs'),
    ...window,
    slot,
    answer: z.optional(z.enum(['nothing', '503'], 'must be nothing or 503')),
  }),
  'master-slow-boot': z.strictObject({
    kind: z.literal('master-slow-boot'),
    ...window,
    slot: z.optional(slot),
    extraSeconds: whole(1, 86_400),
    count,
  }),
  'resource-fails': z.strictObject({
    kind: z.literal('resource-fails'),
    ...window,
    logicalId: z.optional(words('must be the logical id of a resource such as ServiceA')),
    resourceType: z.optional(words('must be a resource type such as AWS::ECS::Service')),
    at: z.enum(resourceSteps, `must be one of ${resourceSteps.join(', ')}`),
    reason: z.optional(words('must be a sentence')),
    count,
  }),
};

export const faultKinds = Object.keys(shapes) as (keyof typeof shapes)[];

const caller = z.strictObject({
  accessKeyId: words('must be an access key id').check(
    z.regex(/^\w{4,128}$/, 'must be 4 to 128 letters and digits'),
    z.refine((key) => !/^A[KS]IA/.test(key), 'must not look like the key of a real account (AKIA… or ASIA…)'),
  ),
  secretAccessKey: z.optional(words('must be a string')),
  arn: words('must be an ARN').check(
    z.regex(
      /^arn:aws:(iam::\d{12}:(user\/[\w+=,.@/-]+|root)|sts::\d{12}:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+)$/,
      'must be the ARN of a user, of an assumed role or of root',
    ),
  ),
  policies: z.optional(z.array(z.unknown(), 'must be a list of policy documents')),
});

const file = z.strictObject({
  faults: z.optional(z.unknown()),
  callers: z.optional(z.unknown()),
  limits: z.optional(z.boolean('must be true or false')),
  enforce: z.optional(z.boolean('must be true or false')),
});

/** Reads a fault file: one fault, a list of them, or an object with more. A string says in one line what is wrong. */
export function parseFaultFile(value: unknown): FaultFile | string {
  const bare = Array.isArray(value) || (typeof value === 'object' && value !== null && 'kind' in value);
  const parsed = file.safeParse(bare ? { faults: value } : value);
  if (!parsed.success) return sentence(parsed.error, Object.keys(file.shape), 'an object, or a list of faults');
  const faults = each('fault', parsed.data.faults ?? [], parseFault);
  if (typeof faults === 'string') return faults;
  const callers = each('caller', parsed.data.callers ?? [], parseCaller);
  if (typeof callers === 'string') return callers;
  return { faults, callers, limits: parsed.data.limits, enforce: parsed.data.enforce };
}

function each<T extends object>(name: string, value: unknown, parse: (item: unknown) => T | string): T[] | string {
  const items: T[] = [];
  for (const [index, item] of (Array.isArray(value) ? value : [value]).entries()) {
    const parsed = parse(item);
    if (typeof parsed === 'string') return `${name} ${index + 1}: ${parsed}`;
    items.push(parsed);
  }
  return items;
}

function parseFault(item: unknown): Fault | string {
  const kind: unknown = typeof item === 'object' && item !== null ? (item as { kind?: unknown }).kind : undefined;
  const known = faultKinds.find((one) => one === kind);
  if (!known) return typeof item === 'object' ? `kind must be one of ${faultKinds.join(', ')}` : 'expected an object';
  const shape = shapes[known];
  const parsed = shape.safeParse(item);
  if (!parsed.success) return sentence(parsed.error, Object.keys(shape.shape), 'an object');
  const fault: Fault = parsed.data;
  if (fault.kind === 'agent-disconnected' && (fault.instanceId === undefined) === (fault.slot === undefined)) {
    return 'agent-disconnected needs instanceId or slot, one of them';
  }
  return fault;
}

function parseCaller(item: unknown): CallerSpec | string {
  const parsed = caller.safeParse(item);
  if (!parsed.success) return sentence(parsed.error, Object.keys(caller.shape), 'an object');
  const { accessKeyId, arn, policies: given } = parsed.data;
  if (given === undefined) return { accessKeyId, arn };
  const policies = each('policy', given, parsePolicy);
  return typeof policies === 'string' ? policies : { accessKeyId, arn, policies };
}

function sentence(error: z.core.$ZodError, keys: readonly string[], whole: string): string {
  const [issue] = error.issues;
  if (!issue) return `expected ${whole}`;
  if (issue.code === 'unrecognized_keys') return `unknown key ${issue.keys[0]}; expected ${keys.join(', ')}`;
  return issue.path.length === 0 ? `expected ${whole}` : `${issue.path.join('.')} ${issue.message}`;
}
