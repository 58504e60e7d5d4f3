import type { $SchemaRef, StaticOperationSchema } from '@smithy/types';
import { ServiceError } from '../world/service-error.ts';
import { type Codec, type InvalidInput, Unrouted, type WireAnswer, type WireRequest } from './codec.ts';
import { decodeForm, parameterName } from './form.ts';
import type { Profile } from './profile.ts';
import { constraintSentence, memberPath, stepText } from './violation-words.ts';
import { ec2Envelope, ec2ErrorDocument, errorDocument, queryEnvelope, writeXml } from './xml.ts';

/** AWS query: a form with `Action` and `Version`, answered in XML. */
export function queryCodec(profile: Profile): Codec {
  const envelopes = memoised(queryEnvelope);
  return {
    operationName: (request) => action(request, profile),
    decode: (request, schema) => decodeForm(formOf(request), schema[4], 'query'),
    encode(schema, output, requestId) {
      const answer = { [`${schema[2]}Result`]: output ?? {}, ResponseMetadata: { RequestId: requestId } };
      return xml(200, requestId, writeXml(envelopes(schema), answer, profile.xmlNamespace));
    },
    encodeError: (error, requestId) =>
      xml(error.status, requestId, errorDocument(error, requestId, profile.xmlNamespace)),
    unknownOperation: unknownAction,
    invalidInput: ({ violations, message }) =>
      violations.length > 0
        ? new ServiceError(profile.invalid, (profile.violationSentence ?? constraintSentence)(violations))
        : new ServiceError('MalformedInput', message),
  };
}

/** EC2's dialect of the query protocol. */
export function ec2Codec(profile: Profile): Codec {
  const envelopes = memoised(ec2Envelope);
  return {
    operationName: (request) => action(request, profile),
    decode: (request, schema) => decodeForm(formOf(request), schema[4], 'ec2'),
    memberName: (name, member) => parameterName(name, member, true),
    encode(schema, output, requestId) {
      const answer = { requestId, ...(output as Record<string, unknown> | undefined) };
      return xml(200, requestId, writeXml(envelopes(schema), answer, profile.xmlNamespace));
    },
    encodeError: (error, requestId) => xml(error.status, requestId, ec2ErrorDocument(error, requestId)),
    unknownOperation: (name) =>
      new ServiceError('InvalidAction', `The action ${name} is not valid for this web service.`),
    invalidInput: ec2InvalidInput,
  };
}

/** EC2 tells of one mistake at a time; a missing parameter it names as the caller would have written it. */
function ec2InvalidInput({ violations, mistyped, path, message }: InvalidInput): ServiceError {
  const missing = violations.find(({ rule }) => rule.kind === 'present');
  if (missing) {
    const name = missing.path.map(stepText).join('.');
    return new ServiceError('MissingParameter', `The request must contain the parameter ${name}`);
  }
  const first = violations[0] ?? (mistyped && { path, value: mistyped.value });
  if (!first) return new ServiceError('InvalidParameterValue', message);
  const name = memberPath(first.path.filter((step) => typeof step === 'string').slice(-1));
  // Recorded for DescribeInstanceAttribute.
  const more = name === 'attribute' ? ' Unknown attribute.' : '';
  const value = `Value (${String(first.value)}) for parameter ${name} is invalid.${more}`;
  return new ServiceError('InvalidParameterValue', value);
}

const forms = new WeakMap<WireRequest, URLSearchParams>();

/** Both the query string and the body's form count: a GET carries its parameters in the former. */
function formOf(request: WireRequest): URLSearchParams {
  let form = forms.get(request);
  if (!form) {
    form = request.body.length > 0 ? new URLSearchParams(request.body.toString('utf8')) : request.query;
    if (form !== request.query) for (const [name, value] of request.query) form.append(name, value);
    forms.set(request, form);
  }
  return form;
}

function action(request: WireRequest, profile: Profile): string {
  if (request.method !== 'POST' && request.method !== 'GET') throw new Unrouted();
  const form = formOf(request);
  const name = form.get('Action');
  if (name === null) throw new ServiceError('MissingAction', 'No action was supplied with this request.');
  const version = form.get('Version');
  if (version === profile.version) return name;
  // The newer load balancers share the classic one's signing name and operation names: only the version differs.
  if (profile.protocol !== 'ec2') throw unknownAction(name, request);
  if (version === null) throw new ServiceError('MissingParameter', 'The request must contain the parameter Version');
  const words = `The requested version (${version}) of service ${profile.target} does not exist`;
  throw new ServiceError('NoSuchVersion', words);
}

function unknownAction(name: string, request: WireRequest): ServiceError {
  const version = formOf(request).get('Version') ?? 'NO_VERSION_SPECIFIED';
  return new ServiceError('InvalidAction', `Could not find operation ${name} for version ${version}`);
}

function xml(status: number, requestId: string, body: string): WireAnswer {
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId }, body };
}

/** An operation's envelope is made once: the SDK caches what it derives from a schema on the schema itself. */
function memoised<E>(make: (operation: string, output: $SchemaRef) => E): (schema: StaticOperationSchema) => E {
  const made = new Map<string, E>();
  return (schema) => {
    let envelope = made.get(schema[2]);
    if (envelope === undefined) {
      envelope = make(schema[2], schema[5]);
      made.set(schema[2], envelope);
    }
    return envelope;
  };
}
