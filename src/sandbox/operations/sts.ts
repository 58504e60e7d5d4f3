import {
  AssumeRole$,
  type AssumeRoleRequest,
  type AssumeRoleResponse,
  type Credentials,
  DecodeAuthorizationMessage$,
  type DecodeAuthorizationMessageRequest,
  type DecodeAuthorizationMessageResponse,
  GetAccessKeyInfo$,
  type GetAccessKeyInfoRequest,
  type GetAccessKeyInfoResponse,
  GetCallerIdentity$,
  type GetCallerIdentityRequest,
  type GetCallerIdentityResponse,
  GetSessionToken$,
  type GetSessionTokenRequest,
  type GetSessionTokenResponse,
} from '@aws-sdk/client-sts';
import { registerCaller, registeredCallers } from '../wire/callers.ts';
import { type Policy, parsePolicy } from '../wire/policy.ts';
import { trusts } from '../wire/trust-policy.ts';
import { nameIn } from '../world/arn.ts';
import { iam, roleByArn } from '../world/iam.ts';
import { policyDocument } from '../world/iam-policies.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { type Call, operation, type Service } from './operation.ts';

/** Keys for a session. They are of the sandbox's form, which no account's keys have. */
function credentials(world: World, seconds: number): Credentials & { AccessKeyId: string; Expiration: Date } {
  return {
    AccessKeyId: `SANDBOX${world.hex(13).toUpperCase()}`,
    SecretAccessKey: world.hex(40),
    SessionToken: Buffer.from(`sandbox session ${world.uuid()}`).toString('base64'),
    Expiration: new Date(world.now + seconds * 1000),
  };
}

/** The unique id of a session's role and the session's name; of a user, the key stands for the id. */
function userId({ world, caller }: Call): string {
  const [, role = '', session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(caller.arn) ?? [];
  const id = iam(world).roles.get(role)?.id;
  return session === undefined ? caller.accessKeyId : `${id ?? caller.accessKeyId}:${session}`;
}

/** The policies that a request lays over those of the role; undefined when it has none. */
function sessionPolicies(world: World, { Policy: inline, PolicyArns: arns = [] }: AssumeRoleRequest) {
  const malformed = (message: string) => new ServiceError('MalformedPolicyDocument', message);
  const managed = arns.map(({ arn = '' }) => {
    const text = policyDocument(world, arn);
    if (text === undefined) throw malformed(`Policy ${arn} does not exist or is not attachable.`);
    return text;
  });
  const documents = [...(inline === undefined ? [] : [inline]), ...managed];
  if (documents.length === 0) return undefined;
  return documents.map((text): Policy => {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      throw malformed('This policy contains invalid Json');
    }
    const policy = parsePolicy(document);
    if (typeof policy === 'string') throw malformed(`Syntax errors in policy: ${policy}`);
    return policy;
  });
}

function assumeRole(input: AssumeRoleRequest, call: Call): AssumeRoleResponse {
  const { world, caller } = call;
  const arn = input.RoleArn ?? '';
  const session = input.RoleSessionName ?? '';
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+/.test(arn)) throw new ServiceError('ValidationError', `${arn} is invalid`);
  const seconds = input.DurationSeconds ?? 3600;
  const role = roleByArn(world, arn);
  // One answer for a role that is not there and for one that does not trust the caller, as AWS gives it.
  if (!role || !trusts(role.trustPolicy, caller.arn, input.ExternalId)) {
    throw new ServiceError(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      403,
    );
  }
  if (seconds > role.maxSessionSeconds) {
    throw new ServiceError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  const limits = sessionPolicies(world, input);
  const made = credentials(world, seconds);
  const Arn = world.arn('sts', `assumed-role/${role.name}/${session}`, '');
  const until = made.Expiration.getTime();
  registerCaller(world, { accessKeyId: made.AccessKeyId, arn: Arn, until, ...(limits ? { session: limits } : {}) });
  return { Credentials: made, AssumedRoleUser: { AssumedRoleId: `${role.id}:${session}`, Arn } };
}

/** What an encoded message of EC2 holds, in the form of the service's own answer. */
function decoded(call: Call, message: string): string {
  let held: unknown;
  try {
    held = JSON.parse(Buffer.from(message, 'base64url').toString('utf8'));
  } catch {
    held = undefined;
  }
  if (typeof held !== 'object' || held === null || !('action' in held) || !('resource' in held)) {
    throw new ServiceError('InvalidAuthorizationMessageException', 'Message is not valid.');
  }
  const { caller } = call;
  return JSON.stringify({
    allowed: false,
    explicitDeny: 'decision' in held && held.decision === 'explicitly denied',
    matchedStatements: { items: [] },
    failures: { items: [] },
    context: {
      principal: { id: userId(call), name: nameIn(caller.arn), arn: caller.arn },
      action: held.action,
      resource: held.resource,
      conditions: { items: [] },
    },
  });
}

/** AWS Security Token Service: who is calling, and sessions of roles. */
export const sts: Service = {
  signingName: 'sts',
  operations: {
    GetCallerIdentity: operation<GetCallerIdentityRequest, GetCallerIdentityResponse>(
      GetCallerIdentity$,
      (_input, call) => ({
        Account: call.world.settings.account,
        Arn: call.caller.arn,
        UserId: userId(call),
      }),
    ),
    AssumeRole: operation<AssumeRoleRequest, AssumeRoleResponse>(AssumeRole$, assumeRole),
    GetSessionToken: operation<GetSessionTokenRequest, GetSessionTokenResponse>(
      GetSessionToken$,
      (input, { world, caller }) => {
        if (caller.arn.includes(':assumed-role/')) {
          throw new ServiceError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403);
        }
        const seconds = input.DurationSeconds ?? 43_200;
        const made = credentials(world, seconds);
        const own = registeredCallers(world).find(({ accessKeyId }) => accessKeyId === caller.accessKeyId);
        const session = { ...(own ?? caller), accessKeyId: made.AccessKeyId, until: made.Expiration.getTime() };
        registerCaller(world, session);
        return { Credentials: made };
      },
    ),
    DecodeAuthorizationMessage: operation<DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse>(
      DecodeAuthorizationMessage$,
      (input, call) => ({ DecodedMessage: decoded(call, input.EncodedMessage ?? '') }),
    ),
    GetAccessKeyInfo: operation<GetAccessKeyInfoRequest, GetAccessKeyInfoResponse>(
      GetAccessKeyInfo$,
      (input, { world }) => {
        const known = registeredCallers(world).some(({ accessKeyId }) => accessKeyId === input.AccessKeyId);
        if (!known) throw new ServiceError('ValidationError', `The access key ID ${input.AccessKeyId} is invalid`);
        return { Account: world.settings.account };
      },
    ),
  },
};
