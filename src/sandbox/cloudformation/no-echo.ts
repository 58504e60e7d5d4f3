import type { ParameterValue } from './parameters.ts';
import { isMap, type Value, type ValueMap } from './value.ts';

/** What stands for the value of a parameter with NoEcho wherever it would be seen. */
export const hidden = '****';

/** Values of NoEcho parameters, as text. */
export function secretsOf(parameters: ReadonlyMap<string, ParameterValue> | undefined): string[] {
  return [...(parameters?.values() ?? [])]
    .filter(({ noEcho }) => noEcho)
    .flatMap(({ given, value }) => [given, ...[value].flat()])
    .filter((text) => text !== '');
}

/** Text without the secrets in it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, hidden), text);
}

/** Properties without the secrets in them. */
export function maskedProperties(properties: ValueMap, secrets: readonly string[]): ValueMap {
  if (secrets.length === 0) return properties;
  const mask = (value: Value): Value => {
    if (typeof value === 'string') return withoutSecrets(value, secrets);
    if (typeof value === 'number') return secrets.includes(String(value)) ? hidden : value;
    if (Array.isArray(value)) return value.map(mask);
    if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item)]));
    return value;
  };
  return Object.fromEntries(Object.entries(properties).map(([key, item]) => [key, mask(item)]));
}
