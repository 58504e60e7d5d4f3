import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Finished, type PythonTools, pythonTools } from './python.ts';

const here = fileURLToPath(new URL('./', import.meta.url));

/** One HTTP answer, as `answers.py` wrote it down. */
export interface Answer {
  service: string;
  operation: string;
  status: number;
  problems: string[];
}

/** The aws command line and boto3 against one endpoint, with every answer they get held against botocore's models. */
export interface CheckedTools {
  /** Runs the aws command line; resolves however it ends. */
  aws(...args: string[]): Promise<Finished>;
  /** Its answer as JSON; throws with what it wrote to standard error when it fails. */
  json<T = Record<string, unknown>>(...args: string[]): Promise<T>;
  /** As `json`, through a JMESPath expression. */
  query<T>(expression: string, ...args: string[]): Promise<T>;
  /** Runs lines of bash in which `aws` is that command line; resolves however it ends. */
  shell(lines: string): Promise<Finished>;
  /** Runs a script of this folder with `input` on its standard input; its standard output as JSON. */
  script<T>(name: string, input?: unknown, ...args: string[]): Promise<T>;
  /** Every answer so far. */
  answers(): Answer[];
  /** What was wrong with them, each problem once. */
  problems(): string[];
  close(): void;
}

/** The tools for an environment, or why they cannot be had here; the tests then are skipped. */
export async function checkedTools(): Promise<((environment: Record<string, string>) => CheckedTools) | string> {
  const tools = await pythonTools();
  if (typeof tools !== 'string') return (environment) => checked(tools, environment);
  console.warn(`skipped: ${tools}`);
  return tools;
}

function checked(tools: PythonTools, given: Record<string, string>): CheckedTools {
  const folder = mkdtempSync(join(tmpdir(), 'jdci-contract-'));
  const written = join(folder, 'answers.jsonl');
  const config = join(folder, 'config');
  writeFileSync(written, '');
  writeFileSync(config, '[plugins]\nanswers = answers\n');
  const environment = {
    ...given,
    AWS_CONFIG_FILE: config,
    PYTHONPATH: here,
    PYTHONDONTWRITEBYTECODE: '1',
    JDCI_ANSWERS: written,
  };
  const aws = (...args: string[]) => tools.run('aws', args, environment);
  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await aws(...args, '--output', 'json');
    if (code !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr.trim()}`);
    return JSON.parse(stdout.trim() || 'null') as T;
  };
  const answers = () =>
    readFileSync(written, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Answer);
  return {
    aws,
    json,
    query: (expression, ...args) => json(...args, '--query', expression),
    async script<T>(name: string, input?: unknown, ...args: string[]): Promise<T> {
      const { code, stdout, stderr } = await tools.run(
        'python',
        [join(here, name), ...args],
        environment,
        JSON.stringify(input ?? null),
      );
      if (code !== 0) throw new Error(`${name}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
    shell: (lines) => tools.shell(lines, environment),
    answers,
    problems: () => [
      ...new Set(
        answers().flatMap(({ service, operation, problems }) =>
          problems.map((problem) => `${service} ${operation}: ${problem}`),
        ),
      ),
    ],
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
