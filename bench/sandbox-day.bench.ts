// A simulated day of a farm of 100 masters that starts 10,000 agents, without wire: CPU of the simulation alone.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { packageRoot } from '../src/core/package-root.ts';
import { provisionFarm } from '../src/sandbox/provisioned-farm.ts';
import { createRegion } from '../src/sandbox/region.ts';
import { services } from '../src/sandbox/services.ts';
import { instanceChanged } from '../src/sandbox/world/ec2.ts';
import { defaultSettings } from '../src/sandbox/world/settings.ts';
import { report } from './figures.ts';

const dayMs = 86_400_000;
const wanted = 10_000;

const world = createRegion({
  seed: 1,
  startMs: Date.UTC(2026, 0, 1),
  settings: { ...structuredClone(defaultSettings), largeFarm: { masters: 100, agents: 2_000, queued: 0 } },
});
provisionFarm(world, services, readFileSync(join(packageRoot(), 'cfn', 'farm.yaml'), 'utf8'));
const seen = new Set<string>();
instanceChanged(world).on(({ instance }) => {
  if (instance.tags.get('jdci:role') === 'agent') seen.add(instance.id);
});
// An agent serves build after build until it idles for ten minutes: so many builds want about 11,000 agents a day.
world.settings.load.buildsPerHour = 2_000;

const before = process.cpuUsage();
world.advance(dayMs);
const used = process.cpuUsage(before);
const seconds = (used.user + used.system) / 1e6;
const heap = heapMiB();
if (seen.size < wanted) {
  console.log(`BROKEN the day had ${seen.size} agents only: more load is needed`);
  process.exitCode = 1;
}
report(`a day of ${wanted} agents on 100 masters, CPU`, seconds, 10, ' s', `${seen.size} agents started`);
report('what it keeps in memory', heap, 150, ' MiB', 'heap after a collection');

/** Used heap after a collection, for which Node has to be told to allow one. */
function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
