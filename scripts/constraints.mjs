// Writes src/sandbox/wire/constraints.json anew: what AWS's service models say of the inputs of the sandbox's operations.
// It reads botocore's models from .python/, where the contract tests install them.
//   node scripts/constraints.mjs
import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { bundling, root } from './bundling.mjs';

const outdir = 'dist/constraints';
await build({ ...bundling, entryPoints: { constraints: 'scripts/constraints.ts' }, outdir });
const { constraintsText } = await import(`${root}/${outdir}/constraints.js`);
const text = constraintsText(`${root}/.python`);
writeFileSync(`${root}/src/sandbox/wire/constraints.json`, text);
rmSync(`${root}/${outdir}`, { recursive: true, force: true });
console.error(`src/sandbox/wire/constraints.json: ${Math.round(text.length / 1024)} KiB`);
