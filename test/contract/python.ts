import { type ExecFileException, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Programs installed from PyPI into the ignored folder `.python/`. */
export interface PythonTools {
  /** Path of an installed program: `aws`, `cfn-lint`, `moto_server`, `python`. */
  path(program: string): string;
  /** Runs one with nothing in its environment but `environment` and what any process needs. */
  run(
    program: string,
    args: readonly string[],
    environment?: Record<string, string>,
    /** What it reads from its standard input; nothing when not given. */
    input?: string,
  ): Promise<Finished>;
  /** Runs lines of bash, which finds those programs by their names, in such an environment. */
  shell(lines: string, environment?: Record<string, string>): Promise<Finished>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, '.python');
const requirements = join(root, 'test', 'contract', 'requirements.txt');
const stamp = join(folder, 'installed');

/**
 * The tools, installed on first use. A string when they cannot be had here: no Python, or PyPI is not reachable; the
 * tests then are skipped, which is not the same as passed. Any other failure throws.
 */
export async function pythonTools(): Promise<PythonTools | string> {
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (installed() !== wanted) {
    const problem = await install();
    if (problem !== undefined) return problem;
    writeFileSync(stamp, wanted);
  }
  const path = (program: string) => join(folder, 'bin', program);
  return {
    path,
    run: (program, args, environment = {}, input = '') =>
      finished(path(program), args, { ...bare(), ...withoutEmpty(environment) }, input),
    shell: (lines, environment = {}) => {
      const PATH = [join(folder, 'bin'), process.env.PATH ?? ''].join(delimiter);
      return finished('bash', ['-c', lines], { ...bare(), ...withoutEmpty(environment), PATH });
    },
  };
}

function installed(): string | undefined {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined;
  }
}

async function install(): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true });
  const made = await finished('python3', ['-m', 'venv', folder], process.env);
  if (made.code !== 0) return `no Python with venv here: ${lastLine(made.stderr)}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '1', '--timeout', '30', '-r', requirements];
  const got = await finished(join(folder, 'bin', 'python'), pip, process.env);
  if (got.code === 0) return undefined;
  if (/Retrying \(|NewConnectionError|ProxyError|name resolution|timed out/i.test(got.stderr)) {
    return 'PyPI is not reachable from here, so the contract tools cannot be installed';
  }
  throw new Error(`pip could not install ${requirements}: ${got.stderr}`);
}

/** boto3 and the aws command line take an empty `AWS_PROFILE` for the name of a profile. */
function withoutEmpty(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

/** No configuration of this machine's user: no AWS profile, no pager. */
function bare(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: tmpdir(),
    AWS_CONFIG_FILE: join(folder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    PYTHONWARNINGS: 'ignore',
  };
}

function finished(program: string, args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { env, maxBuffer: 64 << 20 },
      (error: ExecFileException | null, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
        resolve({ code, stdout, stderr: stderr || (error?.message ?? '') });
      },
    );
    // A program that does not read its input closes it: that is no failure of ours.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
