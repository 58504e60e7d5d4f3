import { HttpResponse } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { $OperationSchema, HttpRequest, StaticOperationSchema } from '@smithy/types';
import { describe, expect, it } from 'vitest';
import type { Service } from '../../../src/sandbox/operations/operation.ts';
import type { WireRequest } from '../../../src/sandbox/wire/codec.ts';
import { codecOf } from '../../../src/sandbox/wire/codecs.ts';
import { checkInput } from '../../../src/sandbox/wire/validation.ts';
import { type SdkService, sdkServices } from './clients.ts';
import { emptied, sample } from './samples.ts';

function operationOf([, namespace, name, traits, input, output]: StaticOperationSchema): $OperationSchema {
  return { namespace, name, traits, input, output };
}

/** The request as the listener would hand it on. */
function received(request: HttpRequest): WireRequest {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(request.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) query.append(key, one);
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { method: request.method, path: request.path, query, headers, body: bytesOf(request.body) };
}

function bytesOf(body: unknown): Buffer {
  return body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : Buffer.from(String(body ?? ''));
}

function isStream(schema: StaticOperationSchema): boolean {
  return NormalizedSchema.of(schema[5]).getEventStreamMember() !== '';
}

/** Writes an input as the SDK's client does and reads it back as the sandbox does. */
async function throughRequest(service: SdkService, schema: StaticOperationSchema, input: unknown) {
  const codec = codecOf(service.signingName);
  if (!codec) throw new Error(`no codec for ${service.signingName}`);
  const context = service.config as Parameters<typeof service.protocol.serializeRequest>[2];
  const request = received(
    await service.protocol.serializeRequest(operationOf(schema), structuredClone(input) as object, context),
  );
  const operations: Service['operations'] = { [schema[2]]: { schema, handle: () => undefined } };
  const name = codec.operationName(request, { signingName: service.signingName, operations });
  const decoded = codec.decode(request, schema);
  checkInput(schema[4], decoded, { memberName: codec.memberName });
  return { name, decoded };
}

/** Writes an output as the sandbox does and reads it back as the SDK's client does. */
async function throughAnswer(service: SdkService, schema: StaticOperationSchema, output: unknown) {
  const answer = codecOf(service.signingName)?.encode(schema, structuredClone(output), 'request-1');
  if (!answer) throw new Error(`no codec for ${service.signingName}`);
  const response = new HttpResponse({
    statusCode: answer.status,
    headers: answer.headers,
    body: Buffer.from(answer.body),
  });
  const context = service.config as Parameters<typeof service.protocol.deserializeResponse>[1];
  const { $metadata, ...rest } = await service.protocol.deserializeResponse(operationOf(schema), context, response);
  return { requestId: $metadata.requestId, output: rest };
}

// Every operation of the twelve clients, not only those that the sandbox has: the codecs know no operation by name.
describe.each(sdkServices)('$signingName', (service) => {
  const schemas = service.schemas.filter((schema) => !isStream(schema));

  it('has operations', () => {
    expect(schemas.length).toBeGreaterThan(10);
  });

  it('reads every input that the SDK writes', async () => {
    for (const schema of schemas) {
      const input = sample(schema[4]);
      const { name, decoded } = await throughRequest(service, schema, input);
      expect(name).toBe(schema[2]);
      expect({ [schema[2]]: decoded }).toEqual({ [schema[2]]: input });
    }
  });

  it('writes every output so that the SDK reads it', async () => {
    for (const schema of schemas) {
      const output = sample(schema[5]);
      const read = await throughAnswer(service, schema, output);
      expect(read.requestId).toBe('request-1');
      expect({ [schema[2]]: read.output }).toEqual({ [schema[2]]: output });
    }
  });

  it('writes empty lists so that the SDK reads empty lists', async () => {
    for (const schema of schemas) {
      const output = emptied(sample(schema[5]));
      const read = await throughAnswer(service, schema, output);
      expect({ [schema[2]]: read.output }).toEqual({ [schema[2]]: output });
    }
  });
});
