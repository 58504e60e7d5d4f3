import type { Bean, Value } from './bean.ts';
import {
  type Build,
  type Cause,
  colorOf,
  consoleText,
  estimate,
  fitsPermalink,
  healthOf,
  type Job,
  type Result,
} from './job.ts';
import type { Master } from './master.ts';
import { isStuck, whyOf } from './queue.ts';
import type { QueueItem } from './queue-item.ts';

/** What the Remote API shows of a master and its jobs: classes and member names as Jenkins 2.580 exports them. */

function jobUrl(master: Master, job: Job): string {
  return master.identity.url + jobPath(job).slice(1);
}

/** The path of a job's page. */
export function jobPath(job: Job): string {
  return `/job/${encodeURIComponent(job.definition.name)}/`;
}

function buildUrl(master: Master, build: Build): string {
  return `${jobUrl(master, build.job)}${build.number}/`;
}

/** `/job/NAME/api/json`. */
export function jobBean(master: Master, job: Job): Bean {
  const last = (permalink: string) => (): Value =>
    buildOrNull(
      master,
      job.builds.find((build) => fitsPermalink(build, permalink)),
    );
  const { definition } = job;
  const properties = () => (Object.keys(definition.parameters).length === 0 ? [] : [parametersProperty(job)]);
  const builds = () => job.builds.map((build) => buildBean(master, build));
  return {
    type: 'hudson.model.FreeStyleProject',
    visibility: { name: 999, url: 999, color: 2, allBuilds: -2 },
    inline: ['property'],
    members: {
      actions: properties,
      description: () => job.description,
      displayName: () => definition.name,
      displayNameOrNull: () => null,
      fullDisplayName: () => definition.name,
      fullName: () => definition.name,
      name: () => definition.name,
      url: () => jobUrl(master, job),
      allBuilds: builds,
      buildable: () => !job.disabled,
      builds,
      color: () => colorOf(job),
      firstBuild: () => buildOrNull(master, job.builds.at(-1)),
      healthReport: () => healthReport(job),
      inQueue: () => master.queue.some((item) => item.job === job),
      keepDependencies: () => false,
      lastBuild: last('lastBuild'),
      lastCompletedBuild: last('lastCompletedBuild'),
      lastFailedBuild: last('lastFailedBuild'),
      lastStableBuild: last('lastStableBuild'),
      lastSuccessfulBuild: last('lastSuccessfulBuild'),
      lastUnstableBuild: last('lastUnstableBuild'),
      lastUnsuccessfulBuild: last('lastUnsuccessfulBuild'),
      nextBuildNumber: () => job.nextNumber,
      property: properties,
      queueItem: () => {
        const item = master.queue.find((one) => one.job === job);
        return item ? itemBean(master, item) : null;
      },
      concurrentBuild: () => definition.concurrent,
      disabled: () => job.disabled,
      downstreamProjects: () => [],
      labelExpression: () => definition.label,
      scm: () => ({ type: 'hudson.scm.NullSCM', members: {} }),
      upstreamProjects: () => [],
    },
  };
}

function parametersProperty(job: Job): Bean {
  return {
    type: 'hudson.model.ParametersDefinitionProperty',
    defaultVisibility: 2,
    members: {
      parameterDefinitions: () =>
        Object.entries(job.definition.parameters).map(([name, value]) => ({
          type: 'hudson.model.StringParameterDefinition',
          defaultVisibility: 3,
          members: {
            defaultParameterValue: () => parameterValue(name, value),
            description: () => job.definition.parameterDescriptions[name] ?? '',
            name: () => name,
            type: () => 'StringParameterDefinition',
          },
        })),
    },
  };
}

function buildOrNull(master: Master, build: Build | undefined): Value {
  return build ? buildBean(master, build) : null;
}

/** `/job/NAME/NUMBER/api/json`. */
export function buildBean(master: Master, build: Build): Bean {
  const { job } = build;
  return {
    type: 'hudson.model.FreeStyleBuild',
    visibility: { number: 2, url: 2, fingerprint: -1 },
    members: {
      actions: () => [
        causeAction(build.cause),
        ...(Object.keys(build.parameters).length === 0 ? [] : [parametersAction(build.parameters)]),
      ],
      artifacts: () => [],
      building: () => build.result === undefined,
      description: () => build.description ?? null,
      displayName: () => `#${build.number}`,
      duration: () => (build.endedAt === undefined ? 0 : build.endedAt - build.startedAt),
      estimatedDuration: () => (build.result === undefined ? build.estimatedMs : estimate(job)),
      executor: () => (build.result === undefined ? executorOf(master, build) : null),
      fullDisplayName: () => `${job.definition.name} #${build.number}`,
      id: () => String(build.number),
      inProgress: () => build.result === undefined,
      keepLog: () => build.keepLog === true,
      nextBuild: () => buildOrNull(master, neighbour(job, build, 1)),
      number: () => build.number,
      previousBuild: () => buildOrNull(master, neighbour(job, build, -1)),
      queueId: () => build.queueId,
      result: (): Result | null => build.result ?? null,
      timestamp: () => Math.round(build.startedAt),
      url: () => buildUrl(master, build),
      builtOn: () => (build.node.builtIn ? '' : build.node.name),
      changeSet: () => ({
        type: 'hudson.scm.EmptyChangeLogSet',
        defaultVisibility: 999,
        members: { items: () => [], kind: () => null },
      }),
      culprits: () => [],
    },
  };
}

