import { nameIn } from '../world/arn.ts';
import { authority } from '../world/authority.ts';
import { iam } from '../world/iam.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { demands } from './access-demands.ts';
import type { CallerSpec } from './callers.ts';
import type { Target } from './demand.ts';
import { type Decision, decide, type Policy } from './policy.ts';
import { profiles } from './profile.ts';
import { rolePolicies } from './role-policies.ts';

/** Throws the service's own access-denied error when a request is more than the caller may do. */
export type Authorise = (service: string, operation: string, input: unknown) => void;

/** The check of a caller's requests; undefined for one who may do everything. */
export function authorisation(world: World, caller: CallerSpec): Authorise | undefined {
  const role = assumedRole(caller.arn);
  if (role === undefined && caller.policies === undefined) return undefined;
  return (service, operation, input) => {
    const policies = [...(caller.policies ?? []), ...(role === undefined ? [] : policiesOf(world, role))];
    const principal = principalKeys(world, caller);
    for (const { action, targets } of demands(world, service, operation, input)) {
      for (const target of targets) {
        const context = contextOf(principal, target, service);
        const question = { action, resource: target.resource, context };
        const own = decide(policies, question);
        // A session may do what its role and its session policies both allow (IAM User Guide, Session policies).
        const decision = own === 'allowed' && caller.session ? decide(caller.session, question) : own;
        if (decision !== 'allowed') throw denial(service, caller.arn, action, target, decision);
      }
    }
  };
}

/** Lets what runs inside the world be judged by the policies of its role, once that is enforced. */
export function installJudge(world: World): void {
  authority(world).judge = ({ roleArn, name }, service, operation, input) => {
    const role = nameIn(roleArn);
    const arn = world.arn('sts', `assumed-role/${role}/${name}`, '');
    authorisation(world, { accessKeyId: '', arn })?.(service, operation, input);
  };
}

/** The name of the role whose session an ARN stands for. */
function assumedRole(arn: string): string | undefined {
  return /^arn:aws:sts::\d+:assumed-role\/([^/]+)\//.exec(arn)?.[1];
}

/** The policies of the role whose session an ARN stands for; a role that is gone has none. */
function policiesOf(world: World, name: string): Policy[] {
  const role = iam(world).roles.get(name);
  return role ? rolePolicies(world, role) : [];
}

type Keys = readonly (readonly [string, string | readonly string[]])[];

/** The keys that are the same for every resource of a request. */
function principalKeys(world: World, { arn, accessKeyId }: CallerSpec): Keys {
  const { region, account } = world.settings;
  const name = nameIn(arn);
  return [
    ['aws:principalarn', arn],
    ['aws:principalaccount', account],
    ['aws:principaltype', arn.includes(':assumed-role/') ? 'AssumedRole' : 'User'],
    ['aws:userid', accessKeyId],
    ...(arn.includes(':user/') ? ([['aws:username', name]] as const) : []),
    ['aws:currenttime', world.date().toISOString()],
    ['aws:epochtime', String(Math.floor(world.now / 1000))],
    ['aws:requestedregion', region],
    ['aws:securetransport', 'true'],
    // Where the sandbox's operator seems to come from, as checkip.amazonaws.com tells him.
    ['aws:sourceip', '203.0.113.7'],
  ];
}

function contextOf(principal: Keys, { tags, requestTags, keys }: Target, service: string) {
  const context = new Map<string, string | readonly string[]>(principal);
  for (const [key, value] of tags ?? []) {
    context.set(`aws:resourcetag/${key.toLowerCase()}`, value);
    context.set(`${service}:resourcetag/${key.toLowerCase()}`, value);
  }
  for (const [key, value] of requestTags ?? []) context.set(`aws:requesttag/${key.toLowerCase()}`, value);
  if (requestTags && requestTags.size > 0) context.set('aws:tagkeys', [...requestTags.keys()]);
  for (const [key, value] of Object.entries(keys ?? {})) if (value !== undefined) context.set(key.toLowerCase(), value);
  return context;
}

/** A denial in the service's own words. */
function denial(service: string, arn: string, action: string, target: Target, decision: Decision): ServiceError {
  const protocol = profiles[service]?.protocol;
  const { resource, called = resource } = target;
  // Secrets Manager is the one JSON service that does not name the resource of an account-wide action.
  const unnamed = called === '*' && (protocol !== 'json' || service === 'secretsmanager');
  const named = unnamed ? '' : ` on resource: ${called}`;
  const why =
    decision === 'explicitly denied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  const message = `User: ${arn} is not authorized to perform: ${action}${named} ${why}`;
  switch (protocol) {
    case 'json':
      return new ServiceError('AccessDeniedException', message);
    case 'ec2':
      return new ServiceError(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. ${message}${encoded(action, resource, decision)}`,
        403,
      );
    default:
      return new ServiceError('AccessDenied', message, 403);
  }
}

/** EC2 adds a message for sts:DecodeAuthorizationMessage, where an action has resources. */
function encoded(action: string, resource: string, decision: Decision): string {
  if (resource === '*') return '';
  const text = Buffer.from(JSON.stringify({ action, resource, decision })).toString('base64url');
  return `. Encoded authorization failure message: ${text}`;
}
