import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface ServedSandbox {
  /** What it prints to export. */
  readonly environment: Record<string, string>;
  close(): Promise<void>;
}

/** Runs `jdci-tui sandbox` as a process of its own; resolves once it has said `# ready`. */
export async function serveSandbox(args: readonly string[]): Promise<ServedSandbox> {
  const child = spawn(process.execPath, [cli, 'sandbox', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const environment = await readEnvironment(child);
  return {
    environment,
    close: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) {
          resolve();
          return;
        }
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function readEnvironment(child: ChildProcess): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    let out = '';
    let errors = '';
    child.stderr?.on('data', (data) => {
      errors += data;
    });
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}: ${errors}`)));
    child.stdout?.on('data', (data) => {
      out += data;
      if (!/^# ready$/m.test(out)) return;
      const lines = [...out.matchAll(/^export (\w+)=(.*)$/gm)];
      resolve(Object.fromEntries(lines.map(([, name, value = '']) => [name, value.replace(/^'(.*)'$/, '$1')])));
    });
  });
}
