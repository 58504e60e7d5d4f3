import { certificateFailure } from '../core/certificate-failures.ts';
import type { Problem, ProblemKind } from '../core/problem.ts';
import { safeLine } from '../terminal/safe-text.ts';

const authCodes = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'AuthFailure',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'TokenProviderError',
]);
const deniedCodes = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'UnauthorizedAccess',
  'NotAuthorized',
]);
const throttledCodes = new Set([
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'RequestThrottled',
  'DependencyThrottle',
  'SlowDown',
]);
const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ENETDOWN',
  'EHOSTDOWN',
  'EPROTO',
]);

/** The shape in which the SDK and Node throw. */
interface Thrown {
  name?: string;
  code?: string;
  Code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

/** Turns what an SDK call threw into a {@link Problem}. `action` is the IAM name of the call. */
export function awsProblem(error: unknown, action: string, timedOut: boolean): Problem {
  const thrown: Thrown = typeof error === 'object' && error !== null ? error : { message: String(error) };
  const code = thrown.Code ?? (thrown.name === 'Error' || thrown.name === undefined ? thrown.code : thrown.name) ?? '';
  const kind = kindOf(code, thrown, timedOut);
  // A name with several addresses fails with an AggregateError, which has a code and no words.
  const detail = safeLine((thrown.message ?? '').split('\n')[0] ?? '') || thrown.code || code;
  const needed = kind === 'denied' ? deniedAction(detail, action) : action;
  return {
    kind,
    source: action,
    message: sentence(kind, needed, detail),
    advice: certificateFailure(code) !== undefined ? untrustedAdvice : adviceFor(kind, needed),
    ...(code ? { code } : {}),
  };
}

function kindOf(code: string, thrown: Thrown, timedOut: boolean): ProblemKind {
  if (timedOut || code === 'TimeoutError' || thrown.code === 'ETIMEDOUT') return 'timeout';
  if (
    authCodes.has(code) ||
    /token.*(expired|refresh)|sso session|could not load credentials/i.test(thrown.message ?? '')
  )
    return 'auth';
  if (deniedCodes.has(code)) return 'denied';
  if (throttledCodes.has(code)) return 'throttled';
  if (unreachableCodes.has(thrown.code ?? '') || unreachableCodes.has(code)) return 'unreachable';
  if (certificateFailure(code) !== undefined) return 'unreachable';
  if (/NotFound|DoesNotExist|NoSuch/.test(code) || /does not exist/.test(thrown.message ?? '')) return 'not-found';
  if (code === 'SyntaxError' || code === 'NotAwsAnswer') return 'nonsense';
  const status = thrown.$metadata?.httpStatusCode ?? 0;
  // A refusal with a code of its own may itself speak of what AWS could not parse.
  const isAnswer = status >= 400 && code !== '';
  if (!isAnswer && /deserializ|Unexpected token|not well-formed|parse/i.test(thrown.message ?? '')) return 'nonsense';
  if (status >= 500) return 'unreachable';
  if (status >= 400) return 'refused';
  return 'bug';
}

/** The action that is missing: AWS may need another one than that of the call, `iam:PassRole` to make a stack. */
function deniedAction(detail: string, action: string): string {
  return /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(detail)?.[1] ?? action;
}

const untrustedAdvice =
  'the certificate is not one that Node trusts: behind a TLS proxy, give its authority with NODE_EXTRA_CA_CERTS';

function sentence(kind: ProblemKind, action: string, detail: string): string {
  switch (kind) {
    case 'auth':
      return `AWS does not accept the credentials for ${action}: ${detail}`;
    case 'denied':
      return `not allowed: ${action}`;
    case 'throttled':
      return `AWS throttles ${action}`;
    case 'not-found':
      return detail;
    case 'unreachable':
      return `no connection for ${action}: ${detail}`;
    case 'timeout':
      return `no answer in time from ${action}`;
    case 'nonsense':
      return `the answer to ${action} could not be read`;
    case 'refused':
      return `${action}: ${detail}`;
    default:
      return `${action} failed: ${detail}`;
  }
}

function adviceFor(kind: ProblemKind, action: string): string {
  switch (kind) {
    case 'auth':
      return 'sign in again (aws sso login) or choose another --profile; this program picks it up by itself';
    case 'denied':
      return `allow ${action} to this identity`;
    case 'throttled':
      return 'nothing to do: asking more slowly';
    case 'not-found':
      return 'check the name, --region and --profile';
    case 'unreachable':
      return 'check the network, VPN and AWS_ENDPOINT_URL';
    case 'timeout':
      return 'check the network; it will be asked again';
    case 'nonsense':
      return 'something between here and AWS answers for it: check proxies and AWS_ENDPOINT_URL';
    case 'refused':
      return 'change what was asked as the message says';
    default:
      return 'run again with --debug FILE and report it with that file';
  }
}
