import type { $SchemaRef, StaticOperationSchema } from '@smithy/types';
import { ServiceError } from '../world/service-error.ts';
import { type Codec, constraintSentence, type InvalidInput, type WireAnswer, type WireRequest } from './codec.ts';
import { decodeForm, parameterName } from './form.ts';
import type { Profile } from './profile.ts';
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
    unknownOperation: (name, request) => unknownAction(name, request, profile),
    invalidInput: (problem) =>
      problem.kind === 'missing'
        ? new ServiceError(profile.invalid, constraintSentence(problem))
        : new ServiceError('MalformedInput', problem.message),
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

/** EC2 names the first missing parameter as the caller would have written it. */
function ec2InvalidInput(problem: InvalidInput): ServiceError {
  if (problem.kind === 'malformed') return new ServiceError('InvalidParameterValue', problem.message);
  return new ServiceError('MissingParameter', `The request must contain the parameter ${problem.path.join('.')}`);
}

/** Both the body's form and the query string count: a GET carries its parameters in the latter. */
function formOf(request: WireRequest): URLSearchParams {
  return request.body.length > 0 ? new URLSearchParams(request.body.toString('utf8')) : request.query;
}

function action(request: WireRequest, profile: Profile): string {
  const form = formOf(request);
  const name = form.get('Action');
  if (!name) throw new ServiceError('MissingAction', 'No action was supplied with this request.');
  const version = form.get('Version');
  // The newer load balancers share the classic one's signing name and operation names: only the version differs.
  if (version !== null && version !== profile.version) throw unknownAction(name, request, profile);
  return name;
}

function unknownAction(name: string, request: WireRequest, profile: Profile): ServiceError {
  const version = formOf(request).get('Version') ?? profile.version;
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
