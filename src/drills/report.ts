import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DrillReport } from './drill.ts';

/** What the readable report says beyond the document of the contract. */
export interface ReportContext {
  readonly title: string;
  readonly hypothesis: string;
  readonly stack: string;
  readonly region: string;
  readonly identity: string;
  readonly user: string;
  readonly targetLabel: string;
  /** The slots before the injection and at the end, one line each. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Writes `report.json`, `report.md` and `timeline.svg` into a folder, which is made when missing. */
export async function writeReport(folder: string, report: DrillReport, context: ReportContext): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, 'report.md'), readable(report, context));
  await writeFile(join(folder, 'timeline.svg'), timelineSvg(report));
}

function seconds(value: number | null): string {
  return value === null ? '—' : `${value} s`;
}

function milliseconds(value: number | null): string {
  return value === null ? '—' : `${value} ms`;
}

/** A cell of a Markdown table: a bar would end it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The report for people, in Markdown. */
export function readable(report: DrillReport, context: ReportContext): string {
  const { availability, builds } = report;
  const error = report.pollErrorSeconds > 0 ? ` ± ${report.pollErrorSeconds} s` : '';
  const requeued = builds.requeued === null ? 'not possible: the queue died with the master' : String(builds.requeued);
  const rows: [string, string][] = [
    ['Verdict', `**${report.verdict}**: ${report.reason}`],
    ['Hypothesis', context.hypothesis],
    ['Target', `${context.targetLabel} (\`${report.target}\`)`],
    ['Farm', `${context.stack} in ${context.region}, as ${context.identity}, by ${context.user}`],
    ['Detected after', `${seconds(report.detectSeconds)}${report.detectSeconds === null ? '' : error}`],
    ['Recovered after', `${seconds(report.recoverSeconds)}${report.recoverSeconds === null ? '' : error}`],
    ['Predicted', `${report.predictedSeconds} s`],
    ['Budget', `${report.budgetSeconds} s`],
    [
      'Users',
      `${availability.requests} requests, ${availability.failures} failed, longest outage ${availability.longestOutageSeconds} s`,
    ],
    ['Latency', `p50 ${milliseconds(availability.p50Ms)}, p95 ${milliseconds(availability.p95Ms)}`],
    ['Builds', `${builds.lost} lost; put back into the queue: ${requeued}`],
  ];
  return [
    `# Drill ${report.drill}: ${report.verdict}`,
    '',
    `${context.title}. \`${report.id}\``,
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${cell(value)} |`),
    '',
    '## Before and after',
    '',
    '| slot before | slot after |',
    '|---|---|',
    ...Array.from({ length: Math.max(context.before.length, context.after.length) }, (_, index) => {
      return `| ${cell(context.before[index] ?? '')} | ${cell(context.after[index] ?? '')} |`;
    }),
    '',
    '## Timeline',
    '',
    '| at | source | event |',
    '|---|---|---|',
    ...report.timeline.map((line) => `| ${line.at.slice(11, 21)} | ${cell(line.source)} | ${cell(line.event)} |`),
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const lane = { height: 34, left: 90, width: 800, top: 40 };

/** The timeline as a picture: one lane a source, one mark an event, its words as the mark's title. */
export function timelineSvg(report: DrillReport): string {
  const times = report.timeline.map((line) => Date.parse(line.at));
  const from = Math.min(...times);
  const span = Math.max(1, Math.max(...times) - from);
  const sources = [...new Set(report.timeline.map((line) => line.source))];
  const height = lane.top + Math.max(1, sources.length) * lane.height + 20;
  const rows = sources.map((source, row) => {
    const y = lane.top + row * lane.height + lane.height / 2;
    const marks = report.timeline
      .filter((line) => line.source === source)
      .map((line) => {
        const x = lane.left + ((Date.parse(line.at) - from) / span) * lane.width;
        const after = Math.round((Date.parse(line.at) - from) / 1000);
        return `<circle cx="${x.toFixed(1)}" cy="${y}" r="5"><title>${escaped(`+${after} s ${line.event}`)}</title></circle>`;
      });
    return [
      `<text x="10" y="${y + 4}">${escaped(source)}</text>`,
      `<line x1="${lane.left}" y1="${y}" x2="${lane.left + lane.width}" y2="${y}" stroke="#bbb"/>`,
      ...marks,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${lane.left + lane.width + 30}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<text x="10" y="20">${escaped(`${report.drill} · ${report.verdict} · ${Math.round(span / 1000)} s`)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}
