import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isolatedEnvironment, type Program, startProgram, temporaryFolder } from './program.ts';
import { type ServedSandbox, serveSandbox } from './sandbox-process.ts';

const enter = '\r';

let home: ReturnType<typeof temporaryFolder>;
let program: Program | undefined;
let sandbox: ServedSandbox | undefined;

beforeEach(() => {
  home = temporaryFolder();
});

afterEach(async () => {
  program?.kill('SIGKILL');
  await sandbox?.close();
  program = undefined;
  sandbox = undefined;
  home.remove();
});

/** No row is wider than the terminal, and the first and last rows say what they must. */
function expectWholeFrame(screen: string[], columns: number): void {
  expect(screen[0]).toMatch(/^ jdci {2}eu-west-1 · 123456789012 · SANDBOX ×\d+/);
  expect(screen.at(-1)).toMatch(/\? help {2,3}q quit$/);
  for (const row of screen) expect(row.length).toBeLessThanOrEqual(columns);
}

describe.each([
  { columns: 120, rows: 40 },
  { columns: 80, rows: 24 },
])('the walk in a terminal of $columns×$rows', ({ columns, rows }) => {
  it('provisions a farm, shows it, kills a master, sees it heal, and leaves a clean terminal', async () => {
    // Sixty times real time, so that the four farm minutes of provisioning take four seconds.
    sandbox = await serveSandbox(['--speed', '60', '--seed', '7']);
    const env = { ...isolatedEnvironment(home.path), ...sandbox.environment };
    const walk = startProgram([], { columns, rows, env });
    program = walk;

    await walk.until('the parameters, filled in', (text) => /VPC +vpc-0/.test(text) && text.includes('step 1 of'));
    expect(walk.alternate()).toBe(true);
    walk.press('c');
    await walk.until('the change set', (text) => /review +\d+ added, 0 changed, 0 removed/.test(text));
    walk.press(enter);
    await walk.until('the question', (text) => text.includes('Create jdci?'));
    walk.press('y');
    await walk.until('resources on their way', (text) => /CREATE_IN_PROGRESS +█+░+ +\d+\/\d+/.test(text));
    await walk.until('the outputs', (text) => /FrontDoorUrl +http:\/\//.test(text), 90_000);
    walk.press(enter);

    await walk.until('the board, all well', (text) => /2\/2/.test(text) && /● OK/.test(text), 60_000);
    await walk.until('both masters serving', (text) => /● a serving/.test(text) && /● b serving/.test(text));
    expectWholeFrame(walk.screen(), columns);

    walk.press('F');
    await walk.until('the failure menu', (text) => text.includes('kill-master-task'));
    walk.press(enter);
    const targets = await walk.until('the targets', (text) => text.includes('which one?'));
    const word = /▸.*(jdci-master-[ab])/.exec(targets)?.[1] ?? '';
    expect(word).toMatch(/^jdci-master-[ab]$/);
    walk.press(enter);
    await walk.until('the confirmation', (text) => text.includes(`type ${word} to confirm`));
    walk.press('yes');
    walk.press(enter);
    // A wrong word does nothing.
    await walk.until('still the confirmation', (text) => text.includes(`type ${word} to confirm`));
    walk.press('\x7f\x7f\x7f');
    walk.press(word);
    await walk.until('the word', (text) => text.includes('enter: do it'));
    walk.press(enter);

    await walk.until('the drill', (text) => text.includes('DRILL kill-master-task') && /running \d/.test(text), 60_000);
    await walk.until('the master gone from the balancer', (text) => /1\/2/.test(text), 60_000);
    // All of it at once: a frame may reach the terminal in parts.
    const whole = [/● PASS/, /detected \d+s/, /recovered \d/];
    await walk.until('the verdict', (text) => whole.every((part) => part.test(text)), 120_000);

    const [id = ''] = readdirSync(join(home.path, 'state', 'jdci-tui', 'drills'));
    const report = JSON.parse(readFileSync(join(home.path, 'state', 'jdci-tui', 'drills', id, 'report.json'), 'utf8'));
    expect(report).toMatchObject({ drill: 'kill-master-task', verdict: 'pass' });
    expect(report.recoverSeconds).toBeGreaterThan(0);
    expect(report.recoverSeconds).toBeLessThanOrEqual(report.budgetSeconds);
    expect(report.availability.requests).toBeGreaterThan(0);

    walk.press('1');
    await walk.until('the board, well again', (text) => /2\/2/.test(text) && /● b serving/.test(text), 60_000);
    expectWholeFrame(walk.screen(), columns);
    walk.press('q');
    expect(await walk.exited).toBe(0);
    expect(walk.alternate()).toBe(false);
    expect(walk.cursorShown()).toBe(true);
  });
});

describe('the embedded sandbox', () => {
  it('starts in a thread behind the first frame, and ends with the program', async () => {
    const board = startProgram(['--sandbox'], { columns: 120, rows: 40, env: isolatedEnvironment(home.path) });
    program = board;
    const first = await board.until('the first frame', (text) => text.includes('jdci'));
    expect(first).toContain('SANDBOX');
    await board.until('provisioning', (text) => /New farm jdci · step 1/.test(text));
    board.press('q');
    expect(await board.exited).toBe(0);
    expect(board.alternate()).toBe(false);
  });

  it('gives the terminal back on Ctrl-C, with 130', async () => {
    const board = startProgram(['--sandbox'], { columns: 80, rows: 24, env: isolatedEnvironment(home.path) });
    program = board;
    await board.until('provisioning', (text) => /New farm jdci · step 1/.test(text));
    board.press('\x03');
    expect(await board.exited).toBe(130);
    expect(board.alternate()).toBe(false);
    expect(board.cursorShown()).toBe(true);
  });
});

describe('a terminal that is too small', () => {
  it('is asked for more room, and shows the screen again when it has it', async () => {
    const board = startProgram(['--sandbox'], { columns: 60, rows: 15, env: isolatedEnvironment(home.path) });
    program = board;
    await board.until('the request', (text) => /80×24/.test(text));
    board.resize(80, 24);
    await board.until('provisioning', (text) => /New farm jdci · step 1/.test(text));
    board.resize(79, 24);
    const small = await board.until('the request again', (text) => /80×24/.test(text));
    expect(small).not.toContain('New farm');
    board.press('q');
    expect(await board.exited).toBe(0);
  });
});
