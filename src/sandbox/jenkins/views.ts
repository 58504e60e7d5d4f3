import type { Bean, Value } from './bean.ts';
import { type Build, colorOf, consoleText, estimate, type Job, type Result } from './job.ts';
import type { Master } from './master.ts';

/** What the Remote API shows of a master and its jobs: classes and member names as Jenkins 2.580 exports them. */

export function jobUrl(master: Master, job: Job): string {
  return `${master.identity.url}job/${encodeURIComponent(job.definition.name)}/`;
}

function buildUrl(master: Master, build: Build): string {
  return `${jobUrl(master, build.job)}${build.number}/`;
}

/** `/api/json`. */
export function rootBean(master: Master): Bean {
  const { identity, context } = master;
  return {
    type: 'hudson.model.Hudson',
    members: {
      assignedLabels: () => [labelBean('built-in')],
      mode: () => 'EXCLUSIVE',
      nodeDescription: () => "the Jenkins controller's built-in node",
      nodeName: () => '',
      numExecutors: () => master.builtIn.executors,
      description: () =>
        `Master of slot ${identity.slot} of ${identity.farm}: task ${context.task.id} on host ${context.host.id}`,
      jobs: () => [...master.jobs.values()].map((job) => jobBean(master, job)),
      overallLoad: () => ({ members: {} }),
      primaryView: () => viewBean(master),
      quietDownReason: () => null,
      quietingDown: () => master.quietingDown,
      slaveAgentPort: () => -1,
      unlabeledLoad: () => ({ type: 'jenkins.model.UnlabeledLoadStatistics', members: {} }),
      url: () => identity.url,
      useCrumbs: () => true,
      useSecurity: () => true,
      views: () => [viewBean(master)],
    },
  };
}

function viewBean(master: Master): Bean {
  return {
    type: 'hudson.model.AllView',
    brief: ['name', 'url'],
    members: {
      name: () => 'all',
      url: () => master.identity.url,
      jobs: () => [...master.jobs.values()].map((job) => jobBean(master, job)),
    },
  };
}

export function labelBean(name: string): Bean {
  return { brief: ['name'], members: { name: () => name } };
}

/** `/job/NAME/api/json`. */
export function jobBean(master: Master, job: Job): Bean {
  const last = (fits: (build: Build) => boolean) => (): Value => {
    const build = job.builds.find(fits);
    return build ? buildBean(master, build) : null;
  };
  const { definition } = job;
  return {
    type: 'hudson.model.FreeStyleProject',
    brief: ['name', 'url', 'color'],
    members: {
      actions: () => [],
      description: () => definition.description,
      displayName: () => definition.name,
      fullName: () => definition.name,
      name: () => definition.name,
      url: () => jobUrl(master, job),
      buildable: () => !job.disabled,
      builds: () => job.builds.map((build) => buildBean(master, build)),
      color: () => colorOf(job),
      concurrentBuild: () => definition.concurrent,
      disabled: () => job.disabled,
      firstBuild: () => buildOrNull(master, job.builds.at(-1)),
      healthReport: () => [],
      inQueue: () => master.queue.some((item) => item.job === job),
      keepDependencies: () => false,
      labelExpression: () => definition.label,
      lastBuild: last(() => true),
      lastCompletedBuild: last((build) => build.result !== undefined),
      lastFailedBuild: last((build) => build.result === 'FAILURE'),
      lastStableBuild: last((build) => build.result === 'SUCCESS'),
      lastSuccessfulBuild: last((build) => build.result === 'SUCCESS'),
      lastUnsuccessfulBuild: last((build) => build.result !== undefined && build.result !== 'SUCCESS'),
      nextBuildNumber: () => job.nextNumber,
      property: () => (Object.keys(definition.parameters).length === 0 ? [] : [parametersProperty(job)]),
      queueItem: () => null,
    },
  };
}

function parametersProperty(job: Job): Bean {
  return {
    type: 'hudson.model.ParametersDefinitionProperty',
    members: {
      parameterDefinitions: () =>
        Object.entries(job.definition.parameters).map(([name, value]) => ({
          type: 'hudson.model.StringParameterDefinition',
          brief: ['name', 'type'],
          members: {
            defaultParameterValue: () => ({
              type: 'hudson.model.StringParameterValue',
              brief: ['name', 'value'],
              members: { name: () => name, value: () => value },
            }),
            description: () => '',
            name: () => name,
            type: () => 'StringParameterDefinition',
          },
        })),
    },
  };
}

export function buildOrNull(master: Master, build: Build | undefined): Value {
  return build ? buildBean(master, build) : null;
}

/** `/job/NAME/NUMBER/api/json`. */
export function buildBean(master: Master, build: Build): Bean {
  const { job } = build;
  return {
    type: 'hudson.model.FreeStyleBuild',
    brief: ['number', 'url'],
    members: {
      actions: () => [
        {
          type: 'hudson.model.CauseAction',
          members: { causes: () => [{ members: { shortDescription: () => build.cause } }] },
        },
        ...(Object.keys(build.parameters).length === 0 ? [] : [parametersAction(build.parameters)]),
      ],
      artifacts: () => [],
      building: () => build.result === undefined,
      builtOn: () => (build.node.builtIn ? '' : build.node.name),
      changeSet: () => ({ type: 'hudson.scm.EmptyChangeLogSet', members: {} }),
      description: () => null,
      displayName: () => `#${build.number}`,
      duration: () => (build.endedAt === undefined ? 0 : build.endedAt - build.startedAt),
      estimatedDuration: () => (build.result === undefined ? build.estimatedMs : estimate(job)),
      executor: () => null,
      fullDisplayName: () => `${job.definition.name} #${build.number}`,
      id: () => String(build.number),
      inProgress: () => build.result === undefined,
      keepLog: () => false,
      nextBuild: () => buildOrNull(master, neighbour(job, build, 1)),
      number: () => build.number,
      previousBuild: () => buildOrNull(master, neighbour(job, build, -1)),
      queueId: () => build.queueId,
      result: (): Result | null => build.result ?? null,
      timestamp: () => Math.round(build.startedAt),
      url: () => buildUrl(master, build),
    },
  };
}

function neighbour(job: Job, build: Build, step: number): Build | undefined {
  return job.builds.find((other) => other.number === build.number + step);
}

export function parametersAction(parameters: Readonly<Record<string, string>>): Bean {
  return {
    type: 'hudson.model.ParametersAction',
    members: {
      parameters: () =>
        Object.entries(parameters).map(([name, value]) => ({
          type: 'hudson.model.StringParameterValue',
          brief: ['name', 'value'],
          members: { name: () => name, value: () => value },
        })),
    },
  };
}

/** The console so far, as `consoleText` gives it. */
export function consoleOf(master: Master, build: Build): string {
  return consoleText(build, master.world.now);
}
