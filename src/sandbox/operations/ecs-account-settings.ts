import {
  DeleteAccountSetting$,
  type DeleteAccountSettingRequest,
  type DeleteAccountSettingResponse,
  ListAccountSettings$,
  type ListAccountSettingsRequest,
  type ListAccountSettingsResponse,
  PutAccountSetting$,
  PutAccountSettingDefault$,
  type PutAccountSettingDefaultRequest,
  type PutAccountSettingDefaultResponse,
  type PutAccountSettingRequest,
  type PutAccountSettingResponse,
  type Setting,
  type SettingName,
} from '@aws-sdk/client-ecs';
import { perWorld, type World } from '../world/world.ts';
import { ecsPage, invalid } from './ecs-lookup.ts';
import { type Operation, operation } from './operation.ts';

/** What an account has that set nothing (ECS Developer Guide, Access Amazon ECS features with account settings). */
const defaults: readonly (readonly [SettingName, string, readonly string[]])[] = [
  ['awsvpcTrunking', 'disabled', ['enabled', 'disabled']],
  ['containerInsights', 'disabled', ['enabled', 'disabled', 'enhanced']],
  ['containerInstanceLongArnFormat', 'enabled', ['enabled', 'disabled']],
  ['defaultLogDriverMode', 'non-blocking', ['blocking', 'non-blocking']],
  ['fargateFIPSMode', 'disabled', ['enabled', 'disabled']],
  ['fargateTaskRetirementWaitPeriod', '7', ['0', '7', '14']],
  ['guardDutyActivate', 'off', ['on', 'off']],
  ['serviceLongArnFormat', 'enabled', ['enabled', 'disabled']],
  ['tagResourceAuthorization', 'on', ['on', 'off']],
  ['taskLongArnFormat', 'enabled', ['enabled', 'disabled']],
];

/** What was set, by principal and name. */
const chosen = perWorld(() => new Map<string, Map<string, string>>());

/** Settings of the account itself are kept for its root. */
function rootArn(world: World): string {
  return `arn:aws:iam::${world.settings.account}:root`;
}

function put(world: World, principal: string, name: string | undefined, value: string | undefined): Setting {
  const known = defaults.find(([other]) => other === name);
  if (!known?.[2].includes(value ?? '')) {
    throw invalid(known ? `Invalid value for setting ${name}: ${value ?? ''}` : `Invalid setting name: ${name ?? ''}`);
  }
  const own = chosen(world).get(principal) ?? new Map<string, string>();
  own.set(known[0], value ?? '');
  chosen(world).set(principal, own);
  return { name: known[0], value: value ?? '', principalArn: principal, type: 'user' };
}

/** The value of a setting that is in force for a principal. */
function inForce(world: World, principal: string, name: string): string | undefined {
  const own = chosen(world).get(principal)?.get(name) ?? chosen(world).get(rootArn(world))?.get(name);
  return own ?? defaults.find(([other]) => other === name)?.[1];
}

/** Whether clusters that say nothing of Container Insights get them. */
export function defaultInsights(world: World, principal: string): string {
  return inForce(world, principal, 'containerInsights') ?? 'disabled';
}

export const accountSettingOperations: Record<string, Operation> = {
  ListAccountSettings: operation<ListAccountSettingsRequest, ListAccountSettingsResponse>(
    ListAccountSettings$,
    (input, { world, caller }) => {
      const principal = input.principalArn ?? caller.arn;
      const settings: Setting[] = defaults.flatMap(([name]) => {
        const value = input.effectiveSettings
          ? inForce(world, principal, name)
          : chosen(world).get(principal)?.get(name);
        if (value === undefined) return [];
        return [{ name, value, principalArn: principal, type: name === 'guardDutyActivate' ? 'aws_managed' : 'user' }];
      });
      const kept = settings
        .filter(({ name }) => input.name === undefined || name === input.name)
        .filter(({ value }) => input.value === undefined || value === input.value);
      const { items, ...next } = ecsPage(kept, input);
      return { settings: items, ...next };
    },
  ),
  PutAccountSetting: operation<PutAccountSettingRequest, PutAccountSettingResponse>(
    PutAccountSetting$,
    (input, { world, caller }) => ({
      setting: put(world, input.principalArn ?? caller.arn, input.name, input.value),
    }),
  ),
  PutAccountSettingDefault: operation<PutAccountSettingDefaultRequest, PutAccountSettingDefaultResponse>(
    PutAccountSettingDefault$,
    (input, { world }) => ({ setting: put(world, rootArn(world), input.name, input.value) }),
  ),
  DeleteAccountSetting: operation<DeleteAccountSettingRequest, DeleteAccountSettingResponse>(
    DeleteAccountSetting$,
    (input, { world, caller }) => {
      const principal = input.principalArn ?? caller.arn;
      const known = defaults.find(([name]) => name === input.name);
      if (!known) throw invalid(`Invalid setting name: ${input.name ?? ''}`);
      chosen(world).get(principal)?.delete(known[0]);
      return { setting: { name: known[0], principalArn: principal } };
    },
  ),
};
