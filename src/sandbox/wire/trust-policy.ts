import { isRecord } from './demand.ts';
import { decide, parsePolicy } from './policy.ts';

/** Whether a role's trust policy lets somebody of the account assume it (IAM User Guide, Roles: trust policies). */
export function trusts(document: string, callerArn: string, externalId: string | undefined): boolean {
  const parsed: unknown = JSON.parse(document);
  if (!isRecord(parsed)) return false;
  const statements: unknown[] = Array.isArray(parsed.Statement) ? parsed.Statement : [parsed.Statement];
  // Without its Principal, and over everything, a statement is one of an identity-based policy.
  const concerning = statements
    .filter(isRecord)
    .filter(({ Principal }) => names(Principal, callerArn))
    .map(({ Principal: _principal, ...statement }) => ({ ...statement, Resource: '*' }));
  if (concerning.length === 0) return false;
  const policy = parsePolicy({ Version: parsed.Version ?? '2008-10-17', Statement: concerning });
  if (typeof policy === 'string') return false;
  const context = new Map([
    ['aws:principalarn', callerArn],
    ['aws:principalaccount', accountOf(callerArn)],
    ...(externalId === undefined ? [] : ([['sts:externalid', externalId]] as const)),
  ]);
  return decide([policy], { action: 'sts:AssumeRole', resource: '*', context }) === 'allowed';
}

/** Whether a principal is the caller, the caller's role, the whole account, or everybody. */
function names(principal: unknown, callerArn: string): boolean {
  if (principal === '*') return true;
  if (!isRecord(principal)) return false;
  const given: unknown[] = Array.isArray(principal.AWS) ? principal.AWS : [principal.AWS];
  const account = accountOf(callerArn);
  const session = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn);
  return given.some(
    (one) =>
      one === '*' ||
      one === callerArn ||
      one === account ||
      one === `arn:aws:iam::${account}:root` ||
      (session !== null &&
        typeof one === 'string' &&
        one.startsWith(`arn:aws:iam::${session[1]}:role/`) &&
        one.endsWith(`/${session[2]}`)),
  );
}

function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}
