import type { Bean, Value } from './bean.ts';
import { description } from './description.ts';
import { loadSeries, timeScales } from './load-statistics.ts';
import type { Master } from './master.ts';
import { isOffline, type Node } from './node.ts';
import { labelBean } from './root-views.ts';
import { executorBean } from './views.ts';

/** `/computer/api/json`. */
export function computersBean(master: Master): Bean {
  const nodes = () => master.nodes.all();
  return {
    type: 'hudson.model.ComputerSet',
    inline: ['computer'],
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
    inline: ['monitorData'],
    members: {
      actions: () => [],
      assignedLabels: () => [labelBean(node.label), ...(node.builtIn ? [] : [labelBean(node.name)])],
      description: () => (node.builtIn ? "the Jenkins controller's built-in node" : description.agents.description),
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
      offlineCause: (): Value => (node.offlineCause === '' ? null : offlineCause(node)),
      offlineCauseReason: () => node.offlineReason,
      oneOffExecutors: () => [],
      temporarilyOffline: () => node.temporarilyOffline,
      ...(node.builtIn ? {} : { absoluteRemotePath: () => (node.online ? description.agents.home : null) }),
    },
  };
}

function executors(master: Master, node: Node): Bean[] {
  const builds = [...node.builds];
  return Array.from({ length: node.executors }, (_, number) => executorBean(master, number, builds[number]));
}

function offlineCause(node: Node): Bean {
  const user = node.offlineCause.endsWith('$UserCause');
  return {
    type: node.offlineCause,
    members: {
      timestamp: () => Math.round(node.offlineSince ?? 0),
      ...(user ? { description: () => node.offlineReason } : {}),
    },
  };
}

/** What the EC2 plugin's launcher wrote while it brought an agent up. */
export function launchLog(node: Node): string {
  if (node.builtIn) return '';
  const id = node.instanceId ?? '';
  const lines = [`INFO: Launching instance: ${id}`, 'INFO: bootstrap()', 'INFO: Getting keypair...'];
  if (node.connecting) return `${[...lines, 'INFO: Waiting for SSH to come up. Sleeping 5.'].join('\n')}\n`;
  lines.push(
    'INFO: Connected via SSH.',
    'INFO: Launching remoting agent (via SSH client process)',
    'Agent successfully connected and online',
  );
  if (!node.online) lines.push('ERROR: Connection terminated');
  return `${lines.join('\n')}\n`;
}

/** `/overallLoad/api/json`. */
export function overallLoadBean(master: Master): Bean {
  const series = (name: (typeof loadSeries)[number]) => (): Bean => ({
    members: Object.fromEntries(
      timeScales.map((scale) => [
        scale,
        (): Bean => ({
          members: {
            history: () => master.statistics.history(name, scale),
            latest: () => master.statistics.history(name, scale)[0] ?? 0,
          },
        }),
      ]),
    ),
  });
  return {
    type: 'hudson.model.OverallLoadStatistics',
    members: {
      ...Object.fromEntries(loadSeries.map((name) => [name, series(name)])),
      // Old names of two of them.
      totalExecutors: series('onlineExecutors'),
      totalQueueLength: series('queueLength'),
    },
  };
}

/** `/label/NAME/api/json`. */
export function labelDetailsBean(master: Master, label: string): Bean {
  const nodes = master.nodes.ofLabel(label);
  const online = nodes.filter((node) => !isOffline(node));
  return {
    type: 'hudson.model.labels.LabelAtom',
    members: {
      actions: () => [],
      busyExecutors: () => nodes.reduce((sum, node) => sum + node.builds.size, 0),
      clouds: () => (label === description.agents.label ? [{ type: 'hudson.plugins.ec2.EC2Cloud', members: {} }] : []),
      description: () => null,
      idleExecutors: () => online.reduce((sum, node) => sum + node.executors - node.builds.size, 0),
      loadStatistics: () => ({ type: 'hudson.model.Label$1', members: {} }),
      name: () => label,
      nodes: () => nodes.map(nodeBean),
      offline: () => online.length === 0,
      tiedJobs: () => [],
      totalExecutors: () => online.reduce((sum, node) => sum + node.executors, 0),
      propertiesList: () => [],
    },
  };
}

function nodeBean(node: Node): Bean {
  return {
    type: node.builtIn ? 'hudson.model.Hudson' : 'hudson.plugins.ec2.EC2OndemandSlave',
    visibility: { nodeName: 999 },
    members: { nodeName: () => (node.builtIn ? '' : node.name) },
  };
}
