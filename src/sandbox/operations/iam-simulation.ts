import {
  type ContextEntry,
  type EvaluationResult,
  SimulateCustomPolicy$,
  type SimulateCustomPolicyRequest,
  type SimulatePolicyResponse,
  SimulatePrincipalPolicy$,
  type SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam';
import { type Decision, decide, type Policy, parsePolicy } from '../wire/policy.ts';
import { nameIn } from '../world/arn.ts';
import { roleByArn } from '../world/iam.ts';
import { policyDocument } from '../world/iam-policies.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { administratorAccess, onlyUser } from './iam-account.ts';
import { iamPage } from './iam-page.ts';
import { type Operation, operation } from './operation.ts';

/** A policy under the name that the simulator gives it. */
interface Source {
  id: string;
  policy: Policy;
}

function source(id: string, text: string): Source {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new ServiceError('InvalidInput', `Invalid JSON in policy ${id}`);
  }
  const policy = parsePolicy(document);
  if (typeof policy === 'string') throw new ServiceError('InvalidInput', `Policy ${id} is not valid: ${policy}`);
  return { id, policy };
}

/** The policies of a role; of the account's only user, that he may do everything. */
function policiesOf(world: World, arn: string): Source[] {
  const role = roleByArn(world, arn);
  if (role) {
    const inline = [...role.inline].map(([name, text]) => source(`role_${role.name}_${name}`, text));
    const attached = role.attached.flatMap((policyArn) => {
      const text = policyDocument(world, policyArn);
      return text === undefined ? [] : [source(nameIn(policyArn), text)];
    });
    return [...inline, ...attached];
  }
  if (arn === onlyUser(world).Arn) {
    const text = policyDocument(world, administratorAccess);
    return text === undefined ? [] : [source('AdministratorAccess', text)];
  }
  throw new ServiceError('NoSuchEntity', `The policy source with ARN ${arn} cannot be found.`, 404);
}

const decisions: Readonly<Record<Decision, EvaluationResult['EvalDecision']>> = {
  allowed: 'allowed',
  'explicitly denied': 'explicitDeny',
  'implicitly denied': 'implicitDeny',
};

function contextFrom(entries: readonly ContextEntry[] | undefined, more: readonly (readonly [string, string])[]) {
  const context = new Map<string, string | readonly string[]>(more);
  for (const { ContextKeyName: name = '', ContextKeyValues: values = [], ContextKeyType: type } of entries ?? []) {
    context.set(name.toLowerCase(), type?.endsWith('List') ? values : (values[0] ?? ''));
  }
  return context;
}

interface Asked {
  ActionNames: string[] | undefined;
  ResourceArns?: string[] | undefined;
  ContextEntries?: ContextEntry[] | undefined;
  MaxItems?: number | undefined;
  Marker?: string | undefined;
}

/** Every action on every resource, by the evaluator that judges requests too. */
function simulate(sources: readonly Source[], input: Asked, keys: readonly (readonly [string, string])[]) {
  const context = contextFrom(input.ContextEntries, keys);
  const resources = input.ResourceArns?.length ? input.ResourceArns : ['*'];
  const questions = (input.ActionNames ?? []).flatMap((action) => resources.map((resource) => ({ action, resource })));
  for (const { action } of questions) {
    if (!/^[a-zA-Z0-9-]+:\w+$/.test(action)) throw new ServiceError('InvalidInput', `Invalid Entity: ${action}`);
  }
  const { items, rest } = iamPage(questions, input);
  const results = items.map(({ action, resource }): EvaluationResult => {
    const question = { action, resource, context };
    const decision = decide(
      sources.map(({ policy }) => policy),
      question,
    );
    const matched = sources.filter(({ policy }) => decide([policy], question) === decision);
    return {
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: decisions[decision],
      MatchedStatements:
        decision === 'implicitly denied'
          ? []
          : matched.map(({ id }) => ({ SourcePolicyId: id, SourcePolicyType: 'IAM Policy' as EvaluationSourceType })),
      MissingContextValues: [],
    };
  });
  return { EvaluationResults: results, ...rest };
}

type EvaluationSourceType = NonNullable<NonNullable<EvaluationResult['MatchedStatements']>[number]['SourcePolicyType']>;

/** IAM's policy simulator. */
export const simulationOperations: Readonly<Record<string, Operation>> = {
  SimulatePrincipalPolicy: operation<SimulatePrincipalPolicyRequest, SimulatePolicyResponse>(
    SimulatePrincipalPolicy$,
    (input, { world }) => {
      const arn = input.PolicySourceArn ?? '';
      const more = (input.PolicyInputList ?? []).map((text, index) => source(`PolicyInputList.${index + 1}`, text));
      const tags = tagList(roleByArn(world, arn)?.tags ?? new Map());
      const keys = [
        ['aws:principalarn', arn] as const,
        ...tags.map(({ Key, Value }) => [`aws:principaltag/${Key.toLowerCase()}`, Value] as const),
      ];
      return simulate([...policiesOf(world, arn), ...more], input, keys);
    },
  ),
  SimulateCustomPolicy: operation<SimulateCustomPolicyRequest, SimulatePolicyResponse>(SimulateCustomPolicy$, (input) =>
    simulate(
      (input.PolicyInputList ?? []).map((text, index) => source(`PolicyInputList.${index + 1}`, text)),
      input,
      [],
    ),
  ),
};
