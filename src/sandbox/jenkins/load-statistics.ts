/** What is counted at one moment. */
export interface LoadSample {
  definedExecutors: number;
  onlineExecutors: number;
  connectingExecutors: number;
  busyExecutors: number;
  idleExecutors: number;
  queueLength: number;
  availableExecutors: number;
}

export const loadSeries = [
  'availableExecutors',
  'busyExecutors',
  'connectingExecutors',
  'definedExecutors',
  'idleExecutors',
  'onlineExecutors',
  'queueLength',
] as const satisfies readonly (keyof LoadSample)[];

export const timeScales = ['sec10', 'min', 'hour'] as const;
export type TimeScale = (typeof timeScales)[number];

/** How many ticks of ten seconds make one point, and how many points are kept (Jenkins' MultiStageTimeSeries). */
const scales: Readonly<Record<TimeScale, { ticks: number; kept: number }>> = {
  sec10: { ticks: 1, kept: 360 },
  min: { ticks: 6, kept: 1440 },
  hour: { ticks: 360, kept: 672 },
};

/** Weight of the past in each new point (Jenkins' LoadStatistics, DECAY). */
const decay = 0.9;

/** Jenkins' exponential averages of its load: a new point every ten seconds, minute and hour. */
export class LoadStatistics {
  #ticks = 0;
  readonly #series = Object.fromEntries(
    timeScales.map((scale) => [scale, Object.fromEntries(loadSeries.map((name) => [name, [0]]))]),
  ) as Record<TimeScale, Record<keyof LoadSample, number[]>>;

  /** Takes a sample; to be called every ten seconds. */
  update(sample: LoadSample): void {
    this.#ticks += 1;
    for (const scale of timeScales) {
      const { ticks, kept } = scales[scale];
      if (this.#ticks % ticks !== 0) continue;
      for (const name of loadSeries) {
        const points = this.#series[scale][name];
        points.push((points.at(-1) ?? 0) * decay + sample[name] * (1 - decay));
        // Dropped in blocks: shifting at every point would move the whole list each time.
        if (points.length > kept * 2) points.splice(0, points.length - kept);
      }
    }
  }

  /** The points of a series, newest first. */
  history(name: keyof LoadSample, scale: TimeScale): number[] {
    return this.#series[scale][name].slice(-scales[scale].kept).reverse();
  }
}
