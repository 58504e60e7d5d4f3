import type { World } from '../world/world.ts';
import { type Master, masters } from './master.ts';
import { enqueue } from './queue.ts';

/** New builds are drawn for this long at a time, so that a changed setting works soon. */
const stepMs = 10_000;
/** Of a hundred builds, so many are of `web-image`; the rest build the masters' image. */
const webPercent = 85;

/**
 * Starts builds at random (a Poisson process), at the rate of the settings over all masters that serve, and fills their
 * queues up to what the settings want waiting.
 */
export function startBuildLoad(world: World): void {
  const random = world.random.fork('build load');
  // The time until the next build, in builds: an exponential draw that the rate eats up.
  let ahead = 0;
  const drawGap = () => -Math.log(1 - random.next());
  ahead = drawGap();
  world.every(stepMs, () => {
    let budget = (world.settings.load.buildsPerHour * stepMs) / 3_600_000;
    while (budget >= ahead) {
      budget -= ahead;
      ahead = drawGap();
      world.schedule(random.int(0, stepMs - 1), () => {
        const web = random.int(1, 100) <= webPercent;
        const up = serving();
        if (up.length > 0) push(random.pick(up), web);
      });
    }
    ahead -= budget;
    if (world.settings.load.queued) fill(world.settings.load.queued);
  });

  const serving = () => [...masters(world)].filter((master) => master.phase === 'serving' && !master.quietingDown);

  /** Gives each master its share of what shall wait. */
  function fill(queued: number): void {
    const up = serving();
    for (const [index, master] of up.entries()) {
      const share = Math.floor((queued + index) / up.length);
      for (let missing = share - master.queue.length; missing > 0; missing--) push(master, true);
    }
  }

  function push(master: Master, web: boolean): void {
    const job = master.jobs.get(web ? 'web-image' : 'build-jenkins-master');
    if (!job || job.disabled) return;
    enqueue(master, job, web ? { REF: random.hex(7) } : {}, { text: 'Started by an SCM change' });
  }
}
