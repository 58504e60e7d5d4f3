// From the start of the process to the first frame on a 120×40 terminal, against `node -e 0`, in turn in one run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { median, report } from './figures.ts';

const cli = new URL('../cli.js', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'jdci-bench-'));
const runs = 9;

// The same environment for both: NODE_EXTRA_CA_CERTS alone, say, costs every process some thirty milliseconds.
const env: Record<string, string> = { HOME: home, TERM: 'xterm-256color' };
for (const [name, value] of Object.entries(process.env)) {
  if (value !== undefined && !/^(AWS_|JDCI_|CI$|HOME$|TERM$)/.test(name)) env[name] = value;
}

function bareNode(): number {
  const start = performance.now();
  spawnSync(process.execPath, ['-e', '0'], { env });
  return performance.now() - start;
}

/** Wall milliseconds until the program's name is drawn. */
function firstFrame(): Promise<number> {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, [cli, '--sandbox'], {
      name: 'xterm-256color',
      cols: 120,
      rows: 40,
      env,
    });
    let elapsed = Number.NaN;
    child.onData((data) => {
      if (Number.isNaN(elapsed) && data.includes('jdci')) {
        elapsed = performance.now() - start;
        child.kill('SIGTERM');
      }
    });
    child.onExit(() => resolve(elapsed));
  });
}

const bare: number[] = [];
const frames: number[] = [];
bareNode();
await firstFrame();
for (let run = 0; run < runs; run++) {
  bare.push(bareNode());
  frames.push(await firstFrame());
}
rmSync(home, { recursive: true, force: true });
const ratios = frames.map((frame, run) => frame / (bare[run] ?? Number.NaN));
report(
  'first frame / node -e 0',
  median(ratios),
  2.5,
  '×',
  `median of ${runs}: ${median(frames).toFixed(0)} ms against ${median(bare).toFixed(0)} ms`,
);
