// What watching a farm of 100 masters, 2,000 agents and 5,000 queued builds costs the program. The farm is a sandbox in a
// process of its own; here it is observed, joined, judged and compared as for the board, without a screen.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { openSession } from '../src/commands/session.ts';
import type { FarmView } from '../src/farm/view.ts';
import { FarmWatch } from '../src/farm/watch.ts';
import { median, report } from './figures.ts';
import { SliceMeter } from './slices.ts';

const size = { masters: 100, agents: 2_000, queued: 5_000 };
const rounds = 8;
/** Queues are filled up every ten seconds of farm time, and agents come and go: so much of the size must be there. */
const share = 0.95;

// As the board has it.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=100');

const home = mkdtempSync(join(tmpdir(), 'jdci-bench-'));
const settings = join(home, 'settings.json');
writeFileSync(settings, JSON.stringify({ largeFarm: size }));
const cli = new URL('../cli.js', import.meta.url).pathname;
const sandbox = spawn(process.execPath, [cli, 'sandbox', '--farm', '--seed', '1', '--speed', '1'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { PATH: process.env.PATH ?? '', HOME: home, JDCI_SANDBOX_SETTINGS: settings },
});
process.once('exit', () => sandbox.kill('SIGTERM'));
const exported: Record<string, string> = await new Promise((resolve, reject) => {
  let text = '';
  sandbox.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  sandbox.stdout.on('data', (data) => {
    text += data;
    if (!text.includes('# ready')) return;
    const lines = [...text.matchAll(/^export (\w+)=(.*)$/gm)];
    resolve(Object.fromEntries(lines.map(([, name, value]) => [name, (value ?? '').replace(/^'(.*)'$/, '$1')])));
  });
});

const session = await openSession(
  { stack: 'jdci', sandbox: false, readOnly: true, refresh: 2 },
  { HOME: home, ...exported },
  () => Promise.reject(new Error('the sandbox runs already')),
);
const watch = new FarmWatch(session);
const slices = new SliceMeter();
const began = process.cpuUsage();
const beganAt = performance.now();
let before = process.cpuUsage();
let callsBefore = new Map<string, number>();
const measured: { cpuMs: number; longestMs: number; calls: Map<string, number> }[] = [];
/** Only the newest: each has a whole farm in it. */
let lastView: FarmView | undefined;
await new Promise<void>((resolve, reject) => {
  const limit = setTimeout(() => reject(new Error(`only ${measured.length} rounds in two minutes`)), 120_000);
  let last = 0;
  watch.subscribe(() => {
    const view = watch.current();
    if (view.pace.rounds === last) return;
    last = view.pace.rounds;
    const used = process.cpuUsage(before);
    const calls = new Map([...session.aws.calls].map(([name, count]) => [name, count - (callsBefore.get(name) ?? 0)]));
    measured.push({ cpuMs: (used.user + used.system) / 1000, longestMs: slices.longestMs, calls });
    lastView = view;
    slices.reset();
    before = process.cpuUsage();
    callsBefore = new Map(session.aws.calls);
    if (measured.length < rounds) return;
    clearTimeout(limit);
    resolve();
  });
  slices.start();
  watch.start();
});
const total = process.cpuUsage(began);
const usedShare = ((total.user + total.system) / 1000 / (performance.now() - beganAt)) * 100;
const rss = process.memoryUsage().rss / 2 ** 20;
watch.stop();
slices.stop();
await session.close();
sandbox.removeAllListeners('exit');
sandbox.kill('SIGTERM');
rmSync(home, { recursive: true, force: true });

const last = measured.at(-1);
const farm = lastView?.farm;
if (!last || !lastView || !farm) throw new Error('the farm was not seen');
console.log(
  `       the farm: ${farm.slots.length} masters, ${farm.hosts.length} hosts, ${farm.agents.length} agents, ${farm.queue.length} queued; ${lastView.verdict.summary}`,
);
if (
  farm.slots.length < size.masters ||
  farm.agents.length < size.agents * share ||
  farm.queue.length < size.queued * share
) {
  console.log('BROKEN the farm is smaller than it should be');
  process.exitCode = 1;
}
const steady = measured.slice(1);
const first = measured[0];
report('first round of a large farm, CPU', (first?.cpuMs ?? Number.NaN) / 1000, 1, ' s', 'modules loaded on the way');
report('a round, CPU', median(steady.map(({ cpuMs }) => cpuMs)) / 1000, 1, ' s', `median of ${steady.length}`);
report('a round, longest hold of the thread', median(steady.map(({ longestMs }) => longestMs)), 16, ' ms', 'median');
report('the longest of all', Math.max(...measured.map(({ longestMs }) => longestMs)), 16, ' ms');
report('share of a core by pacing', usedShare, 20, ' %');
report('memory', rss, 160, ' MiB', 'resident');
const instances = lastView.snapshot?.instances.value?.length ?? 0;
const calls = [...last.calls.values()].reduce((sum, count) => sum + count, 0);
const minimum = leastCalls(instances, lastView);
report(
  'calls of a round at rest',
  calls,
  minimum,
  '',
  [...last.calls]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', '),
);

/** As many as the pages of the API make necessary: 1,000 instances, 10 services. */
function leastCalls(described: number, { snapshot }: FarmView): number {
  const pages = (count: number, of: number) => Math.max(1, Math.ceil(count / of));
  const hosts = snapshot?.containerInstances.value?.length ?? 0;
  const tasks = snapshot?.tasks.value ?? [];
  const stopped = tasks.filter((task) => task.lastStatus === 'STOPPED').length;
  return (
    pages(described, 1_000) +
    pages(size.masters, 10) +
    pages(tasks.length - stopped, 100) * 2 +
    pages(stopped, 100) +
    pages(hosts, 100) * 2 +
    // The group, the balancer's health, and every fifth round what rarely changes.
    2
  );
}
