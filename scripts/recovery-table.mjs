// Measures the recovery times anew and writes their table into docs/sandbox.md; takes some 20 s.
//   node scripts/recovery-table.mjs
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { bundling, root } from './bundling.mjs';

// Three folders below the root, from where the farm's template is found as from test/sandbox/properties.
const outdir = 'dist/recovery/table';
await build({ ...bundling, entryPoints: { 'recovery-table': 'scripts/recovery-table.ts' }, outdir });
const { documentedSeeds, measure, recoveryCases, recoveryTable, withRecoveryTable } = await import(
  `${root}/${outdir}/recovery-table.js`
);
const page = `${root}/docs/sandbox.md`;
const table = recoveryTable(recoveryCases.map((one) => measure(one, documentedSeeds)));
writeFileSync(page, withRecoveryTable(readFileSync(page, 'utf8'), table));
rmSync(`${root}/dist/recovery`, { recursive: true, force: true });
