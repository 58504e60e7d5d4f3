import * as z from 'zod/mini';
import { defaultSettings, type Settings } from './world/settings.ts';

/** Seconds that no process of a region takes: a day. */
const longest = 86_400;

function number(least: number, most: number) {
  const words = `must be a number from ${least} to ${most}`;
  return z.number(words).check(z.refine((value) => value >= least && value <= most, words));
}

function whole(least: number, most: number) {
  const words = `must be a whole number from ${least} to ${most}`;
  return z.number(words).check(z.refine((value) => Number.isInteger(value) && value >= least && value <= most, words));
}

const rangeWords = `must be [from, to] in seconds, 0 <= from <= to <= ${longest}`;
const range = z
  .tuple([z.number(rangeWords), z.number(rangeWords)], rangeWords)
  .check(z.refine(([from, to]) => from >= 0 && to >= from && to <= longest, rangeWords));
/** Of what is done again and again: 0 would never let time go on. */
const every = number(1, longest);

const schema = z.partial(
  z.strictObject({
    instance: z.partial(
      z.strictObject({
        pending: range,
        boot: range,
        statusChecks: range,
        shuttingDown: range,
        terminatedVisible: number(0, longest),
      }),
    ),
    autoScaling: z.partial(z.strictObject({ healthCheckSeconds: every, launch: range })),
    ecs: z.partial(
      z.strictObject({
        agentRegister: range,
        schedulerSeconds: every,
        pending: range,
        imagePull: range,
        hostLost: range,
        stoppedVisible: number(0, longest),
      }),
    ),
    loadBalancer: z.partial(z.strictObject({ registration: range })),
    jenkins: z.partial(z.strictObject({ boot: range, stop: range, provisionDecision: range, agentConnect: range })),
    load: z.partial(z.strictObject({ buildsPerHour: number(0, 100_000), duration: range, queued: whole(0, 50_000) })),
    cloudformation: z.partial(z.strictObject({ resource: range, pollSeconds: every, changeSet: range })),
    // The default VPC's three subnets have 12,273 addresses, and Jenkins' cloud asks EC2 for one agent at a time.
    largeFarm: z.strictObject({ masters: whole(2, 200), agents: whole(1, 5_000), queued: whole(0, 50_000) }),
  }),
);

/** Settings out of a file: what differs from the defaults, or what is wrong with it, in one line. */
export function parseSettings(value: unknown): Partial<Settings> | string {
  const { success, data, error } = z.safeParse(schema, value);
  if (!success) {
    const [issue] = error.issues;
    const path = issue?.path.join('.') ?? '';
    const said =
      issue?.code === 'unrecognized_keys' ? `no setting is named ${issue.keys.join(', ')}` : (issue?.message ?? '');
    return path === '' ? said : `${path}: ${said}`;
  }
  const defaults = defaultSettings;
  return {
    instance: { ...defaults.instance, ...data.instance },
    autoScaling: { ...defaults.autoScaling, ...data.autoScaling },
    ecs: { ...defaults.ecs, ...data.ecs },
    loadBalancer: { ...defaults.loadBalancer, ...data.loadBalancer },
    jenkins: { ...defaults.jenkins, ...data.jenkins },
    load: { ...defaults.load, ...data.load },
    cloudformation: { ...defaults.cloudformation, ...data.cloudformation },
    ...(data.largeFarm ? { largeFarm: data.largeFarm } : {}),
  };
}
