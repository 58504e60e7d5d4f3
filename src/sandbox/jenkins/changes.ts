import type { VirtualAnswer, VirtualRequest } from '../world/network.ts';
import { removeAgent } from './agents.ts';
import { finishBuild } from './builds.ts';
import type { User } from './identity.ts';
import type { Job } from './job.ts';
import type { Master } from './master.ts';
import type { Node } from './node.ts';
import { buildOf, nodeAt, segments } from './queries.ts';
import { cancelItem, enqueue, maintain, quietPeriodMs } from './queue.ts';
import { html, notFound, redirect, reply } from './responses.ts';
import { shutDown } from './shutdown.ts';
import { jobUrl } from './views.ts';

/** How long `/jdci-health/fail` makes the health check fail when it does not say, and at most; seconds. */
const failDefault = 600;
const failMost = 3600;

/** Answers POST of somebody who may do everything. */
export function change(master: Master, url: URL, request: VirtualRequest, user: User): VirtualAnswer {
  const parts = segments(url);
  if (!parts) return html(400, 'Bad Request', 'HTTP ERROR 400 Bad Request');
  const [first, second, third, fourth] = parts;
  const form = formOf(url, request);
  if (first === 'job' && second !== undefined) {
    const job = master.jobs.get(second);
    if (!job) return notFound();
    if (parts.length === 3) return changeJob(master, job, third ?? '', form, user);
    const build = buildOf(job, third ?? '');
    if (!build || fourth !== 'stop') return notFound();
    finishBuild(master, build, 'ABORTED', [`Aborted by ${user.name}`]);
    return redirect(302, `${jobUrl(master, job)}${build.number}/`);
  }
  if (first === 'queue' && second === 'cancelItem') return cancel(master, form.get('id'));
  if (first === 'computer' && second !== undefined && parts.length === 3) {
    const node = nodeAt(master, second);
    return node ? changeNode(master, node, third ?? '', form, user) : notFound();
  }
  if (first === 'jdci-health' && parts.length === 2) return changeHealth(master, second ?? '', form);
  if (parts.length !== 1) return notFound();
  switch (first) {
    case 'quietDown':
      master.quietingDown = true;
      return redirect(302, master.identity.url);
    case 'cancelQuietDown':
      master.quietingDown = false;
      master.exitsWhenIdle = false;
      maintain(master);
      return redirect(302, master.identity.url);
    case 'exit':
      shutDown(master, 0);
      return html(200, 'Shutting down', 'Shutting down');
    case 'safeExit':
      master.quietingDown = true;
      master.exitsWhenIdle = true;
      maintain(master);
      return html(200, 'Shutting down', 'Jenkins will shut down when all builds have finished');
    default:
      return notFound();
  }
}

/** Parameters of a request: of its query and, in a form, of its body. */
function formOf(url: URL, request: VirtualRequest): URLSearchParams {
  const form = new URLSearchParams(url.search);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(request.body)) form.append(name, value);
  }
  return form;
}

function changeJob(master: Master, job: Job, action: string, form: URLSearchParams, user: User): VirtualAnswer {
  const { definition } = job;
  const parameterised = Object.keys(definition.parameters).length > 0;
  switch (action) {
    case 'disable':
    case 'enable':
      job.disabled = action === 'disable';
      return redirect(302, jobUrl(master, job));
    case 'doDelete':
      for (const item of master.queue.filter((one) => one.job === job)) cancelItem(master, item.id);
      for (const build of job.builds) finishBuild(master, build, 'ABORTED', [`Aborted by ${user.name}`]);
      master.jobs.delete(definition.name);
      return redirect(302, master.identity.url);
    case 'build':
    case 'buildWithParameters':
      break;
    default:
      return notFound();
  }
  if (job.disabled) {
    return html(409, 'Conflict', `${definition.name} is not buildable`);
  }
  if (action === 'buildWithParameters' && !parameterised) {
    return html(400, 'Bad Request', `${definition.name} is not parameterized`);
  }
  // `/build` of a parameterised job wants the form of the page, which a program has not.
  if (action === 'build' && parameterised && !form.has('json')) {
    return html(400, 'Bad Request', 'Nothing is submitted');
  }
  // Only parameters that the job defines are taken (SECURITY-170).
  const parameters = Object.fromEntries(
    Object.entries(definition.parameters).map(([name, value]) => [name, form.get(name) ?? value]),
  );
  const quietMs = delayOf(form.get('delay'));
  const { item, created } = enqueue(master, job, parameters, `Started by user ${user.name}`, quietMs);
  const location = `${master.identity.url}queue/item/${item.id}/`;
  return redirect(!created && action === 'buildWithParameters' ? 303 : 201, location);
}

/** `delay=5sec`, `delay=0`: the quiet period asked for. */
function delayOf(text: string | null): number {
  const seconds = /^(\d+)(?:sec)?$/.exec(text ?? '')?.[1];
  return seconds === undefined ? quietPeriodMs : Number(seconds) * 1000;
}

function cancel(master: Master, id: string | null): VirtualAnswer {
  if (id === null || !/^\d+$/.test(id)) return reply(422, '', 'text/html;charset=utf-8');
  return reply(cancelItem(master, Number(id)) ? 204 : 404, '', 'text/html;charset=utf-8');
}

function changeNode(master: Master, node: Node, action: string, form: URLSearchParams, user: User): VirtualAnswer {
  if (action === 'toggleOffline') {
    const message = form.get('offlineMessage') ?? '';
    const offline = {
      offlineReason: `Disconnected by ${user.name}${message === '' ? '' : ` : ${message}`}`,
      offlineCause: 'hudson.slaves.OfflineCause$UserCause',
    };
    master.nodes.set(node, {
      temporarilyOffline: !node.temporarilyOffline,
      ...(node.temporarilyOffline ? { offlineReason: '', offlineCause: '' } : offline),
    });
    maintain(master);
    return redirect(302, `${master.identity.url}computer/`);
  }
  if (action === 'doDelete') {
    if (node.builtIn) return html(400, 'Bad Request', 'The built-in node cannot be deleted');
    removeAgent(master, node);
    return redirect(302, `${master.identity.url}computer/`);
  }
  return notFound();
}

/** The image's own switch for drills: `/health/` fails for a while, or passes again. */
function changeHealth(master: Master, action: string, form: URLSearchParams): VirtualAnswer {
  if (action !== 'fail' && action !== 'pass') return notFound();
  const seconds = Math.min(failMost, Number(form.get('seconds') ?? failDefault) || failDefault);
  master.healthFailsUntil = action === 'fail' ? master.world.now + seconds * 1000 : 0;
  return reply(204, '', 'text/plain;charset=utf-8');
}
