// Runs the benches of this folder: each bundled as the program is, then run in a process of its own.
//   npm run bench            all
//   npm run bench -- frame   those whose name contains the word
// Every bench prints one line a figure: name, figure, budget, verdict. The exit code is 1 when a budget is broken.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { bundling, root } from '../scripts/bundling.mjs';

const wanted = process.argv[2] ?? '';
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => /\.bench\.tsx?$/.test(file) && file.includes(wanted))
  .sort();
const outdir = 'dist/bench';
await build({
  ...bundling,
  entryPoints: Object.fromEntries(names.map((file) => [file.replace(/\.bench\.tsx?$/, ''), `bench/${file}`])),
  outdir,
  // Native or test-only packages stay outside the bundle.
  external: ['@lydell/node-pty', '@xterm/headless'],
});
let broken = false;
for (const file of names) {
  const name = file.replace(/\.bench\.tsx?$/, '');
  const { status } = spawnSync(process.execPath, [`${root}${outdir}/${name}.js`], { stdio: 'inherit' });
  if (status !== 0) broken = true;
}
rmSync(`${root}${outdir}`, { recursive: true, force: true });
process.exitCode = broken ? 1 : 0;
