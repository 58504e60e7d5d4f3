// Writes what is made from cfn/farm.yaml into docs/architecture.md: the diagram, the rights, the ports, the recovery times
// and the environment of a master.
//   node scripts/architecture.mjs
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { bundling, root } from './bundling.mjs';

const outdir = 'dist/architecture';
await build({ ...bundling, entryPoints: { architecture: 'scripts/architecture.ts' }, outdir });
const { blocks, filled } = await import(`${root}/${outdir}/architecture.js`);
const page = `${root}/docs/architecture.md`;
writeFileSync(page, filled(readFileSync(page, 'utf8'), blocks(readFileSync(`${root}/cfn/farm.yaml`, 'utf8'))));
rmSync(`${root}/${outdir}`, { recursive: true, force: true });
