import type { Action, Call } from './actions.ts';
import { removeAgent } from './agents.ts';
import { finishBuild } from './builds.ts';
import { nodeAt } from './exports.ts';
import { maintain } from './queue.ts';
import { page, redirect, reply } from './responses.ts';

/** What changes a node or stops what runs there. */
export function nodeAction({ master, user, path, form, request, url }: Call): Action | undefined {
  const [, name, verb, index, last] = path;
  const node = name === undefined ? undefined : nodeAt(master, name);
  if (!node || verb === undefined) return undefined;
  const home = url.pathname.replace(/[^/]*\/?$/, '');
  if (verb === 'executors' && last === 'stop' && path.length === 5) {
    const build = [...node.builds][Number(index)];
    return {
      permission: 'cancel',
      run: () => {
        if (build) finishBuild(master, build, 'ABORTED', [`Aborted by ${user.name}`]);
        return redirect(request.headers.referer ?? home);
      },
    };
  }
  if (path.length !== 3) return undefined;
  const takeOffline = () => {
    const message = form.get('offlineMessage')?.trim() ?? '';
    master.nodes.set(node, {
      temporarilyOffline: true,
      offlineReason: `Disconnected by ${user.name}${message === '' ? '' : ` : ${message}`}`,
      offlineCause: 'hudson.slaves.OfflineCause$UserCause',
      offlineSince: master.world.now,
    });
    return redirect(home);
  };
  switch (verb) {
    case 'toggleOffline':
      return {
        permission: node.temporarilyOffline ? 'connect' : 'disconnect',
        run: () => {
          if (!node.temporarilyOffline) return takeOffline();
          master.nodes.set(node, { temporarilyOffline: false, offlineReason: '', offlineCause: '' });
          maintain(master);
          return redirect(home);
        },
      };
    case 'changeOfflineCause':
      return { permission: 'disconnect', run: takeOffline };
    case 'launchSlaveAgent':
      if (node.builtIn) return undefined;
      return {
        permission: 'connect',
        run: () =>
          node.online ? page(master.session, 200, 'Agent is already launched', node.name) : redirect(`${home}log`),
      };
    case 'doDelete':
      return {
        permission: 'deleteAgent',
        run: () => {
          if (node.builtIn) return reply(400, '', '');
          removeAgent(master, node);
          return redirect('/computer/');
        },
      };
    default:
      return undefined;
  }
}
