import { type ExecFileException, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finished } from './python.ts';

/** Groovy as Jenkins embeds it, from Maven Central, and stubs compiled with it, in the ignored folder `.tools/java/`. */
export interface JavaTools {
  /** Runs a Groovy script over the stubs, with nothing in its environment but `environment`. */
  groovy(script: string, args: readonly string[], environment?: Record<string, string>): Promise<Finished>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const project = join(root, 'test', 'contract', 'java.xml');
const stubs = join(root, 'test', 'image', 'stubs');
const folder = join(root, '.tools', 'java');
const jars = join(folder, 'jars');
const classes = join(folder, 'classes');
const stamp = join(folder, 'installed');

/**
 * The tools, installed on first use. A string when they cannot be had here: no Java, no Maven, or Maven Central is not
 * reachable; the tests then are skipped, which is not the same as passed. Any other failure throws.
 */
export async function javaTools(): Promise<JavaTools | string> {
  const version = await finished('java', ['-version'], process.env);
  if (version.code !== 0) return 'no Java here';
  const wanted = createHash('sha256').update(readFileSync(project)).digest('hex');
  if (installed() !== wanted) {
    const problem = await install();
    if (problem !== undefined) return problem;
    writeFileSync(stamp, wanted);
  }
  const libraries = join(jars, '*');
  await compileStubs(libraries);
  return {
    groovy: (script, args, environment = {}) =>
      finished('java', ['-cp', [classes, libraries].join(delimiter), 'groovy.ui.GroovyMain', script, ...args], {
        PATH: process.env.PATH ?? '',
        LC_ALL: 'C.UTF-8',
        ...environment,
      }),
  };
}

async function install(): Promise<string | undefined> {
  if ((await finished('mvn', ['--version'], process.env)).code !== 0) return 'no Maven here';
  rmSync(jars, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.gitignore'), '*\n');
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${jars}`];
  const got = await finished('mvn', ['--batch-mode', '--quiet', '--file', project, ...goal], process.env);
  if (got.code === 0) return undefined;
  const said = got.stdout + got.stderr;
  if (/Could not transfer|Unknown host|Connection refused|timed out|UnresolvablePlugin/i.test(said)) {
    return 'Maven Central is not reachable from here, so Groovy cannot be installed';
  }
  throw new Error(`mvn could not install the libraries of ${project}: ${said}`);
}

async function compileStubs(libraries: string): Promise<void> {
  rmSync(classes, { recursive: true, force: true });
  mkdirSync(classes, { recursive: true });
  const sources = readdirSync(stubs).map((name) => join(stubs, name));
  const compiler = 'org.codehaus.groovy.tools.FileSystemCompiler';
  const classpath = readdirSync(jars).map((name) => join(jars, name));
  const args = ['-cp', libraries, compiler, '-cp', classpath.join(delimiter), '-d', classes, ...sources];
  const { code, stdout, stderr } = await finished('java', args, process.env);
  if (code !== 0) throw new Error(`the stubs do not compile: ${stdout}${stderr}`);
}

function installed(): string | undefined {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined;
  }
}

function finished(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(program, args, { env, maxBuffer: 64 << 20 }, (error: ExecFileException | null, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, stdout, stderr: stderr || (error?.message ?? '') });
    });
  });
}
