import type { Bean, Value } from './bean.ts';
import type { Build } from './job.ts';
import { loadSeries, timeScales } from './load-statistics.ts';
import type { Master } from './master.ts';
import { isOffline, type Node } from './node.ts';
import { buildBean, labelBean } from './views.ts';

/** `/computer/api/json`. */
export function computersBean(master: Master): Bean {
  const nodes = () => master.nodes.all();
  return {
    type: 'hudson.model.ComputerSet',
    members: {
      busyExecutors: () => nodes().reduce((sum, node) => sum + node.builds.size, 0),
      computer: () => nodes().map((node) => computerBean(master, node)),
      displayName: () => 'Nodes',
      totalExecutors: () => nodes().reduce((sum, node) => sum + (node.online ? node.executors : 0), 0),
    },
  };
}

/** `/computer/NAME/api/json`. */
export function computerBean(master: Master, node: Node): Bean {
  return {
    type: node.builtIn ? 'hudson.model.Hudson$MasterComputer' : 'hudson.plugins.ec2.EC2Computer',
    brief: ['displayName'],
    members: {
      actions: () => [],
      assignedLabels: () => [labelBean(node.label), ...(node.builtIn ? [] : [labelBean(node.name)])],
      description: () => (node.builtIn ? "the Jenkins controller's built-in node" : 'docker'),
      displayName: () => node.name,
      executors: () => executors(master, node),
      icon: () => (isOffline(node) ? 'symbol-computer-offline' : 'symbol-computer'),
      iconClassName: () => (isOffline(node) ? 'symbol-computer-offline' : 'symbol-computer'),
      idle: () => node.builds.size === 0,
      jnlpAgent: () => false,
      launchSupported: () => !node.builtIn,
      loadStatistics: () => ({ type: 'hudson.model.Label$1', members: {} }),
      manualLaunchAllowed: () => !node.builtIn,
      monitorData: () => ({ members: {} }),
      numExecutors: () => node.executors,
      offline: () => isOffline(node),
      offlineCause: (): Value => (node.offlineCause === '' ? null : { type: node.offlineCause, members: {} }),
      offlineCauseReason: () => node.offlineReason,
      oneOffExecutors: () => [],
      temporarilyOffline: () => node.temporarilyOffline,
    },
  };
}

function executors(master: Master, node: Node): Bean[] {
  const builds = [...node.builds];
  return Array.from({ length: node.executors }, (_, number) => {
    const build = builds[number];
    return {
      members: {
        currentExecutable: () => (build ? buildBean(master, build) : null),
        idle: () => build === undefined,
        likelyStuck: () => build !== undefined && isLikelyStuck(master, build),
        number: () => number,
        progress: () => (build ? progress(master, build) : -1),
      },
    };
  });
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

/** `/overallLoad/api/json`. */
export function overallLoadBean(master: Master): Bean {
  const series = (name: (typeof loadSeries)[number]) => (): Bean => ({
    members: Object.fromEntries(
      timeScales.map((scale) => [
        scale,
        (): Bean => ({
          brief: ['latest', 'history'],
          members: {
            history: () => master.statistics.history(name, scale),
            latest: () => master.statistics.history(name, scale)[0] ?? 0,
          },
        }),
      ]),
    ),
    brief: [...timeScales],
  });
  return {
    type: 'hudson.model.OverallLoadStatistics',
    members: Object.fromEntries(loadSeries.map((name) => [name, series(name)])),
  };
}

/** `/label/NAME/api/json`. */
export function labelDetailsBean(master: Master, label: string): Bean {
  const nodes = master.nodes.ofLabel(label);
  const online = nodes.filter((node) => !isOffline(node));
  return {
    type: 'hudson.model.labels.LabelAtom',
    members: {
      busyExecutors: () => nodes.reduce((sum, node) => sum + node.builds.size, 0),
      idleExecutors: () => online.reduce((sum, node) => sum + node.executors - node.builds.size, 0),
      name: () => label,
      nodes: () =>
        nodes.map((node) => ({ brief: ['nodeName'], members: { nodeName: () => (node.builtIn ? '' : node.name) } })),
      offline: () => online.length === 0,
      tiedJobs: () => [],
      totalExecutors: () => online.reduce((sum, node) => sum + node.executors, 0),
    },
  };
}
