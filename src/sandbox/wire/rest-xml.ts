import { XmlShapeDeserializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef, StaticOperationSchema, StaticStructureSchema } from '@smithy/types';
import type { Service } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import { type Codec, InvalidInput, type Violation, type WireAnswer, type WireRequest } from './codec.ts';
import type { Profile } from './profile.ts';
import { constraintSentence } from './violation-words.ts';
import { errorDocument, membersOf, writeXml, xmlSettings } from './xml.ts';

/** REST with XML bodies, by the HTTP bindings in the schemas' traits: Route 53. */
export function restXmlCodec(profile: Profile): Codec {
  const reader = new XmlShapeDeserializer(xmlSettings(profile.xmlNamespace, true));
  const answer = (status: number, requestId: string, body: string, headers = {}): WireAnswer => ({
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...headers },
    body,
  });
  return {
    operationName(request, service) {
      const found = match(request, service);
      if (!found) throw noSuchPath(request);
      return found;
    },
    decode(request, schema) {
      const labels = labelsOf(request, http(schema));
      const ns = NormalizedSchema.of(schema[4]);
      if (ns.isUnitSchema()) return {};
      const input: Record<string, unknown> = body(reader, ns, request, `${schema[2]}Request`, profile);
      for (const [name, member] of ns.structIterator()) {
        const traits = member.getMergedTraits();
        const text = traits.httpLabel
          ? labels?.get(name)
          : traits.httpQuery
            ? (request.query.get(traits.httpQuery) ?? undefined)
            : traits.httpHeader
              ? request.headers[traits.httpHeader.toLowerCase()]
              : undefined;
        if (text !== undefined) input[name] = scalar(reader, member, text, name);
      }
      return input;
    },
    encode(schema, output, requestId) {
      const values = (output ?? {}) as Record<string, unknown>;
      const headers: Record<string, string> = {};
      const ns = NormalizedSchema.of(schema[5]);
      let status = http(schema).status;
      if (ns.isUnitSchema()) return answer(status, requestId, '');
      let payload: NormalizedSchema | undefined;
      for (const [name, member] of ns.structIterator()) {
        const traits = member.getMergedTraits();
        const value = values[name];
        if (traits.httpPayload) payload = member;
        if (value === undefined || value === null) continue;
        if (traits.httpHeader) headers[traits.httpHeader.toLowerCase()] = String(value);
        if (traits.httpResponseCode && typeof value === 'number') status = value;
      }
      if (payload) {
        const value = values[payload.getMemberName()];
        const text = payload.isStructSchema()
          ? writeXml(payload, value ?? {}, profile.xmlNamespace)
          : String(value ?? '');
        return answer(status, requestId, text, headers);
      }
      return answer(status, requestId, writeXml(bodyOnly(schema[5]), values, profile.xmlNamespace), headers);
    },
    encodeError: (error, requestId) =>
      answer(error.status, requestId, errorDocument(error, requestId, profile.xmlNamespace)),
    unknownOperation: (_name, request) => noSuchPath(request),
    invalidInput: ({ violations, message }) =>
      new ServiceError(profile.invalid, violations.length > 0 ? restSentence(violations, profile) : message),
  };
}

/** An XML list that must not be empty is refused by the document's schema, which is not the framework's. */
function restSentence(violations: readonly Violation[], profile: Profile): string {
  const [first] = violations;
  const list = first?.path.at(-1);
  if (first?.rule.kind !== 'shortest' || !Array.isArray(first.value) || typeof list !== 'string') {
    return constraintSentence(violations);
  }
  const item = list.replace(/s$/, '');
  return (
    `Invalid XML ; cvc-complex-type.2.4.b: The content of element '${list}' is not complete. ` +
    `One of '{"${profile.xmlNamespace}":${item}}' is expected.`
  );
}

interface Http {
  method: string;
  /** Path segments: `{Label}` or literal text. */
  segments: readonly string[];
  status: number;
}

