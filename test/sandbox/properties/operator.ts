import * as fc from 'fast-check';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';
import type { Ask } from './deed.ts';
import { groupDeeds } from './operator-group.ts';
import { masterDeeds } from './operator-masters.ts';
import { serviceDeeds } from './operator-services.ts';
import { stackDeeds } from './operator-stack.ts';
import { reads } from './reads.ts';
import type { WholeFarm } from './whole-farm.ts';

const deeds = { ...groupDeeds, ...serviceDeeds, ...masterDeeds, ...stackDeeds };

type DeedName = keyof typeof deeds;

/** What an operator does to a farm. */
export interface OperatorStep {
  readonly kind: 'operate';
  readonly deed: DeedName;
  readonly which: number;
  readonly how: number;
}

const named = (names: readonly string[]): fc.Arbitrary<OperatorStep> =>
  fc.record({
    kind: fc.constant('operate' as const),
    deed: fc.constantFrom(...(names as DeedName[])),
    which: fc.nat(5),
    how: fc.nat(11),
  });

export const operatorStep: fc.Arbitrary<OperatorStep> = fc.oneof(
  { weight: 4, arbitrary: named([...Object.keys(groupDeeds), ...Object.keys(serviceDeeds)]) },
  { weight: 1, arbitrary: named(Object.keys(masterDeeds)) },
  // A stack takes long to change, and longer to change back.
  { weight: 1, arbitrary: named(Object.keys(stackDeeds)) },
);

/** What follows upon something, and without that would nearly always be refused. */
const stories = [
  ['start-refresh', 'cancel-refresh'],
  ['new-template', 'start-refresh', 'terminate-member'],
  ['new-template', 'refresh-to-template', 'cancel-refresh'],
  ['standby', 'leave-standby'],
  ['standby', 'start-refresh', 'leave-standby'],
  ['detach', 'attach'],
  ['put-hook', 'terminate-member', 'heartbeat', 'complete-action'],
  ['put-hook', 'set-desired', 'complete-action', 'delete-hook'],
  ['update-group', 'standby', 'set-desired', 'leave-standby'],
  ['update-group', 'set-desired', 'terminate-member'],
  ['protect', 'update-group', 'set-desired'],
  ['force-deployment', 'stop-deployment'],
  ['new-definition', 'stop-deployment', 'force-deployment'],
  ['protect-task', 'force-deployment', 'set-count'],
  ['set-count', 'delete-service', 'create-service'],
  ['deregister', 'reboot-instances'],
  ['put-attribute', 'change-service', 'delete-attribute'],
  ['set-count', 'run-task', 'start-task', 'stop-task-any'],
  ['cluster-providers', 'delete-provider', 'terminate-member'],
  ['make-change-set', 'execute-change-set', 'cancel-update'],
  ['update-stack', 'cancel-update', 'continue-rollback'],
  ['update-stack', 'delete-service', 'continue-rollback'],
  ['new-token', 'restart', 'stop-task-any'],
  ['build', 'safe-restart', 'cancel-restart'],
  ['build', 'toggle-offline', 'delete-node'],
] satisfies (readonly DeedName[])[];

export const operatorStory: fc.Arbitrary<readonly OperatorStep[]> = fc
  .tuple(fc.constantFrom(...stories), fc.nat(5), fc.nat(11), fc.boolean())
  .map(([deedNames, which, how, same]) =>
    deedNames.map((deed, index) => ({ kind: 'operate', deed, which, how: same ? how : (how + index * 5) % 12 })),
  );

/** Does it. An operation that is refused must have changed nothing that can be read. */
export function operate(farm: WholeFarm, { deed, which, how }: OperatorStep): void {
  const ask: Ask = (service, operation, input) => {
    const before = reads(farm);
    try {
      farm.call(service, operation, input);
    } catch (error) {
      if (error instanceof ServiceError && reads(farm) !== before) {
        throw new Error(`${operation} was refused (${error.code}: ${error.message}) and changed something`);
      }
      throw error;
    }
  };
  deeds[deed](farm, ask, which, how);
}
