// `check` on a sandbox in another process, against `node -e 0`, in turn in one run.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, report } from './figures.ts';

const cli = new URL('../cli.js', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'jdci-bench-'));
const sandbox = spawn(process.execPath, [cli, 'sandbox', '--farm', '--seed', '1', '--speed', '1'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const exported: Record<string, string> = await new Promise((resolve) => {
  let text = '';
  sandbox.stdout.on('data', (data) => {
    text += data;
    if (!text.includes('# ready')) return;
    const lines = [...text.matchAll(/^export (\w+)=(.*)$/gm)];
    resolve(Object.fromEntries(lines.map(([, name, value]) => [name, (value ?? '').replace(/^'(.*)'$/, '$1')])));
  });
});
const env = { PATH: process.env.PATH ?? '', HOME: home, ...exported };

function timed(args: string[]): number {
  const start = performance.now();
  spawnSync(process.execPath, args, { env });
  return performance.now() - start;
}

const runs = 9;
const bare: number[] = [];
const checks: number[] = [];
timed([cli, 'check']);
for (let run = 0; run < runs; run++) {
  bare.push(timed(['-e', '0']));
  checks.push(timed([cli, 'check']));
}
sandbox.kill('SIGTERM');
rmSync(home, { recursive: true, force: true });
const ratios = checks.map((check, run) => check / (bare[run] ?? Number.NaN));
report(
  'check / node -e 0 (the slowest answer not taken off)',
  median(ratios),
  3,
  '×',
  `median of ${runs}: ${median(checks).toFixed(0)} ms against ${median(bare).toFixed(0)} ms`,
);