function http(schema: StaticOperationSchema): Http {
  const traits = schema[3];
  const [method, uri, status] = (typeof traits === 'object' ? traits.http : undefined) ?? ['POST', '/', 200];
  return { method, segments: pathSegments(uri.split('?')[0] ?? ''), status };
}

function pathSegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** The operation whose path template fits; where several do, the one with the most literal segments. */
function match(request: WireRequest, service: Service): string | undefined {
  let best: { name: string; literal: number } | undefined;
  for (const [name, operation] of Object.entries(service.operations)) {
    const template = http(operation.schema);
    if (template.method !== request.method || !labelsOf(request, template)) continue;
    const literal = template.segments.filter((segment) => !segment.startsWith('{')).length;
    if (!best || literal > best.literal) best = { name, literal };
  }
  return best?.name;
}

/** The labels of the path by member name; undefined when the path does not fit the template. */
function labelsOf(request: WireRequest, template: Http): Map<string, string> | undefined {
  const path = pathSegments(request.path);
  if (path.length !== template.segments.length) return undefined;
  const labels = new Map<string, string>();
  for (const [index, segment] of template.segments.entries()) {
    const given = path[index] ?? '';
    if (segment.startsWith('{')) labels.set(segment.slice(1, -1), decoded(given));
    else if (segment !== given) return undefined;
  }
  return labels;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function body(
  reader: XmlShapeDeserializer,
  ns: NormalizedSchema,
  request: WireRequest,
  root: string,
  profile: Profile,
): Record<string, unknown> {
  const text = request.body.toString('utf8').trim();
  if (text === '') return {};
  const [, given, attributes = ''] = /^(?:<\?[^>]*>\s*)?<([\w:.-]+)([^>]*)>/.exec(text) ?? [];
  if (given !== undefined && given !== root) {
    throw new ServiceError('MalformedInput', `${given} is not valid, expected ${root}`);
  }
  if (given !== undefined && !attributes.includes(`"${profile.xmlNamespace}"`)) {
    const words = `Invalid XML ; cvc-elt.1: Cannot find the declaration of element '${root}'.`;
    throw new ServiceError(profile.invalid, words);
  }
  let payload: NormalizedSchema | undefined;
  for (const [, member] of ns.structIterator()) if (member.getMergedTraits().httpPayload) payload = member;
  try {
    const value: unknown = reader.read(payload ?? ns, text);
    if (payload) return { [payload.getMemberName()]: value };
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    throw new ServiceError('MalformedXML', 'The XML document in the request body could not be parsed.');
  }
}

function scalar(reader: XmlShapeDeserializer, member: NormalizedSchema, text: string, name: string): unknown {
  if (member.isNumericSchema() && !/^-?\d+$/.test(text)) {
    throw new InvalidInput([name], `Value '${text}' of ${name} cannot be read`);
  }
  try {
    return reader.readSchema(member, text);
  } catch {
    throw new InvalidInput([name], `Value '${text}' of ${name} cannot be read`);
  }
}

const bodies = new Map<string, StaticStructureSchema>();

/** The output without the members that travel in headers or as the status. */
function bodyOnly(output: $SchemaRef): StaticStructureSchema {
  const name = NormalizedSchema.of(output).getName(true) ?? '';
  let schema = bodies.get(name);
  if (!schema) {
    const raw = NormalizedSchema.of(output).getSchema() as StaticStructureSchema;
    const inBody = membersOf(output).filter(([member]) => {
      const traits = NormalizedSchema.of(output).getMemberSchema(member).getMergedTraits();
      return !traits.httpHeader && !traits.httpResponseCode && traits.httpPrefixHeaders === undefined;
    });
    schema = [3, raw[1], raw[2], raw[3], inBody.map(([member]) => member), inBody.map(([, member]) => member)];
    bodies.set(name, schema);
  }
  return schema;
}

function noSuchPath(request: WireRequest): ServiceError {
  return new ServiceError('InvalidAction', `No operation answers ${request.method} ${request.path}`, 404);
}
