import type { VirtualAnswer, VirtualRequest } from '../world/network.ts';
import { provisionAgent } from './cloud.ts';
import { description } from './description.ts';
import type { User } from './identity.ts';
import { jobAction } from './job-actions.ts';
import type { Master } from './master.ts';
import { nodeAction } from './node-actions.ts';
import type { Permission } from './permissions.ts';
import { cancelItem, maintain } from './queue.ts';
import {
  accessDenied,
  noContent,
  notSimulated,
  oops,
  page,
  plain,
  postRequired,
  redirect,
  reply,
} from './responses.ts';
import { restart } from './restart.ts';
import { shutDown } from './shutdown.ts';

/** A request of somebody known. */
export interface Call {
  readonly master: Master;
  readonly user: User;
  readonly request: VirtualRequest;
  readonly url: URL;
  /** The parts of the path, decoded. */
  readonly path: readonly string[];
  readonly form: URLSearchParams;
}

/** What changes something. */
export interface Action {
  readonly permission: Permission;
  readonly run: () => VirtualAnswer;
  /** What another method than POST gets who has the permission; when absent, such a request is refused before that. */
  readonly otherwise?: () => VirtualAnswer;
}

/** Does what a path stands for, when it stands for a change and the user may do it. */
export function act(call: Call): VirtualAnswer | undefined {
  const action = actionAt(call);
  if (!action) return undefined;
  const { master, user, request } = call;
  const posted = request.method === 'POST';
  if (!posted && !action.otherwise) return postRequired(master.session);
  if (!user.administers) return accessDenied(master.session, user.name, action.permission);
  return posted ? action.run() : action.otherwise?.();
}

function actionAt(call: Call): Action | undefined {
  const { path } = call;
  const [first, second, third] = path;
  switch (first) {
    case 'job':
      return jobAction(call);
    case 'computer':
      return nodeAction(call);
    case 'queue':
      return second === 'cancelItem' && path.length === 2 ? cancelAction(call) : undefined;
    case 'cloud':
      return second === call.master.identity.cloud && third === 'provision' && path.length === 3
        ? provisionAction(call)
        : undefined;
    case description.health.url:
      return path.length === 2 ? healthAction(call) : undefined;
    default:
      return path.length === 1 ? rootAction(call) : undefined;
  }
}

function cancelAction({ master, form }: Call): Action {
  return {
    permission: 'cancel',
    run: () => (cancelItem(master, Number(form.get('id') ?? 0)) ? noContent() : oops(master.session, 404)),
  };
}

/** An agent by hand; the template goes by its description. */
function provisionAction({ master, form }: Call): Action {
  return {
    permission: 'provision',
    run: () => {
      if (form.get('template') !== description.agents.description || master.quietingDown) {
        return oops(master.session, 400);
      }
      const node = provisionAgent(master);
      return node ? redirect(`/computer/${encodeURIComponent(node.name)}`) : oops(master.session, 400);
    },
  };
}

function rootAction({ master, path, form }: Call): Action | undefined {
  const administering = (run: () => VirtualAnswer): Action => ({ permission: 'administer', run });
  const confirmed = (title: string, run: () => VirtualAnswer): Action => ({
    permission: 'administer',
    run,
    otherwise: () => page(master.session, 200, title, 'Are you sure?'),
  });
  switch (path[0]) {
    case 'quietDown':
      return administering(() => {
        quietDown(master, form.get('message'));
        return redirect('/');
      });
    case 'cancelQuietDown':
      return administering(() => {
        cancelQuietDown(master);
        return redirect('/');
      });
    case 'exit':
      return administering(() => {
        shutDown(master, 0);
        return reply(200, 'Shutting down\n', 'text/plain;charset=iso-8859-1');
      });
    case 'safeExit':
      return administering(() => {
        quietDown(master, null);
        master.whenIdle = 'exit';
        maintain(master);
        return plain('Shutting down as soon as all jobs are complete');
      });
    case 'restart':
      return confirmed('Restart Jenkins', () => {
        restart(master);
        return redirect('/');
      });
    case 'safeRestart':
      return confirmed('Restart Jenkins', () => {
        if (form.has('cancel')) cancelQuietDown(master);
        else {
          quietDown(master, form.get('message'));
          master.whenIdle = 'restart';
          maintain(master);
        }
        return redirect('/');
      });
    case 'reload':
      // Reads again from the disk what is in memory already.
      return administering(() => redirect('/'));
    case 'script':
    case 'scriptText': {
      const refused = () => notSimulated('runs no Groovy');
      return { permission: 'administer', run: refused, otherwise: refused };
    }
    case 'createItem':
      return { permission: 'createJob', run: () => notSimulated('has the jobs of the image only') };
    default:
      return undefined;
  }
}

function quietDown(master: Master, reason: string | null): void {
  master.quietingDown = true;
  master.quietDownReason = reason ?? undefined;
}

function cancelQuietDown(master: Master): void {
  master.quietingDown = false;
  master.quietDownReason = undefined;
  master.whenIdle = undefined;
  maintain(master);
}

/** The image's own switch for drills: `/health/` fails for a while, or passes again. */
function healthAction({ master, path, form }: Call): Action | undefined {
  const [, verb] = path;
  if (verb !== 'fail' && verb !== 'pass') return undefined;
  const { seconds, secondsAtMost } = description.health;
  const asked = form.get('seconds') ?? '';
  const failing = /^[1-9][0-9]{0,5}$/.test(asked) ? Math.min(Number(asked), secondsAtMost) : seconds;
  return {
    permission: 'administer',
    run: () => {
      master.healthFailsUntil = verb === 'fail' ? master.world.now + failing * 1000 : 0;
      return noContent();
    },
  };
}
