import type { Caller } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import { perWorld, type World } from '../world/world.ts';
import type { WireRequest } from './codec.ts';
import type { Policy } from './policy.ts';
import { type Profile, profiles } from './profile.ts';

/** The credentials that the sandbox hands out. The key id looks like no key of AWS, so that it cannot be mistaken. */
export const sandboxCredentials = { accessKeyId: 'SANDBOX000000000000', secretAccessKey: 'sandbox' };

/** Somebody whose requests are let in. */
export interface CallerSpec extends Caller {
  /** What they may do, with the policies of their role when the ARN is that of an assumed one; absent: everything. */
  readonly policies?: readonly Policy[];
  /** What a session was limited to when it was made: it may do what these allow too. */
  readonly session?: readonly Policy[];
  /** World time at which the credentials end, as those of a session do. */
  readonly until?: number;
}

const callers = perWorld((world) => {
  const { accessKeyId } = sandboxCredentials;
  return new Map<string, CallerSpec>([[accessKeyId, { accessKeyId, arn: world.arn('iam', 'user/sandbox', '') }]]);
});

/** Lets requests signed with this key in, as the given user or role; replaces who had it before. */
export function registerCaller(world: World, caller: CallerSpec): void {
  callers(world).set(caller.accessKeyId, caller);
}

/** Everybody whose requests are let in. */
export function registeredCallers(world: World): readonly CallerSpec[] {
  return [...callers(world).values()];
}

/** What the credential scope of a signed request says. */
export interface Scope {
  accessKeyId: string;
  region: string;
  service: string;
}

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * The credential scope of a SigV4 request, from its header or, for a presigned one, from its query. Undefined when there
 * is no whole signature.
 */
export function scopeOf(request: WireRequest): Scope | undefined {
  const header = request.headers.authorization;
  const signed = header?.startsWith(algorithm);
  if (signed && missingParts(header ?? '').length > 0) return undefined;
  const credential = signed ? partOf(header ?? '', 'Credential') : request.query.get('X-Amz-Credential');
  const [accessKeyId, date, region, service, end, ...more] = credential?.split('/') ?? [];
  if (!accessKeyId || !date || !region || !service || end !== 'aws4_request' || more.length > 0) return undefined;
  return { accessKeyId, region, service };
}

function partOf(header: string, name: string): string | undefined {
  return new RegExp(`[\\s,]${name}=([^,\\s]+)`).exec(header)?.[1];
}

function missingParts(header: string): string[] {
  return ['Credential', 'Signature', 'SignedHeaders'].filter((name) => partOf(header, name) === undefined);
}

/** What AWS answers to a request without a signature, or with one that it cannot read. */
export function unsigned(request: WireRequest): ServiceError {
  const json = request.headers['x-amz-target'] !== undefined;
  const header = request.headers.authorization ?? '';
  const presigned = request.query.get('X-Amz-Credential');
  if (!header.startsWith(algorithm) && presigned === null) {
    return json
      ? new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token')
      : new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  }
  const incomplete = (message: string) =>
    new ServiceError(json ? 'IncompleteSignatureException' : 'IncompleteSignature', message);
  const missing = presigned === null ? missingParts(header) : [];
  if (missing.length > 0) {
    const each = missing.map((name) => `Authorization header requires '${name}' parameter.`);
    return incomplete(`${each.join(' ')} Authorization=${header.split(' ')[0]}`);
  }
  const credential = presigned ?? partOf(header, 'Credential') ?? '';
  if (credential.split('/').length === 5) {
    const end = credential.split('/')[4] ?? '';
    const words = `Credential should be scoped with a valid terminator: 'aws4_request', not '${end}'.`;
    return wrongSignature(json ? 'json' : 'query', words);
  }
  return incomplete(
    `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
  );
}

function wrongSignature(protocol: Profile['protocol'], message: string): ServiceError {
  switch (protocol) {
    case 'json':
      return new ServiceError('InvalidSignatureException', message);
    case 'ec2':
      return new ServiceError('AuthFailure', message, 401);
    default:
      return new ServiceError('SignatureDoesNotMatch', message, 403);
  }
}

/**
 * Who signed. Signatures and dates are not verified: farm time is not wall time, and the port is this machine's own.
 * Keys of real accounts are refused, so that a wrong environment shows at the first request.
 */
export function authenticate(world: World, scope: Scope): CallerSpec {
  const profile = profiles[scope.service];
  if (/^A[KS]IA/.test(scope.accessKeyId)) {
    throw refusal(
      profile,
      'This is a sandbox and the request is signed with the key of a real AWS account (AKIA… or ASIA…): ' +
        'set AWS_ACCESS_KEY_ID and the other variables that `jdci-tui sandbox` prints.',
    );
  }
  const caller = callers(world).get(scope.accessKeyId);
  if (!caller) throw refusal(profile, invalidToken[profile?.protocol ?? 'query']);
  if (caller.until !== undefined && world.now >= caller.until) throw expiredCredentials(scope.service);
  const { region } = world.settings;
  if (scope.region !== region && !profile?.global) {
    throw wrongSignature(
      profile?.protocol ?? 'query',
      `Credential should be scoped to a valid region, not '${scope.region}': this sandbox is the region ${region}.`,
    );
  }
  return caller;
}

/** What a service answers to credentials that were good once, in its own words. */
export function expiredCredentials(service: string): ServiceError {
  switch (profiles[service]?.protocol) {
    case 'json':
      return new ServiceError('ExpiredTokenException', 'The security token included in the request is expired');
    case 'ec2':
      return new ServiceError('RequestExpired', 'Request has expired.');
    default:
      return new ServiceError('ExpiredToken', 'The security token included in the request is expired', 403);
  }
}

const invalidToken = {
  json: 'The security token included in the request is invalid.',
  query: 'The security token included in the request is invalid.',
  'rest-xml': 'The security token included in the request is invalid.',
  ec2: 'AWS was not able to validate the provided access credentials',
};

function refusal(profile: Profile | undefined, message: string): ServiceError {
  switch (profile?.protocol) {
    case 'json':
      return new ServiceError('UnrecognizedClientException', message);
    case 'ec2':
      return new ServiceError('AuthFailure', message, 401);
    default:
      return new ServiceError('InvalidClientTokenId', message, 403);
  }
}
