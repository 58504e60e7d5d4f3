const steps = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * The last `width` points of a series as one column each, scaled to the largest of them. A point that could not be
 * measured is `·`: a gap is not a zero.
 */
export function sparkline(series: readonly (number | null)[], width: number): string {
  const points = series.slice(-width);
  const largest = points.reduce<number>((most, point) => Math.max(most, point ?? 0), 0);
  return points
    .map((point) => {
      if (point === null) return '·';
      const step = largest === 0 ? 0 : Math.round((point / largest) * (steps.length - 1));
      return steps[Math.min(steps.length - 1, Math.max(0, step))];
    })
    .join('');
}

/** A bar of `width` columns, `fraction` of it full; `▏`-precision is not worth its redraws. */
export function bar(fraction: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
