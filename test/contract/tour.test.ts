import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { page, section } from '../docs/tables.ts';
import { type ServedSandbox, serveSandbox } from '../e2e/sandbox-process.ts';
import { type CheckedTools, checkedTools } from './checked-tools.ts';

const checked = await checkedTools();
const tour = section(page('docs/sandbox.md'), '## An hour with the aws command line');

interface Step {
  command: string;
  /** What the page shows under it. */
  printed: string;
}

/** The commands of the page's consoles in their order: what follows a `$`, with the lines that continue it. */
function steps(): Step[] {
  return [...tour.matchAll(/```console\n(.*?)```/gs)].flatMap(([, console = '']) =>
    console
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        // Lines that continue a command are indented, those of its answer are not, but for JSON.
        const [, command = '', printed = ''] = /^([^\n]*\n(?: {4}[^\n]*\n)*)(.*)$/s.exec(text) ?? [];
        return { command: command.trimEnd(), printed: printed.trimEnd() };
      }),
  );
}

/** What differs from run to run stands for itself: ids, and the random ends of names. */
function withoutIds(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\bi-[0-9a-f]{17}\b/g, 'INSTANCE')
    .replace(/\b[0-9a-f]{32}\b/g, 'TASK')
    .replace(/-[0-9A-F]{12}\b/g, '-END')
    .trimEnd();
}

describe.skipIf(typeof checked === 'string')('the hour with the aws command line in docs/sandbox.md', () => {
  let sandbox: ServedSandbox;
  let tools: CheckedTools;

  beforeAll(async () => {
    if (typeof checked === 'string') return;
    const [, options = ''] = /^npx jdci-tui sandbox (.*)$/m.exec(tour) ?? [];
    expect(options).toContain('--farm');
    sandbox = await serveSandbox(options.split(' '));
    tools = checked(sandbox.environment);
  });
  afterAll(async () => {
    tools?.close();
    await sandbox?.close();
  });

  it('goes as the page shows it', async () => {
    expect(steps().length).toBeGreaterThan(10);
    const variables: string[] = [];
    for (const { command, printed } of steps()) {
      if (/^\w+=/.test(command)) {
        variables.push(command);
        continue;
      }
      const run = async () => {
        const { code, stdout, stderr } = await tools.shell([...variables, command].join('\n'));
        return { command, code, stderr, printed: withoutIds(stdout) };
      };
      const wanted = { command, code: 0, stderr: '', printed: withoutIds(printed) };
      // A second of this machine is a minute of the farm: who looks too early looks again.
      if (/^aws \S+ describe-/.test(command)) {
        await expect.poll(run, { timeout: 60_000, interval: 1_000 }).toEqual(wanted);
      } else expect(await run()).toEqual(wanted);
    }
  });

  it('has met nothing in any answer that botocore’s models do not have', () => {
    expect(tools.answers().length).toBeGreaterThan(10);
    expect(tools.problems()).toEqual([]);
  });
});
