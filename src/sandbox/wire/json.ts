import { JsonShapeDeserializer2, JsonShapeSerializer2 } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { DocumentType } from '@smithy/types';
import { ServiceError } from '../world/service-error.ts';
import { type Codec, Unrouted, type WireAnswer } from './codec.ts';
import type { Profile } from './profile.ts';
import { constraintSentence, mistypedWords } from './violation-words.ts';

const jsonTypes = new Set(['application/x-amz-json-1.1', 'application/json']);

// Refuses bytes that are no UTF-8, and leaves a byte order mark to the parser, which refuses it.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// Smithy's number for the epoch-seconds format of timestamps, the default of AWS JSON 1.1.
const epochSeconds = 7;

/** AWS JSON 1.1: the operation in `X-Amz-Target`, one JSON document each way. */
export function jsonCodec(profile: Profile): Codec {
  const settings = { timestampFormat: { useTrait: true, default: epochSeconds as 7 }, jsonName: false };
  const reader = new JsonShapeDeserializer2(settings);
  const writer = new JsonShapeSerializer2(settings);
  const answer = (status: number, requestId: string, body: string | Uint8Array): WireAnswer => ({
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId },
    body,
  });
  const messageMember = (code: string) => (profile.capitalMessage?.(code) ? 'Message' : 'message');
  return {
    operationName(request) {
      const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
      if (request.method !== 'POST' || (type !== undefined && !jsonTypes.has(type))) throw new Unrouted();
      const target = request.headers['x-amz-target'];
      const dot = target?.lastIndexOf('.') ?? -1;
      if (target === undefined || dot < 0 || target.slice(0, dot) !== profile.target) {
        throw new ServiceError('UnknownOperationException', '');
      }
      return target.slice(dot + 1);
    },
    decode(request, schema) {
      let parsed: unknown;
      try {
        const text = utf8.decode(request.body);
        parsed = text.trim() === '' ? {} : JSON.parse(text);
      } catch {
        throw new ServiceError('SerializationException', 'The request body is not valid JSON');
      }
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
        throw new ServiceError('SerializationException', 'The request body is not a JSON object');
      }
      if (NormalizedSchema.of(schema[4]).isUnitSchema()) return {};
      try {
        return reader.readObject(NormalizedSchema.of(schema[4]), parsed as DocumentType);
      } catch {
        // The SDK's reader throws on timestamps and blobs that it cannot read.
        throw new ServiceError('SerializationException', 'A value in the request body has the wrong type');
      }
    },
    encode(schema, output, requestId) {
      if (NormalizedSchema.of(schema[5]).isUnitSchema()) return answer(200, requestId, '{}');
      writer.write(NormalizedSchema.of(schema[5]), output ?? {});
      // A plain view of the bytes: the writer's own array warns when a caller takes it for a string.
      const { buffer, byteOffset, byteLength } = writer.flush();
      return answer(200, requestId, Buffer.from(buffer, byteOffset, byteLength));
    },
    encodeError: (error, requestId) =>
      answer(
        error.status,
        requestId,
        JSON.stringify({ __type: error.code, [messageMember(error.code)]: error.message }),
      ),
    // AWS says nothing here: what the sandbox lacks it had better say.
    unknownOperation: (name) => new ServiceError('UnknownOperationException', `This sandbox has no operation ${name}`),
    invalidInput: ({ violations, mistyped, message }, operation) => {
      if (violations.length === 0) {
        return new ServiceError('SerializationException', mistyped ? mistypedWords(mistyped) : message);
      }
      const code = profile.invalidOf?.(operation) ?? profile.invalid;
      return new ServiceError(code, (profile.violationSentence ?? constraintSentence)(violations));
    },
  };
}
