import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec, WireRequest } from '../../../src/sandbox/wire/codec.ts';
import { InvalidInput } from '../../../src/sandbox/wire/codec.ts';
import { codecOf } from '../../../src/sandbox/wire/codecs.ts';
import { type ConstraintsOf, constraintsOf } from '../../../src/sandbox/wire/constraints.ts';
import { checkInput } from '../../../src/sandbox/wire/validation.ts';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';
import { sdkServices } from './clients.ts';

function request(body: string, path = '/'): WireRequest {
  return { method: 'POST', path, query: new URLSearchParams(), headers: {}, body: Buffer.from(body) };
}

type Schema = (typeof sdkServices)[number]['schemas'][number];

interface Served {
  codec: Codec;
  constraints: ConstraintsOf;
}

/** Decodes; whatever is wrong must be one of the two errors that become an answer. */
function decode({ codec, constraints }: Served, schema: Schema, body: string): unknown {
  try {
    const input = codec.decode(request(body), schema);
    const violations = checkInput(schema[4], input, { memberName: codec.memberName, constraints });
    return violations.length > 0 ? codec.invalidInput(new InvalidInput([], '', { violations }), schema[2]) : input;
  } catch (error) {
    if (error instanceof InvalidInput) return codec.invalidInput(error, schema[2]);
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

function operationsOf(signingName: string) {
  const codec = codecOf(signingName);
  const schemas = sdkServices.find((service) => service.signingName === signingName)?.schemas ?? [];
  if (!codec || schemas.length === 0) throw new Error(`nothing of ${signingName}`);
  return { codec, constraints: constraintsOf(signingName), schemas };
}

const steps = fc.oneof(
  fc.constantFrom('Filter', 'Tags', 'member', 'entry', 'key', 'value', '1', '2', '-1', '__proto__', 'constructor', ''),
  fc.string({ maxLength: 6 }),
);
const forms = fc
  .array(fc.tuple(fc.array(steps, { minLength: 1, maxLength: 6 }), fc.string({ maxLength: 8 })), { maxLength: 8 })
  .map((pairs) =>
    new URLSearchParams(pairs.map(([path, value]) => [path.join('.'), value] satisfies [string, string])).toString(),
  );
const jsons = fc.jsonValue().map((value) => JSON.stringify(value));
const xmls = fc
  .array(
    fc.constantFrom('<a>', '</a>', '<Changes>', '</Changes>', '<', '&x;', '<!DOCTYPE a>', 'text', '<Change/>', ''),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

describe('hostile requests', () => {
  it.each([
    ['ec2', forms],
    ['cloudformation', forms],
    ['autoscaling', forms],
    ['ecs', fc.oneof(jsons, fc.string())],
    ['logs', fc.oneof(jsons, fc.string())],
    ['route53', fc.oneof(xmls, fc.string())],
  ])('become an answer, never a failure (%s)', (signingName, bodies) => {
    const { schemas, ...served } = operationsOf(signingName);
    fc.assert(
      fc.property(bodies, fc.constantFrom(...schemas), (body, schema) => {
        decode(served, schema, body);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 400, seed: 42 },
    );
  });

  it('bounds what a form may cost', () => {
    const { schemas, ...served } = operationsOf('ec2');
    const [schema] = schemas;
    if (!schema) throw new Error('no operation');
    const many = Array.from({ length: 20_001 }, (_, index) => `A${index}=1`).join('&');
    for (const body of [many, `${'a.'.repeat(40)}a=1`]) {
      expect(decode(served, schema, body)).toMatchObject({ code: 'InvalidParameterValue' });
    }
  });

  it('keeps awkward keys of maps as plain keys', () => {
    const { schemas, ...served } = operationsOf('ecs');
    const schema = schemas.find((one) => one[2] === 'RegisterTaskDefinition');
    if (!schema) throw new Error('no operation');
    const labels = '{"__proto__":"x","constructor":"y"}';
    const body = `{"family":"f","containerDefinitions":[{"name":"c","image":"i","dockerLabels":${labels}}]}`;
    const input = decode(served, schema, body) as { containerDefinitions: { dockerLabels: object }[] };
    expect(Object.entries(input.containerDefinitions[0]?.dockerLabels ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});
