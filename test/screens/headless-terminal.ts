import { EventEmitter } from 'node:events';
import headless from '@xterm/headless';
import { render } from 'ink';
import type { ReactNode } from 'react';
import { createElement } from 'react';
import { KeyRouter, KeyRouterContext, useKeySource } from '../../src/hooks/use-keys.ts';
import { ThemeContext } from '../../src/hooks/use-theme.ts';
import { makeTheme } from '../../src/terminal/theme.ts';

/** What Ink writes to: a real terminal emulator behind the face of a TTY stream. */
class FakeStdout extends EventEmitter {
  readonly isTTY = true;
  columns: number;
  rows: number;
  /** Bytes written since the last look. */
  written = '';
  readonly terminal: InstanceType<typeof headless.Terminal>;
  #pending = 0;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.terminal = new headless.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
  }

  write(data: string | Uint8Array, ...rest: readonly unknown[]): boolean {
    const done = rest.find((one): one is () => void => typeof one === 'function');
    this.written += String(data);
    this.#pending++;
    this.terminal.write(data, () => {
      this.#pending--;
      done?.();
    });
    return true;
  }

  get idle(): boolean {
    return this.#pending === 0;
  }

  getColorDepth(): number {
    return 8;
  }
}

class FakeStdin extends EventEmitter {
  readonly isTTY = true;
  raw = false;
  #chunks: string[] = [];

  send(data: string): void {
    this.#chunks.push(data);
    this.emit('readable');
  }

  read(): string | null {
    return this.#chunks.shift() ?? null;
  }

  setRawMode(raw: boolean): this {
    this.raw = raw;
    return this;
  }

  setEncoding(): void {}
  ref(): void {}
  unref(): void {}
  resume(): void {}
  pause(): void {}
}

export interface Mounted {
  /** The screen's lines, without trailing blanks. */
  lines(): string[];
  /** The whole screen in one text. */
  text(): string;
  /** Sends what the keyboard would and waits for the frame. */
  press(data: string): Promise<void>;
  /** Changes the terminal's size as a window manager would. */
  resize(columns: number, rows: number): Promise<void>;
  /** Waits until nothing is left to draw. */
  settle(): Promise<void>;
  /** Bytes written since the last call. */
  takeWritten(): string;
  rerender(element: ReactNode): void;
  unmount(): void;
}

export const keys = {
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  pageDown: '\u001b[6~',
  pageUp: '\u001b[5~',
  home: '\u001b[H',
  end: '\u001b[F',
  enter: '\r',
  esc: '\u001b',
  tab: '\t',
  backspace: '\u007f',
  ctrlC: '\u0003',
} as const;

/** The streams of a terminal of that size. */
export function fakeTerminal(columns: number, rows: number) {
  const stdout = new FakeStdout(columns, rows);
  const stdin = new FakeStdin();
  const settle = async () => {
    // Ink draws at most 60 times a second and holds an escape back for 20 ms; then the emulator reads in its own turns.
    let calm = 0;
    let seen = -1;
    while (calm < 4) {
      await new Promise((resolve) => setTimeout(resolve, 9));
      calm = stdout.idle && stdout.written.length === seen ? calm + 1 : 0;
      seen = stdout.written.length;
    }
  };
  const lines = () => {
    const buffer = stdout.terminal.buffer.active;
    return Array.from(
      { length: stdout.rows },
      (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '',
    );
  };
  const resize = async (width: number, height: number) => {
    stdout.columns = width;
    stdout.rows = height;
    stdout.terminal.resize(width, height);
    stdout.emit('resize');
    await settle();
  };
  return {
    stdout,
    stdin,
    settle,
    lines,
    resize,
    press: async (data: string) => {
      stdin.send(data);
      await settle();
    },
    takeWritten: () => {
      const { written } = stdout;
      stdout.written = '';
      return written;
    },
  };
}

function Root({ children }: { readonly children: ReactNode }) {
  useKeySource(router);
  return children;
}
let router = new KeyRouter();

/** Mounts an element as the application does, on a terminal of that size. */
export async function mount(
  element: ReactNode,
  { columns, rows }: { columns: number; rows: number },
): Promise<Mounted> {
  const terminal = fakeTerminal(columns, rows);
  router = new KeyRouter();
  const wrapped = (inner: ReactNode) =>
    createElement(
      KeyRouterContext,
      { value: router },
      createElement(ThemeContext, { value: makeTheme(true) }, createElement(Root, null, inner)),
    );
  const app = render(wrapped(element), {
    stdout: terminal.stdout as unknown as NodeJS.WriteStream,
    stdin: terminal.stdin as unknown as NodeJS.ReadStream,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: 60,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  await terminal.settle();
  return {
    lines: terminal.lines,
    text: () => terminal.lines().join('\n'),
    press: terminal.press,
    resize: terminal.resize,
    settle: terminal.settle,
    takeWritten: terminal.takeWritten,
    rerender: (inner) => app.rerender(wrapped(inner)),
    unmount: () => app.unmount(),
  };
}
