import type { Bean } from './bean.ts';
import { description, fill } from './description.ts';
import type { Job } from './job.ts';
import type { Master } from './master.ts';
import { itemBean, jobBean } from './views.ts';

/** `/api/json`. */
export function rootBean(master: Master): Bean {
  const { identity, context } = master;
  return {
    type: 'hudson.model.Hudson',
    members: {
      assignedLabels: () => [labelBean('built-in')],
      mode: () => description.master.mode,
      nodeDescription: () => "the Jenkins controller's built-in node",
      nodeName: () => '',
      numExecutors: () => master.builtIn.executors,
      description: () =>
        fill(description.master.message, {
          SLOT: identity.slot,
          FARM: identity.farm,
          TASK: context.task.id,
          HOST: context.host.id,
        }),
      jobs: () => jobs(master),
      overallLoad: () => ({ members: {} }),
      primaryView: () => viewBean(master),
      quietDownReason: () => master.quietDownReason ?? null,
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

/** `/view/all/api/json`. */
export function viewBean(master: Master): Bean {
  return {
    type: 'hudson.model.AllView',
    visibility: { name: 2, url: 2 },
    inline: ['property'],
    members: {
      description: () => null,
      jobs: () => jobs(master),
      name: () => 'all',
      property: () => [],
      url: () => master.identity.url,
    },
  };
}

export function labelBean(name: string): Bean {
  return { visibility: { name: 2 }, members: { name: () => name } };
}

/** `/queue/api/json`: the newest item first, as Jenkins lists them. */
export function queueBean(master: Master): Bean {
  return {
    type: 'hudson.model.Queue',
    inline: ['discoverableItems', 'items'],
    members: {
      discoverableItems: () => [],
      items: () => master.queue.toReversed().map((item) => itemBean(master, item)),
    },
  };
}

/** By name, without regard to case. */
function jobs(master: Master): Bean[] {
  const name = ({ definition }: Job) => definition.name.toLowerCase();
  return [...master.jobs.values()].sort((a, b) => (name(a) < name(b) ? -1 : 1)).map((job) => jobBean(master, job));
}
