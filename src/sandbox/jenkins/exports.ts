import type { Call } from './actions.ts';
import type { Bean } from './bean.ts';
import { crumbField } from './crumb.ts';
import { plugins } from './description.ts';
import type { User } from './identity.ts';
import { type Build, fitsPermalink, type Job } from './job.ts';
import type { Master } from './master.ts';
import { type Node, urlName } from './node.ts';
import { computerBean, computersBean, labelDetailsBean, overallLoadBean } from './node-views.ts';
import { queueBean, rootBean, viewBean } from './root-views.ts';
import { buildBean, itemBean, jobBean } from './views.ts';

/** The object that the Remote API exports at a path; its crumb is asked for only there. */
export function beanAt({ master, user }: Call, path: readonly string[], crumb: () => string): Bean | undefined {
  const [first, second, third] = path;
  if (path.length === 0) return rootBean(master);
  if (path.length === 1) {
    if (first === 'queue') return queueBean(master);
    if (first === 'computer') return computersBean(master);
    if (first === 'overallLoad') return overallLoadBean(master);
    if (first === 'crumbIssuer') return crumbBean(crumb);
    if (first === 'whoAmI') return whoAmIBean(user.name);
    if (first === 'me') return userBean(master, user);
    if (first === 'pluginManager') return pluginsBean();
    return undefined;
  }
  if (first === 'job' && second !== undefined) {
    const job = master.jobs.get(second);
    if (!job) return undefined;
    if (path.length === 2) return jobBean(master, job);
    const build = path.length === 3 && third !== undefined ? buildOf(job, third) : undefined;
    return build && buildBean(master, build);
  }
  if (first === 'queue' && second === 'item' && path.length === 3) {
    const id = Number(third);
    const item = master.queue.find((one) => one.id === id) ?? master.left.get(id);
    return item && itemBean(master, item);
  }
  if (path.length !== 2) return undefined;
  if (first === 'computer') {
    const node = nodeAt(master, second ?? '');
    return node && computerBean(master, node);
  }
  if (first === 'label') return labelDetailsBean(master, second ?? '');
  if (first === 'view' && second === 'all') return viewBean(master);
  const named = first === 'user' ? master.identity.users.find(({ name }) => name === second) : undefined;
  return named && userBean(master, named);
}

/** A node by its name in URLs; `(master)` is the old name of the built-in one. */
export function nodeAt(master: Master, name: string): Node | undefined {
  if (name === '(master)') return master.builtIn;
  return master.nodes.all().find((node) => urlName(node) === name);
}

/** A build by number or by one of Jenkins' permalinks. */
export function buildOf(job: Job, name: string): Build | undefined {
  return job.builds.find((build) => String(build.number) === name || fitsPermalink(build, name));
}

function crumbBean(crumb: () => string): Bean {
  return {
    type: 'hudson.security.csrf.DefaultCrumbIssuer',
    members: { crumb, crumbRequestField: () => crumbField },
  };
}

/** `/whoAmI/api/json`, which is open to everybody. */
export function whoAmIBean(name: string): Bean {
  const anonymous = name === 'anonymous';
  return {
    type: 'hudson.security.WhoAmI',
    members: {
      anonymous: () => anonymous,
      authenticated: () => !anonymous,
      authorities: () => [anonymous ? 'anonymous' : 'authenticated'],
      name: () => name,
    },
  };
}

function userBean(master: Master, { name }: User): Bean {
  return {
    type: 'hudson.model.User',
    visibility: { absoluteUrl: 999, fullName: 999 },
    inline: ['property'],
    members: {
      absoluteUrl: () => `${master.identity.url}user/${encodeURIComponent(name)}`,
      description: () => null,
      fullName: () => name,
      id: () => name,
      property: () => [{ type: 'jenkins.security.ApiTokenProperty', members: {} }],
    },
  };
}

/** `/pluginManager/api/json`: what plugins.txt of the image installs. */
function pluginsBean(): Bean {
  const bean = (id: string, version: string): Bean => ({
    members: {
      active: () => true,
      backupVersion: () => null,
      bundled: () => false,
      deleted: () => false,
      dependencies: () => [],
      detached: () => false,
      downgradable: () => false,
      enabled: () => true,
      hasUpdate: () => false,
      longName: () => id,
      pinned: () => false,
      shortName: () => id,
      supportsDynamicLoad: () => 'MAYBE',
      url: () => `https://plugins.jenkins.io/${id}`,
      version: () => version,
    },
  });
  return {
    type: 'hudson.LocalPluginManager',
    members: { plugins: () => plugins.map(({ id, version }) => bean(id, version)) },
  };
}
