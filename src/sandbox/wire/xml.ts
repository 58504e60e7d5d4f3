import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef, StaticStructureSchema } from '@smithy/types';

// Smithy's number for the ISO 8601 format of timestamps, the default of the XML protocols.
const dateTime = 5;

/** The settings with which the SDK's own clients read what is written here. */
export function xmlSettings(xmlNamespace: string, httpBindings: boolean) {
  return {
    timestampFormat: { useTrait: true, default: dateTime as 5 },
    httpBindings,
    xmlNamespace,
    serviceNamespace: '',
  };
}

/** A structure that exists on the wire only: an envelope around what an operation answers. */
export function envelope(name: string, members: readonly (readonly [string, $SchemaRef])[]): StaticStructureSchema {
  return [3, 'sandbox.wire', name, 0, members.map(([member]) => member), members.map(([, schema]) => schema)];
}

/** The members of a structure as the SDK's schema lists them; none for an operation without input or output. */
export function membersOf(schema: $SchemaRef): [string, $SchemaRef][] {
  const ns = NormalizedSchema.of(schema);
  if (!ns.isStructSchema()) return [];
  const raw = ns.getSchema() as StaticStructureSchema;
  return raw[4].map((name, index) => [name, raw[5][index] ?? 'unit']);
}

/** Writes a structure as an XML document; its root carries the namespace when there is one. */
export function writeXml(schema: $SchemaRef, value: unknown, xmlNamespace: string): string {
  const serializer = new XmlShapeSerializer(xmlSettings(xmlNamespace, false));
  serializer.write(NormalizedSchema.of(schema), value);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${String(serializer.flush())}`;
}

const requestIdOnly = envelope('ResponseMetadata', [['RequestId', 0]]);
const errorDetail = envelope('Error', [
  ['Type', 0],
  ['Code', 0],
  ['Message', 0],
]);
const errorEnvelope = envelope('ErrorResponse', [
  ['Error', errorDetail],
  ['RequestId', 0],
]);
const ec2ErrorEnvelope = envelope('Response', [
  ['Errors', [1, 'sandbox.wire', 'Errors', 0, [errorDetail, { xmlName: 'Error' }]]],
  ['RequestID', 0],
]);

interface ErrorWords {
  code: string;
  message: string;
  status: number;
}

/** The error document of the query and REST protocols. */
export function errorDocument(error: ErrorWords, requestId: string, xmlNamespace: string): string {
  const Type = error.status >= 500 ? 'Receiver' : 'Sender';
  const detail = { Type, Code: error.code, Message: error.message };
  return writeXml(errorEnvelope, { Error: detail, RequestId: requestId }, xmlNamespace);
}

/** EC2's error document, which has neither type nor namespace. */
export function ec2ErrorDocument(error: ErrorWords, requestId: string): string {
  const Errors = [{ Code: error.code, Message: error.message }];
  return writeXml(ec2ErrorEnvelope, { Errors, RequestID: requestId }, '');
}

/** `<OpResponse><OpResult>…</OpResult><ResponseMetadata>…`: what the query protocol puts around an output. */
export function queryEnvelope(operation: string, output: $SchemaRef): StaticStructureSchema {
  const result: [string, $SchemaRef][] = NormalizedSchema.of(output).isStructSchema()
    ? [[`${operation}Result`, output]]
    : [];
  return envelope(`${operation}Response`, [...result, ['ResponseMetadata', requestIdOnly]]);
}

/** `<OpResponse><requestId/>…`: EC2 puts the output's members straight into the answer. */
export function ec2Envelope(operation: string, output: $SchemaRef): StaticStructureSchema {
  return envelope(`${operation}Response`, [['requestId', 0], ...membersOf(output)]);
}
