import * as z from 'zod/mini';
import { safeLine } from '../terminal/safe-text.ts';
import type { ComputerFacts, MasterFacts, QueueItemFacts } from './facts.ts';

// The Remote API leaves members out, or gives null, by version and plugin: only what makes an answer meaningless without
// it is required.
const text = z.pipe(z.string(), z.transform(safeLine));

export const rootTree = 'quietingDown,jobs[name,color]';
export const computerTree =
  'busyExecutors,totalExecutors,computer[displayName,assignedLabels[name],idle,offline,temporarilyOffline,' +
  'offlineCauseReason,executors[progress,likelyStuck,currentExecutable[fullDisplayName,number,url]]]';
export const queueTree =
  'items[id,why,stuck,pending,inQueueSince,buildableStartMilliseconds,task[name,labelExpression]]';

const root = z.object({
  quietingDown: z.boolean(),
  jobs: z.array(z.object({ name: text, color: z.nullish(text) })),
});

const executor = z.object({
  progress: z.nullish(z.number()),
  likelyStuck: z.nullish(z.boolean()),
  currentExecutable: z.nullish(
    z.object({ fullDisplayName: z.nullish(text), number: z.nullish(z.number()), url: z.nullish(text) }),
  ),
});

const computers = z.object({
  busyExecutors: z.number(),
  totalExecutors: z.number(),
  computer: z.array(
    z.object({
      _class: z.nullish(z.string()),
      displayName: text,
      assignedLabels: z.nullish(z.array(z.object({ name: z.nullish(text) }))),
      idle: z.boolean(),
      offline: z.boolean(),
      temporarilyOffline: z.nullish(z.boolean()),
      offlineCauseReason: z.nullish(text),
      executors: z.nullish(z.array(executor)),
    }),
  ),
});

const queue = z.array(
  z.object({
    _class: z.nullish(z.string()),
    id: z.number(),
    why: z.nullish(text),
    stuck: z.nullish(z.boolean()),
    pending: z.nullish(z.boolean()),
    inQueueSince: z.number(),
    buildableStartMilliseconds: z.nullish(z.number()),
    task: z.nullish(z.object({ name: z.nullish(text), labelExpression: z.nullish(text) })),
  }),
);

/** `/api/json` as facts; undefined when the answer is not a Jenkins' own. */
export function rootFacts(answer: unknown): Pick<MasterFacts, 'quietingDown' | 'jobs'> | undefined {
  const parsed = z.safeParse(root, answer);
  if (!parsed.success) return undefined;
  return {
    quietingDown: parsed.data.quietingDown,
    jobs: parsed.data.jobs.map(({ name, color }) => ({ name, color: color ?? '' })),
  };
}

/** `/computer/api/json` as facts; undefined when the answer is not a Jenkins' own. */
export function computerFacts(
  answer: unknown,
): Pick<MasterFacts, 'busyExecutors' | 'totalExecutors' | 'computers'> | undefined {
  const parsed = z.safeParse(computers, answer);
  if (!parsed.success) return undefined;
  const { busyExecutors, totalExecutors, computer } = parsed.data;
  return { busyExecutors, totalExecutors, computers: computer.map(oneComputer) };
}

function oneComputer(computer: z.infer<typeof computers>['computer'][number]): ComputerFacts {
  const instanceId = instanceOfNode(computer.displayName);
  const reason = computer.offlineCauseReason;
  return {
    name: computer.displayName,
    builtIn: computer._class?.endsWith('MasterComputer') ?? false,
    offline: computer.offline,
    temporarilyOffline: computer.temporarilyOffline ?? false,
    idle: computer.idle,
    labels: (computer.assignedLabels ?? []).map((label) => label.name ?? '').filter((name) => name !== ''),
    executors: (computer.executors ?? []).map(({ progress, likelyStuck, currentExecutable: build }) => ({
      progress: progress ?? -1,
      likelyStuck: likelyStuck ?? false,
      ...(build ? { build: { name: buildName(build), url: build.url ?? '' } } : {}),
    })),
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(reason ? { offlineReason: reason } : {}),
  };
}

/** The EC2 plugin's node name is `EC2 (cloud) - description (i-…)`; the instance id is nowhere else in the JSON. */
export function instanceOfNode(name: string): string | undefined {
  return /^EC2 \(.*\((i-[0-9a-f]{8,17})\)$/.exec(name)?.[1];
}

/** `web-image #207`, from the URL when the build gives no name (a folder's job is named by its own part). */
function buildName(build: { fullDisplayName?: string | null; url?: string | null }): string {
  if (build.fullDisplayName) return build.fullDisplayName;
  const match = /\/job\/([^/]+)\/(\d+)\/?$/.exec(build.url ?? '');
  return match ? `${decode(match[1] ?? '')} #${match[2]}` : 'a build';
}

function decode(part: string): string {
  try {
    return safeLine(decodeURIComponent(part));
  } catch {
    return part;
  }
}

/** `/queue/api/json` as facts; undefined when the answer is not a Jenkins' own. */
export function queueFacts(items: unknown): readonly QueueItemFacts[] | undefined {
  const parsed = z.safeParse(queue, items);
  if (!parsed.success) return undefined;
  return parsed.data.map((item) => ({
    id: item.id,
    job: item.task?.name ?? '',
    why: item.why ?? '',
    since: item.inQueueSince,
    stuck: item.stuck ?? false,
    kind: kindOf(item._class ?? '', item.pending ?? false),
    ...(item.task?.labelExpression ? { label: item.task.labelExpression } : {}),
    ...(item.buildableStartMilliseconds ? { buildableSince: item.buildableStartMilliseconds } : {}),
  }));
}

/** By class, never by `why`: that text is translated. */
function kindOf(className: string, pending: boolean): QueueItemFacts['kind'] {
  if (className.endsWith('WaitingItem')) return 'waiting';
  if (className.endsWith('BlockedItem')) return 'blocked';
  return pending ? 'pending' : 'buildable';
}
