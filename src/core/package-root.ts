import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder that holds the package's own `package.json`, `dist/` and `cfn/`. Found by walking up, because this module
 * lies at a different depth in `src/`, in `dist/` and in a split chunk.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'cfn', 'farm.yaml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the package is incomplete: cfn/farm.yaml was not found beside it');
    folder = parent;
  }
  return folder;
}
