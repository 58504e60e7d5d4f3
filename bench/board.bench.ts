// What the board of a small farm costs while nothing happens: against a region elsewhere, and with the sandbox inside.
// The built program in a pseudo-terminal; Linux only, where the kernel tells another process's CPU and memory.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isolatedEnvironment, type Program, startProgram, temporaryFolder } from '../test/e2e/program.ts';
import { serveSandbox } from '../test/e2e/sandbox-process.ts';
import { report } from './figures.ts';

const size = { columns: 120, rows: 40 };
/** Wall seconds until a board has come to rest, and for which it is then measured. */
const settle = 25;
const measure = 20;
/** Clock ticks a second in which Linux counts CPU (`getconf CLK_TCK`). */
const ticks = 100;

const home = temporaryFolder();
const sandbox = await serveSandbox(['--farm', '--seed', '1', '--speed', '1']);
let board = startProgram([], { ...size, env: { ...isolatedEnvironment(home.path), ...sandbox.environment } });
try {
  await board.until('the board', (text) => text.includes('2/2') && text.includes('● OK'), 60_000);
  const { share, mib } = await atRest(board);
  report('board at rest, share of a core', share, 2, ' %', `over ${measure} s`);
  report('board at rest, memory', mib, 100, ' MiB', 'the most while measured, resident');
  board.kill('SIGTERM');
  await sandbox.close();

  board = startProgram(['--sandbox'], { ...size, env: isolatedEnvironment(home.path) });
  await board.until('the parameters', (text) => /VPC +vpc-0/.test(text), 60_000);
  board.press('c');
  await board.until('the change set', (text) => /review +\d+ added/.test(text), 60_000);
  board.press('\r');
  await board.until('the question', (text) => text.includes('Create jdci?'));
  board.press('y');
  await board.until('the outputs', (text) => /FrontDoorUrl +http:/.test(text), 180_000);
  board.press('\r');
  await board.until('the board', (text) => text.includes('2/2') && text.includes('● OK'), 120_000);
  const embedded = await atRest(board);
  report('board and sandbox, memory', embedded.mib, 130, ' MiB', `${embedded.share.toFixed(1)} % of a core, speed 10`);
} finally {
  board.kill('SIGKILL');
  await sandbox.close();
  home.remove();
}

async function atRest({ pid }: Program): Promise<{ share: number; mib: number }> {
  await pause(settle * 1000);
  const before = used(pid);
  let mib = 0;
  for (let second = 0; second < measure; second++) {
    await pause(1000);
    mib = Math.max(mib, resident(pid));
  }
  return { share: ((used(pid) - before) / ticks / measure) * 100, mib };
}

/** Ticks of CPU that the process has used, in user mode and in the kernel. */
function used(pid: number): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return Number(afterName[11]) + Number(afterName[12]);
}

function resident(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}
