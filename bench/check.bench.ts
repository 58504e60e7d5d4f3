// What `check` adds to the answers it waits for: (its wall time − the slowest answer) / `node -e 0`, in turn in one run,
// on a sandbox in another process with the farm of the template.
//
// The slowest answer is taken from a warm client: this process asks the same sandbox the same things as `check` does,
// and takes the slowest call that the debug log names once code and connections are warm. So what a cold client costs
// (loading, signing, parsing for the first time) stays with `check`, and so do the answers that can only be asked for
// when another is there (stack, tasks, masters: four in a row); on loopback each is a few milliseconds.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSession } from '../src/commands/session.ts';
import { observe } from '../src/farm/observe.ts';
import { ObserveContext } from '../src/farm/observe-context.ts';
import { Probe } from '../src/farm/probe.ts';
import { median, report } from './figures.ts';

// Without this the SDK says at its first client that it will want a newer Node.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

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
  const { status } = spawnSync(process.execPath, args, { env });
  // A check that could not see the farm would be a fast one.
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
}

const log = join(home, 'debug.log');
const session = await openSession(
  { stack: 'jdci', sandbox: false, readOnly: true, refresh: 2, debug: log },
  { ...env },
  () => Promise.reject(new Error('there is one already')),
);

/** Wall milliseconds of the slowest answer of a round that asks for all that `check` asks for. */
async function slowestAnswer(): Promise<number> {
  writeFileSync(log, '');
  await observe(session, new ObserveContext(new Probe({ road: session.doorRoad, clock: session.clock })));
  return Math.max(...[...readFileSync(log, 'utf8').matchAll(/ ok (\d+)ms$/gm)].map(([, ms]) => Number(ms)));
}

const runs = 15;
timed([cli, 'check']);
for (let round = 0; round < 10; round++) await slowestAnswer();
const bare: number[] = [];
const checks: number[] = [];
const slowest: number[] = [];
for (let run = 0; run < runs; run++) {
  bare.push(timed(['-e', '0']));
  checks.push(timed([cli, 'check']));
  slowest.push(await slowestAnswer());
}
await session.close();
sandbox.kill('SIGTERM');
rmSync(home, { recursive: true, force: true });
const ratios = checks.map((check, run) => (check - (slowest[run] ?? Number.NaN)) / (bare[run] ?? Number.NaN));
report(
  '(check − slowest answer) / node -e 0',
  median(ratios),
  3,
  '×',
  `medians of ${runs}: ${median(checks).toFixed(0)} ms, ${median(slowest)} ms, ${median(bare).toFixed(0)} ms`,
);
