import { NormalizedSchema } from '@smithy/core/schema';
import type { $OperationSchema } from '@smithy/types';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Operation } from '../../../src/sandbox/operations/operation.ts';
import { services } from '../../../src/sandbox/services.ts';
import { type ConstraintsOf, constraintsOf, type Levels } from '../../../src/sandbox/wire/constraints.ts';
import { type SdkService, sdkServices } from './clients.ts';
import { serve } from './serving.ts';

const words = ['jdci', 'a', '', '*', '/', 'x:1', '{}', '__proto__', 'constructor', '0.0.0.0/0', 'i-0123456789abcdef0'];
const names = [...words, 'default', 'eu-west-1a', 'tag:Name', '123456789012', 'arn:aws:iam::123456789012:role/x'];

/** Inputs of an operation; mostly such as the model allows, so that they reach what the operation does with them. */
class Inputs {
  readonly #constraints: ConstraintsOf;

  constructor(constraints: ConstraintsOf) {
    this.#constraints = constraints;
  }

  of(ns: NormalizedSchema, depth = 0, levels: Levels = []): fc.Arbitrary<unknown> {
    const [own] = levels;
    if (depth > 2 && (ns.isStructSchema() || ns.isListSchema() || ns.isMapSchema())) return fc.constant(undefined);
    if (ns.isStructSchema()) {
      const members = this.#constraints(ns.getName() ?? '');
      const record: Record<string, fc.Arbitrary<unknown>> = {};
      for (const [name, member] of ns.structIterator()) {
        const value = this.of(member, depth + 1, members?.get(name));
        // EC2 does nothing on a dry run.
        record[name] = name === 'DryRun' ? fc.constant(undefined) : fc.option(value, { nil: undefined });
      }
      return fc.record(record);
    }
    if (ns.isListSchema()) {
      const items = fc.array(this.of(ns.getValueSchema(), depth + 1, levels.slice(1)), { minLength: 1, maxLength: 2 });
      return items.map((all) => all.filter((item) => item !== undefined));
    }
    if (ns.isMapSchema()) return fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...names), { maxKeys: 2 });
    if (ns.isBooleanSchema()) return fc.boolean();
    if (ns.isBigIntegerSchema()) return fc.constant(1n);
    if (ns.isNumericSchema()) return fc.oneof(fc.integer(), fc.constantFrom(own?.min ?? 0, own?.max ?? 80, -1, 1, 10));
    if (ns.isTimestampSchema()) return fc.constantFrom(new Date(0), new Date(Date.UTC(2026, 0, 2)));
    if (ns.isBlobSchema()) return fc.constant(new Uint8Array([1, 2]));
    if (own?.values) return fc.constantFrom(...own.values);
    const fitting = names.filter((name) => own?.pattern?.whole.test(name) ?? true);
    return fc.oneof(fc.constantFrom('a'.repeat(own?.min ?? 1), ...fitting), fc.string({ maxLength: 6 }));
  }
}

/** The request as the SDK's client writes it; undefined for an input that it refuses itself. */
async function written({ protocol, config }: SdkService, { schema }: Operation, input: object) {
  const [, namespace, name, traits, from, to] = schema;
  const operation: $OperationSchema = { namespace, name, traits, input: from, output: to };
  const context = config as Parameters<typeof protocol.serializeRequest>[2];
  try {
    return await protocol.serializeRequest(operation, structuredClone(input), context);
  } catch {
    return undefined;
  }
}

it('no input makes the sandbox fail, whatever the operation', { timeout: 60_000 }, async () => {
  const sandbox = await serve(services);
  sandbox.limits.enforced = false;
  const failures: string[] = [];
  for (const sdk of sdkServices) {
    const service = services.find(({ signingName }) => signingName === sdk.signingName);
    const inputs = new Inputs(constraintsOf(sdk.signingName));
    for (const operation of Object.values(service?.operations ?? {})) {
      const ns = NormalizedSchema.of(operation.schema[4]);
      if (!ns.isStructSchema()) continue;
      for (const input of fc.sample(inputs.of(ns), { numRuns: 4, seed: 42 })) {
        const request = await written(sdk, operation, input as object);
        if (!request) continue;
        const query = new URLSearchParams(request.query as Record<string, string> | undefined).toString();
        const authorization = `AWS4-HMAC-SHA256 Credential=SANDBOX000000000000/20260101/eu-west-1/${sdk.signingName}/aws4_request, SignedHeaders=host, Signature=0`;
        const response = await fetch(`${sandbox.url}${request.path}${query === '' ? '' : `?${query}`}`, {
          method: request.method,
          headers: { ...request.headers, authorization },
          ...(request.method === 'GET' ? {} : { body: request.body as string }),
        });
        const answer = await response.text();
        if (response.status >= 500)
          failures.push(`${operation.schema[2]} of ${Object.keys(input as object)}: ${answer}`);
      }
    }
  }
  // What was asked for goes on in the world: it must be able to.
  const { status } = await sandbox.control('advance', { seconds: 600 });
  await sandbox.close();
  expect({ status, failures, reports: sandbox.reports }).toEqual({ status: 200, failures: [], reports: [] });
});
