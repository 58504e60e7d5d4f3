import type { WireAnswer, WireRequest } from './codec.ts';
import { profiles } from './profile.ts';
import { errorDocument } from './xml.ts';

/**
 * The answer to a request for a service that the sandbox does not have. What the service would say cannot be known; that
 * it is not here is said in the protocol that the request speaks, so that every client shows it.
 */
export function absentService(request: WireRequest, service: string, requestId: string): WireAnswer {
  const message = `This sandbox has no service ${service}`;
  const id = { 'x-amzn-requestid': requestId };
  const type = request.headers['content-type'] ?? '';
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') {
    return {
      status: 404,
      headers: { ...id, 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
      body: cborMap({ __type: 'UnknownOperationException', message }),
    };
  }
  if (service === 's3') {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NotImplemented</Code><Message>${message}</Message><RequestId>${requestId}</RequestId></Error>`;
    return { status: 501, headers: { 'x-amz-request-id': requestId, 'content-type': 'application/xml' }, body };
  }
  if (request.headers['x-amz-target'] === undefined && (type.includes('form') || request.query.has('Action'))) {
    const error = { code: 'InvalidAction', message, status: 404 };
    const body = errorDocument(error, requestId, profiles.sts?.xmlNamespace ?? '');
    return { status: 404, headers: { ...id, 'content-type': 'text/xml;charset=UTF-8' }, body };
  }
  return {
    status: 404,
    headers: {
      ...id,
      'content-type': type.startsWith('application/x-amz-json') ? type : 'application/json',
      'x-amzn-errortype': 'UnknownOperationException',
    },
    body: JSON.stringify({ __type: 'UnknownOperationException', message }),
  };
}

/** A map of short texts in CBOR (RFC 8949): heads of major types 5 (map) and 3 (text). */
function cborMap(members: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(members);
  return Buffer.concat([Buffer.from([0xa0 + entries.length]), ...entries.flat().map(cborText)]);
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = bytes.length < 24 ? [0x60 + bytes.length] : [0x79, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from(head), bytes]);
}
