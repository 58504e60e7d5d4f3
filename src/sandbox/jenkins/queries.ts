import type { VirtualAnswer } from '../world/network.ts';
import { type Bean, exportDepth, exportTree } from './bean.ts';
import { crumbOf } from './crumb.ts';
import type { User } from './identity.ts';
import type { Build, Job } from './job.ts';
import type { Master } from './master.ts';
import { type Node, urlName } from './node.ts';
import { computerBean, computersBean, labelDetailsBean, overallLoadBean } from './node-views.ts';
import { itemBean, queueBean } from './queue-views.ts';
import { html, json, notFound, plain } from './responses.ts';
import { parseTree, TreeSyntaxError } from './tree.ts';
import { buildBean, consoleOf, jobBean, rootBean } from './views.ts';

/** The parts of a path, decoded; undefined when an escape in it is broken. */
export function segments(url: URL): string[] | undefined {
  try {
    return url.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Answers GET. */
export function query(master: Master, url: URL, user: User): VirtualAnswer {
  const parts = segments(url);
  if (!parts) return html(400, 'Bad Request', 'HTTP ERROR 400 Bad Request');
  if (parts.length === 0) return html(200, 'Dashboard - Jenkins', 'Dashboard');
  if (parts.at(-1) === 'json' && parts.at(-2) === 'api') {
    const bean = beanAt(master, parts.slice(0, -2), user);
    return bean ? exported(bean, url) : notFound();
  }
  if (parts[0] === 'job' && parts.length >= 2) {
    const job = master.jobs.get(parts[1] ?? '');
    const build = job && parts[2] !== undefined ? buildOf(job, parts[2]) : undefined;
    if (build && parts[3] === 'consoleText' && parts.length === 4) return plain(consoleOf(master, build));
    if (build && parts[3] === 'logText' && parts[4] === 'progressiveText') return progressive(master, build, url);
    if (job && parts.length === 2) return html(200, `${job.definition.name} - Jenkins`, job.definition.description);
  }
  const mustPost = /^(exit|safeExit|quietDown|cancelQuietDown)$/.test(parts[0] ?? '') && parts.length === 1;
  if (mustPost) return html(405, 'Method Not Allowed', 'This URL requires POST');
  return notFound();
}

function exported(bean: Bean, url: URL): VirtualAnswer {
  const tree = url.searchParams.get('tree');
  if (tree === null) return json(exportDepth(bean, Number(url.searchParams.get('depth') ?? 0) || 0));
  try {
    return json(exportTree(bean, parseTree(tree)));
  } catch (error) {
    if (error instanceof TreeSyntaxError) return html(400, 'Bad Request', 'The tree parameter cannot be understood');
    throw error;
  }
}

/** The new part of a console since `start`, with headers that say where it goes on and whether it does. */
function progressive(master: Master, build: Build, url: URL): VirtualAnswer {
  const text = consoleOf(master, build);
  const start = Number(url.searchParams.get('start') ?? 0) || 0;
  const answer = plain(text.slice(start));
  const more: Record<string, string> = build.result === undefined ? { 'X-More-Data': 'true' } : {};
  return { ...answer, headers: { ...answer.headers, 'X-Text-Size': String(text.length), ...more } };
}

function beanAt(master: Master, path: readonly string[], user: User): Bean | undefined {
  const [first, second, third] = path;
  if (path.length === 0) return rootBean(master);
  if (path.length === 1) {
    if (first === 'queue') return queueBean(master);
    if (first === 'computer') return computersBean(master);
    if (first === 'overallLoad') return overallLoadBean(master);
    if (first === 'crumbIssuer') return crumbBean(master, user);
    if (first === 'whoAmI') return whoAmIBean(user);
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
  if (first === 'computer' && path.length === 2) {
    const node = nodeAt(master, second ?? '');
    return node && computerBean(master, node);
  }
  if (first === 'label' && path.length === 2) return labelDetailsBean(master, second ?? '');
  return undefined;
}

/** A node by its name in URLs; `(master)` is the old name of the built-in one. */
export function nodeAt(master: Master, name: string): Node | undefined {
  if (name === '(master)') return master.builtIn;
  return master.nodes.all().find((node) => urlName(node) === name);
}

/** A build by number or by one of Jenkins' permalinks. */
export function buildOf(job: Job, name: string): Build | undefined {
  const permalinks: Record<string, (build: Build) => boolean> = {
    lastBuild: () => true,
    lastCompletedBuild: (build) => build.result !== undefined,
    lastFailedBuild: (build) => build.result === 'FAILURE',
    lastStableBuild: (build) => build.result === 'SUCCESS',
    lastSuccessfulBuild: (build) => build.result === 'SUCCESS',
    lastUnsuccessfulBuild: (build) => build.result !== undefined && build.result !== 'SUCCESS',
  };
  const fits = Object.hasOwn(permalinks, name) ? permalinks[name] : undefined;
  return job.builds.find(fits ?? ((build) => String(build.number) === name));
}

function crumbBean(master: Master, user: User): Bean {
  return {
    type: 'hudson.security.csrf.DefaultCrumbIssuer',
    members: { crumb: () => crumbOf(master, user.name), crumbRequestField: () => 'Jenkins-Crumb' },
  };
}

function whoAmIBean(user: User): Bean {
  return {
    type: 'hudson.security.WhoAmI',
    members: {
      anonymous: () => false,
      authenticated: () => true,
      authorities: () => ['authenticated'],
      name: () => user.name,
    },
  };
}
