import { type Deed, nth } from './deed.ts';
import type { WholeFarm } from './whole-farm.ts';

const jobs = ['Seed', 'web-image', 'build-jenkins-master', 'jdci-drill'];

interface Computers {
  readonly computer: readonly { readonly displayName: string; readonly temporarilyOffline: boolean }[];
}

/** The nodes of a slot's master, when it serves. */
export function nodes(farm: WholeFarm, slot: number): Computers['computer'] {
  const answer = farm.ask(slot, 'GET', '/computer/api/json?tree=computer[displayName,temporarilyOffline]');
  return answer?.kind === 'reply' && answer.status === 200 ? (JSON.parse(answer.body) as Computers).computer : [];
}

/** Where a node is on its master. */
export function nodePath({ displayName }: { readonly displayName: string }): string {
  return `/computer/${encodeURIComponent(displayName === 'Built-In Node' ? '(built-in)' : displayName)}`;
}

const onNode =
  (verb: string): Deed =>
  (farm, _ask, which, how) => {
    const node = nth(nodes(farm, which), how);
    if (node) farm.ask(which, 'POST', `${nodePath(node)}/${verb}`);
  };
const onJob =
  (verb: string): Deed =>
  (farm, _ask, which, how) =>
    void farm.ask(which, 'POST', `/job/${nth(jobs, how)}/${verb}`);
const atRoot =
  (verb: string): Deed =>
  (farm, _ask, which) =>
    void farm.ask(which, 'POST', `/${verb}`);

/** What is done to the masters by their Remote API, and to the secrets that they start with. */
export const masterDeeds = {
  restart: atRoot('restart'),
  'safe-restart': atRoot('safeRestart'),
  'safe-exit': atRoot('safeExit'),
  'cancel-restart': atRoot('safeRestart?cancel'),
  'toggle-offline': onNode('toggleOffline'),
  'delete-node': onNode('doDelete'),
  build: onJob('build?delay=0sec'),
  'build-with-parameters': onJob('buildWithParameters?SECONDS=120'),
  'delete-job': onJob('doDelete'),
  'disable-job': onJob('disable'),
  'enable-job': onJob('enable'),
  'stop-build': onJob('lastBuild/stop'),
  'delete-build': onJob('lastBuild/doDelete'),
  'provision-agent': (farm, _ask, which) => {
    farm.ask(which, 'POST', `/cloud/jdci-${'ab'[which % 2]}/provision?template=docker`);
  },
  'cancel-item': (farm, _ask, which, how) => {
    farm.ask(which, 'POST', `/queue/cancelItem?id=${how}`);
  },
  'new-token': (farm, ask, which, how) => {
    const user = which % 2 === 0 ? 'operator' : 'viewer';
    const token = String(how).padStart(2, '0').repeat(16);
    farm.tokens.add(token);
    ask('secretsmanager', 'PutSecretValue', {
      SecretId: farm.id(user === 'operator' ? 'OperatorSecret' : 'ViewerSecret'),
      // Some are no JSON, and some have no token: a master that starts with them does not come up.
      SecretString: how === 11 ? 'hunter2' : how === 10 ? '{}' : JSON.stringify({ username: user, token }),
    });
  },
  'delete-secret': (farm, ask, which) =>
    ask('secretsmanager', 'DeleteSecret', {
      SecretId: farm.id(which % 2 === 0 ? 'OperatorSecret' : 'ViewerSecret'),
      RecoveryWindowInDays: 7,
    }),
  'restore-secret': (farm, ask, which) =>
    ask('secretsmanager', 'RestoreSecret', { SecretId: farm.id(which % 2 === 0 ? 'OperatorSecret' : 'ViewerSecret') }),
} satisfies Record<string, Deed>;
