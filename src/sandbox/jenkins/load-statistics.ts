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

/** The points of one time scale: one ring of numbers for all series, so that a hundred masters cost no garbage. */
class Points {
  readonly #values: Float64Array;
  readonly #kept: number;
  /** Points so far, the first zero included. */
  #count = 1;

  constructor(kept: number) {
    this.#kept = kept;
    this.#values = new Float64Array(kept * loadSeries.length);
  }

  add(sample: LoadSample): void {
    const { length } = loadSeries;
    const last = ((this.#count - 1) % this.#kept) * length;
    const next = (this.#count % this.#kept) * length;
    for (let series = 0; series < length; series++) {
      const name = loadSeries[series];
      if (name === undefined) continue;
      this.#values[next + series] = (this.#values[last + series] ?? 0) * decay + sample[name] * (1 - decay);
    }
    this.#count += 1;
  }

  /** Newest first. */
  history(name: keyof LoadSample): number[] {
    const series = loadSeries.indexOf(name);
    return Array.from({ length: Math.min(this.#count, this.#kept) }, (_, back) => {
      const point = (this.#count - 1 - back) % this.#kept;
      return this.#values[point * loadSeries.length + series] ?? 0;
    });
  }
}

/** Jenkins' exponential averages of its load: a new point every ten seconds, minute and hour. */
export class LoadStatistics {
  #ticks = 0;
  readonly #points: Readonly<Record<TimeScale, Points>> = {
    sec10: new Points(scales.sec10.kept),
    min: new Points(scales.min.kept),
    hour: new Points(scales.hour.kept),
  };

  /** Takes a sample; to be called every ten seconds. */
  update(sample: LoadSample): void {
    this.#ticks += 1;
    for (const scale of timeScales) if (this.#ticks % scales[scale].ticks === 0) this.#points[scale].add(sample);
  }

  /** The points of a series, newest first. */
  history(name: keyof LoadSample, scale: TimeScale): number[] {
    return this.#points[scale].history(name);
  }
}
