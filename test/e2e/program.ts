import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Variables that would make the program look for a real account, or believe that it is in CI. */
const clean: Record<string, string> = { CI: 'false', TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' };

/** An environment of its own for a program under test: no AWS settings, its own home. */
export function isolatedEnvironment(home: string): Record<string, string> {
  return {
    ...clean,
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
  };
}

/** A folder that goes when the test ends. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'jdci-tui-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Program {
  readonly pid: number;
  /** The screen as a person sees it: one string a row, right-trimmed. */
  screen(): string[];
  text(): string;
  press(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Resolves when the screen satisfies `condition`; rejects with the last screen after `limitMs` of wall time. */
  until(what: string, condition: (text: string) => boolean, limitMs?: number): Promise<string>;
  /** Resolves with the exit code. */
  exited: Promise<number>;
  /** Whether the alternate screen is shown now. */
  alternate(): boolean;
  /** Whether the cursor is shown now. */
  cursorShown(): boolean;
  kill(signal?: string): void;
}

/** Starts the built program in a pseudo-terminal with a real terminal emulator behind it. */
export function startProgram(
  args: readonly string[],
  options: { columns: number; rows: number; env: Record<string, string> },
): Program {
  const terminal = new xterm.Terminal({ cols: options.columns, rows: options.rows, allowProposedApi: true });
  const child = spawn(process.execPath, [cli, ...args], {
    name: 'xterm-256color',
    cols: options.columns,
    rows: options.rows,
    env: options.env,
  });
  let waiting: (() => void)[] = [];
  let shown = true;
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const resume of woken) resume();
  };
  child.onData((data) => {
    for (const match of data.matchAll(/\[\?25([hl])/g)) shown = match[1] === 'h';
    terminal.write(data, wake);
  });
  const exited = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      // What was written last is still on its way into the emulator.
      terminal.write('', () => {
        wake();
        resolve(exitCode);
      });
    });
  });
  const screen = () => {
    const buffer = terminal.buffer.active;
    return Array.from(
      { length: terminal.rows },
      (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? '',
    );
  };
  const text = () => screen().join('\n');
  return {
    pid: child.pid,
    screen,
    text,
    press: (keys) => child.write(keys),
    resize: (columns, rows) => {
      terminal.resize(columns, rows);
      child.resize(columns, rows);
    },
    until: (what, condition, limitMs = 30_000) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          reject(new Error(`not seen within ${limitMs} ms: ${what}\n${text()}`));
        }, limitMs);
        const look = () => {
          const now = text();
          if (condition(now)) {
            clearTimeout(limit);
            resolve(now);
          } else waiting.push(look);
        };
        look();
      }),
    exited,
    alternate: () => terminal.buffer.active.type === 'alternate',
    cursorShown: () => shown,
    kill: (signal) => child.kill(signal),
  };
}