function neighbour(job: Job, build: Build, step: number): Build | undefined {
  return job.builds.find((other) => other.number === build.number + step);
}

function parametersAction(parameters: Readonly<Record<string, string>>): Bean {
  return {
    type: 'hudson.model.ParametersAction',
    visibility: { parameters: 2 },
    members: { parameters: () => Object.entries(parameters).map(([name, value]) => parameterValue(name, value)) },
  };
}

function parameterValue(name: string, value: string): Bean {
  return {
    type: 'hudson.model.StringParameterValue',
    defaultVisibility: 3,
    visibility: { value: 4 },
    members: { name: () => name, value: () => value },
  };
}

function causeAction({ text, userId }: Cause): Bean {
  const cause: Bean = {
    type: userId === undefined ? 'hudson.triggers.SCMTrigger$SCMTriggerCause' : 'hudson.model.Cause$UserIdCause',
    defaultVisibility: 3,
    members: {
      shortDescription: () => text,
      ...(userId === undefined ? {} : { userId: () => userId, userName: () => userId }),
    },
  };
  return { type: 'hudson.model.CauseAction', visibility: { causes: 2 }, members: { causes: () => [cause] } };
}

/** The weather of a job's last builds; none before the first one is done. */
function healthReport(job: Job): Bean[] {
  const health = healthOf(job);
  if (!health) return [];
  const { score, text } = health;
  const icon = score > 80 ? '80plus' : score > 60 ? '60to79' : score > 40 ? '40to59' : score > 20 ? '20to39' : '00to19';
  return [
    {
      defaultVisibility: 2,
      members: {
        description: () => `Build stability: ${text}`,
        iconClassName: () => `icon-health-${icon}`,
        iconUrl: () => `health-${icon}.png`,
        score: () => score,
      },
    },
  ];
}

/** The console so far, as `consoleText` gives it. */
export function consoleOf(master: Master, build: Build): string {
  return consoleText(build, master.world.now);
}

/** The executor that a running build has. */
function executorOf(master: Master, build: Build): Bean {
  return executorBean(master, [...build.node.builds].indexOf(build), build);
}

export function executorBean(master: Master, number: number, build: Build | undefined): Bean {
  return {
    members: {
      currentExecutable: () => (build ? buildBean(master, build) : null),
      idle: () => build === undefined,
      likelyStuck: () => build !== undefined && isLikelyStuck(master, build),
      number: () => number,
      progress: () => (build ? progress(master, build) : -1),
    },
  };
}

/** Percent of the expected time, 99 at most, −1 when nothing is expected (Executor.getProgress). */
function progress(master: Master, build: Build): number {
  if (build.estimatedMs <= 0) return -1;
  return Math.min(99, Math.round(((master.world.now - build.startedAt) / build.estimatedMs) * 100));
}

/** Ten times the expected time, or a day when nothing is expected (Executor.isLikelyStuck). */
function isLikelyStuck(master: Master, build: Build): boolean {
  const elapsed = master.world.now - build.startedAt;
  return build.estimatedMs > 0 ? elapsed > build.estimatedMs * 10 : elapsed > 24 * 3_600_000;
}

const classes: Readonly<Record<QueueItem['stage'], string>> = {
  waiting: 'hudson.model.Queue$WaitingItem',
  blocked: 'hudson.model.Queue$BlockedItem',
  buildable: 'hudson.model.Queue$BuildableItem',
  left: 'hudson.model.Queue$LeftItem',
};

/** `/queue/item/N/api/json`. */
export function itemBean(master: Master, item: QueueItem): Bean {
  const { stage } = item;
  return {
    type: classes[stage],
    // Those of its superclass show as any other's.
    defaultVisibility: 999,
    visibility: { actions: 1 },
    members: {
      actions: () => [
        causeAction(item.cause),
        ...(Object.keys(item.parameters).length === 0 ? [] : [parametersAction(item.parameters)]),
      ],
      blocked: () => stage === 'blocked',
      buildable: () => stage === 'buildable',
      id: () => item.id,
      inQueueSince: () => Math.round(item.since),
      params: () =>
        Object.entries(item.parameters)
          .map(([name, value]) => `\n${name}=${value}`)
          .join(''),
      stuck: () => isStuck(master, item, estimate(item.job)),
      task: () => jobBean(master, item.job),
      url: () => `queue/item/${item.id}/`,
      why: () => whyOf(master, item),
      ...(stage === 'waiting' ? { timestamp: () => Math.round(item.quietUntil) } : {}),
      ...(stage === 'blocked' || stage === 'buildable'
        ? { buildableStartMilliseconds: () => Math.round(item.buildableSince ?? item.since) }
        : {}),
      ...(stage === 'buildable' ? { pending: () => false } : {}),
      ...(stage === 'left'
        ? { cancelled: () => item.cancelled, executable: () => buildOrNull(master, item.build) }
        : {}),
    },
  };
}
