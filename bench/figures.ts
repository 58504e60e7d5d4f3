/** The value below which `share` of the sorted values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

/** Prints one figure against its budget; a broken budget becomes the exit code. */
export function report(name: string, figure: number, budget: number, unit: string, detail = ''): void {
  const kept = figure <= budget;
  if (!kept) process.exitCode = 1;
  const shown = figure >= 100 ? figure.toFixed(0) : figure.toFixed(2);
  console.log(
    `${kept ? 'ok    ' : 'BROKEN'} ${name}: ${shown}${unit} (budget ${budget}${unit})${detail ? `  ${detail}` : ''}`,
  );
}
