import type { DescribeStacksOutput, ListChangeSetsOutput } from '@aws-sdk/client-cloudformation';
import { type Deed, nth } from './deed.ts';
import type { WholeFarm } from './whole-farm.ts';

const onStack = { StackName: 'jdci' };

const wishes: readonly Readonly<Record<string, string>>[] = [
  { AgentCap: '3' },
  { SpareHosts: '2' },
  { LogRetentionDays: '7' },
  { HostInstanceType: 'm7i.large' },
  { MasterCount: '3' },
  { AgentIdleMinutes: '5', AgentCap: '4' },
  { Stickiness: 'true' },
  { AgentCap: 'many' },
];

/** The stack as CloudFormation describes it. */
export function stackOf(farm: WholeFarm) {
  const { Stacks } = farm.call<DescribeStacksOutput>('cloudformation', 'DescribeStacks', onStack);
  const [stack] = Stacks ?? [];
  if (!stack) throw new Error('no stack');
  return stack;
}

/** An update of the stack that changes these parameters and leaves the others as they are. */
export function updateOf(farm: WholeFarm, changes: Readonly<Record<string, string>>) {
  return {
    ...onStack,
    UsePreviousTemplate: true,
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Parameters: (stackOf(farm).Parameters ?? []).map(({ ParameterKey = '' }) =>
      changes[ParameterKey] === undefined
        ? { ParameterKey, UsePreviousValue: true }
        : { ParameterKey, ParameterValue: changes[ParameterKey] },
    ),
  };
}

function changeSets(farm: WholeFarm) {
  return farm.call<ListChangeSetsOutput>('cloudformation', 'ListChangeSets', onStack).Summaries ?? [];
}

/** What is done to the stack. */
export const stackDeeds = {
  'make-change-set': (farm, ask, which, how) =>
    ask('cloudformation', 'CreateChangeSet', {
      ...updateOf(farm, nth(wishes, how) ?? {}),
      ChangeSetName: `change-${which}`,
    }),
  'execute-change-set': (farm, ask, which, how) =>
    ask('cloudformation', 'ExecuteChangeSet', {
      ...onStack,
      ChangeSetName: nth(changeSets(farm), which)?.ChangeSetName ?? 'nobody',
      DisableRollback: how % 4 === 0,
    }),
  'delete-change-set': (farm, ask, which) =>
    ask('cloudformation', 'DeleteChangeSet', {
      ...onStack,
      ChangeSetName: nth(changeSets(farm), which)?.ChangeSetName ?? 'nobody',
    }),
  'update-stack': (farm, ask, _which, how) =>
    ask('cloudformation', 'UpdateStack', updateOf(farm, nth(wishes, how) ?? {})),
  'cancel-update': (_farm, ask) => ask('cloudformation', 'CancelUpdateStack', onStack),
  'continue-rollback': (_farm, ask, which) =>
    ask('cloudformation', 'ContinueUpdateRollback', {
      ...onStack,
      ...(which === 5 ? { ResourcesToSkip: ['ServiceA'] } : {}),
    }),
  'roll-back': (_farm, ask) => ask('cloudformation', 'RollbackStack', onStack),
  'detect-drift': (_farm, ask) => ask('cloudformation', 'DetectStackDrift', onStack),
  'protect-stack': (_farm, ask, _which, how) =>
    ask('cloudformation', 'UpdateTerminationProtection', { ...onStack, EnableTerminationProtection: how % 2 === 0 }),
} satisfies Record<string, Deed>;
