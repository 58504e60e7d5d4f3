import type { VirtualAnswer } from '../world/network.ts';
import type { Action, Call } from './actions.ts';
import { finishBuild } from './builds.ts';
import { buildOf } from './exports.ts';
import type { User } from './identity.ts';
import type { Build, Cause, Job } from './job.ts';
import { cancelItem, enqueue, quietPeriodMs } from './queue.ts';
import { errorPage, noContent, notSimulated, oops, page, postRequired, redirect, reply } from './responses.ts';
import { jobPath } from './views.ts';

/** What changes a job or one of its builds. */
export function jobAction(call: Call): Action | undefined {
  const { master, path } = call;
  const [, name, third, fourth] = path;
  const job = name === undefined ? undefined : master.jobs.get(name);
  if (!job || third === undefined) return undefined;
  if (path.length === 3) return ofJob(call, job, third);
  const build = path.length === 4 ? buildOf(job, third) : undefined;
  return build && ofBuild(call, job, build, fourth ?? '');
}

function ofJob(call: Call, job: Job, verb: string): Action | undefined {
  const { master, user, form, request } = call;
  const home = jobPath(job);
  switch (verb) {
    case 'build':
    case 'buildWithParameters':
      return {
        permission: 'build',
        run: () => start(call, job, verb),
        otherwise: () => postRequired(master.session),
      };
    case 'disable':
    case 'enable':
      return {
        permission: 'configureJob',
        run: () => {
          job.disabled = verb === 'disable';
          return redirect(home);
        },
      };
    case 'submitDescription':
      return {
        permission: 'configureJob',
        run: () => {
          job.description = form.get('description') ?? '';
          return redirect(home);
        },
      };
    case 'description':
      if (request.method !== 'POST') return undefined;
      return {
        permission: 'configureJob',
        run: () => {
          const text = form.get('description');
          if (text === null) return errorPage(400, 'Bad Request', uriOf(call));
          job.description = text;
          return noContent();
        },
      };
    case 'config.xml':
      if (request.method !== 'POST') return undefined;
      return { permission: 'configureJob', run: () => notSimulated('takes no configuration') };
    case 'doDelete':
      return {
        permission: 'deleteJob',
        run: () => {
          for (const item of master.queue.filter((one) => one.job === job)) cancelItem(master, item.id);
          for (const build of job.builds) finishBuild(master, build, 'ABORTED', [`Aborted by ${user.name}`]);
          master.jobs.delete(job.definition.name);
          return redirect('/');
        },
      };
    default:
      return undefined;
  }
}

function ofBuild({ master, user, form, request }: Call, job: Job, build: Build, verb: string): Action | undefined {
  const home = `${jobPath(job)}${build.number}/`;
  switch (verb) {
    case 'stop':
      return {
        permission: 'cancel',
        run: () => {
          finishBuild(master, build, 'ABORTED', [`Aborted by ${user.name}`]);
          return redirect(request.headers.referer ?? home);
        },
      };
    case 'submitDescription':
      return {
        permission: 'updateRun',
        run: () => {
          build.description = form.get('description') ?? '';
          return redirect(home);
        },
      };
    case 'toggleLogKeep':
      return {
        permission: 'updateRun',
        run: () => {
          build.keepLog = build.keepLog !== true;
          return redirect(request.headers.referer ?? home);
        },
      };
    case 'doDelete':
      return {
        permission: 'deleteRun',
        run: () => {
          if (build.keepLog) {
            return page(
              master.session,
              400,
              'Error',
              `Unable to delete ${job.definition.name} #${build.number}: it is kept`,
            );
          }
          finishBuild(master, build, 'ABORTED', [`Aborted by ${user.name}`]);
          job.builds = job.builds.filter((one) => one !== build);
          return redirect(jobPath(job));
        },
      };
    default:
      return undefined;
  }
}

const byUser = ({ name }: User): Cause => ({ text: `Started by user ${name}`, userId: name });

const uriOf = ({ request, url }: Call): string => `http://${request.headers.host ?? ''}${url.pathname}`;

function start(call: Call, job: Job, verb: 'build' | 'buildWithParameters'): VirtualAnswer {
  const { master, user, form } = call;
  const { definition } = job;
  const refused = (status: number, text: string) => errorPage(status, text, uriOf(call));
  if (job.disabled) return refused(409, `${definition.name} is not buildable`);
  const parameterised = Object.keys(definition.parameters).length > 0;
  if (verb === 'buildWithParameters' && !parameterised) return refused(400, `${definition.name} is not parameterized`);
  let given: ReadonlyMap<string, string> = new Map(form);
  let status = 201;
  if (verb === 'build' && parameterised) {
    // It wants the form of the page, which a program may send as JSON.
    const submitted = form.get('json');
    if (submitted === null || submitted === '') {
      return refused(400, [...form].length > 0 ? 'This page expects a form submission' : 'Nothing is submitted');
    }
    const read = submittedForm(submitted);
    if (!read || [...read.parameters.keys()].some((name) => !Object.hasOwn(definition.parameters, name))) {
      return oops(master.session);
    }
    given = read.parameters;
    status = read.status;
  }
  const delay = delayOf(form.get('delay'));
  if (delay === undefined) return oops(master.session);
  // Only parameters that the job defines are taken (SECURITY-170).
  const parameters = Object.fromEntries(
    Object.entries(definition.parameters).map(([name, value]) => [name, given.get(name) ?? value]),
  );
  const { item, created } = enqueue(master, job, parameters, byUser(user), delay);
  if (!created && verb === 'buildWithParameters') status = 303;
  // Unlike other redirects it is made absolute, by the name that the client called.
  return reply(status, '', '', { Location: `http://${call.request.headers.host ?? ''}/queue/item/${item.id}/` });
}

/** The form of the page "Build with Parameters": `{"parameter":[{"name":…,"value":…}],"statusCode":…}`. */
function submittedForm(text: string): { parameters: Map<string, string>; status: number } | undefined {
  try {
    const form = JSON.parse(text) as { parameter?: unknown; statusCode?: unknown } | null;
    const list = [form?.parameter ?? []].flat() as { name?: unknown; value?: unknown }[];
    return {
      parameters: new Map(list.map(({ name, value }) => [String(name), String(value ?? '')])),
      status: Number(form?.statusCode ?? 201) || 201,
    };
  } catch {
    return undefined;
  }
}

/** `delay=5sec`, `delay=5000`: the quiet period asked for, ms in whole seconds; undefined when it is none. */
function delayOf(text: string | null): number | undefined {
  if (text === null) return quietPeriodMs;
  const [, number, unit] = /^\s*(\d+)\s*(secs?)?\s*$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return unit === undefined ? Math.floor(Number(number) / 1000) * 1000 : Number(number) * 1000;
}
