import type { Role } from '../world/iam.ts';
import { policyDocument } from '../world/iam-policies.ts';
import { perWorld, type World } from '../world/world.ts';
import { decide, type Policy, parsePolicy } from './policy.ts';
import type { Context } from './policy-patterns.ts';

const parsed = perWorld(() => new Map<string, Policy>());

/** A document as the evaluator takes it; one that cannot be understood allows nothing. */
function parsedPolicy(world: World, text: string): Policy {
  let policy = parsed(world).get(text);
  if (!policy) {
    const read = parsePolicy(JSON.parse(text));
    policy = typeof read === 'string' ? { version: '2012-10-17', statements: [] } : read;
    parsed(world).set(text, policy);
  }
  return policy;
}

/** A role's policies, inline and attached. Of AWS's own managed policies only some are known; the others allow nothing. */
export function rolePolicies(world: World, role: Role): Policy[] {
  const attached = role.attached.flatMap((arn) => policyDocument(world, arn) ?? []);
  return [...role.inline.values(), ...attached].map((text) => parsedPolicy(world, text));
}

/** Whether a role's policies allow an action that knows no resources. */
export function roleAllows(world: World, role: Role, action: string): boolean {
  const context: Context = new Map();
  return decide(rolePolicies(world, role), { action, resource: '*', context }) === 'allowed';
}
