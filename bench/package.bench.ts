// What `npm install` of the package brings: its size unpacked, and what else it would install.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/core/package-root.ts';
import { report } from './figures.ts';

const root = packageRoot();
const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: root,
  encoding: 'utf8',
});
const [packed] = JSON.parse(stdout) as {
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}[];
if (!packed) throw new Error('npm pack said nothing');
// The benches of this run lie in dist/ while they run; a released package has none.
const files = packed.files.filter(({ path }) => !path.startsWith('dist/bench/'));
const bytes = files.reduce((sum, { size }) => sum + size, 0);
report(
  'package',
  bytes / 1e6,
  3,
  ' MB',
  `unpacked, ${files.length} files; ${(packed.size / 1e6).toFixed(2)} MB to download`,
);

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object | undefined>;
const installed = ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies'].flatMap((kind) =>
  Object.keys(manifest[kind] ?? {}),
);
report('packages to install with it', installed.length, 0, '', installed.join(', '));
