// Builds the program into dist/. With --metafile, dist/meta.json says what is in which chunk.
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { bundling, root } from './bundling.mjs';

rmSync(`${root}/dist`, { recursive: true, force: true });
const result = await build({
  ...bundling,
  entryPoints: { cli: 'src/cli.ts', 'sandbox-worker': 'src/sandbox/worker.ts' },
  outdir: 'dist',
});
chmodSync(`${root}/dist/cli.js`, 0o755);
if (process.argv.includes('--metafile')) writeFileSync(`${root}/dist/meta.json`, JSON.stringify(result.metafile));
const outputs = Object.values(result.metafile.outputs);
const kib = Math.round(outputs.reduce((sum, output) => sum + output.bytes, 0) / 1024);
// `import { z } from 'zod/mini'` makes an object of all there is of zod, translations too: 400 KiB for every command.
if (outputs.some(({ inputs }) => Object.keys(inputs).some((path) => path.includes('/zod/v4/locales/de.')))) {
  console.error("dist/: all of zod is in it; write import * as z from 'zod/mini'");
}
console.error(`dist/: ${outputs.length} files, ${kib} KiB`);
