/** What a Job DSL script says of its job, as far as the Remote API shows it. */
export interface DescribedJob {
  readonly name: string;
  readonly description: string;
  readonly label: string;
  readonly concurrent: boolean;
  /** How many builds are kept; undefined: all. */
  readonly keep: number | undefined;
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly description: string }[];
}

/** A Groovy literal in single quotes. */
const literal = /'((?:[^'\\]|\\.)*)'/;

/**
 * Reads the script of one free-style job. No Groovy is run: calls with literals, each on a line of its own, are looked for
 * (image/README.md). Throws when the script has none of what every job needs.
 */
export function parseJob(file: string, script: string): DescribedJob {
  const call = (name: string): string => {
    const text = new RegExp(`^\\s*${name}\\(${literal.source}\\)`, 'm').exec(script)?.[1];
    if (text === undefined) throw new Error(`image/jobs/${file} has no line ${name}('…')`);
    return unescaped(text);
  };
  const keep = /\bnumToKeep\((\d+)\)/.exec(script)?.[1];
  const parameter = new RegExp(
    `^\\s*stringParam\\(${[literal, literal, literal].map((one) => one.source).join(', ')}\\)`,
    'gm',
  );
  const name = new RegExp(`^freeStyleJob\\(${literal.source}\\) \\{`, 'm').exec(script)?.[1];
  if (name === undefined) throw new Error(`image/jobs/${file} has no line freeStyleJob('…') {`);
  return {
    name: unescaped(name),
    description: call('description'),
    label: call('label'),
    concurrent: /^\s*concurrentBuild\(\)/m.test(script),
    keep: keep === undefined ? undefined : Number(keep),
    parameters: [...script.matchAll(parameter)].map(([, parameterName = '', value = '', about = '']) => ({
      name: unescaped(parameterName),
      value: unescaped(value),
      description: unescaped(about),
    })),
  };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}
