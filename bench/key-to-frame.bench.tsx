// From a key to its frame, and the bytes of that frame, on the agents' screen with 1,000 agents at 120×40, colours on.
import { EventEmitter } from 'node:events';
import type { Shell } from '../src/screens/Shell.tsx';
import { median, quantile, report } from './figures.ts';

// Read by chalk when it is loaded, so that what is measured is what a terminal gets: the rest is imported after this.
process.env.FORCE_COLOR = '1';

/** A terminal that counts what it is sent. */
class CountingStdout extends EventEmitter {
  readonly isTTY = true;
  readonly columns = 120;
  readonly rows = 40;
  bytes = 0;
  lastWriteAt = 0;
  onWrite: () => void = () => {};

  write(data: string | Uint8Array, ...rest: readonly unknown[]): boolean {
    this.bytes += Buffer.byteLength(data);
    this.lastWriteAt = performance.now();
    this.onWrite();
    rest.find((one): one is () => void => typeof one === 'function')?.();
    return true;
  }

  getColorDepth(): number {
    return 8;
  }
}

class KeyStdin extends EventEmitter {
  readonly isTTY = true;
  #chunks: string[] = [];

  send(data: string): void {
    this.#chunks.push(data);
    this.emit('readable');
  }

  read(): string | null {
    return this.#chunks.shift() ?? null;
  }

  setRawMode(): this {
    return this;
  }

  setEncoding(): void {}
  ref(): void {}
  unref(): void {}
  resume(): void {}
  pause(): void {}
}

const { render } = await import('ink');
const { seen } = await import('../src/farm/reading.ts');
const { KeyRouter, KeyRouterContext, useKeySource } = await import('../src/hooks/use-keys.ts');
const { ThemeContext } = await import('../src/hooks/use-theme.ts');
const { Shell: Screens } = await import('../src/screens/Shell.tsx');
const { makeTheme } = await import('../src/terminal/theme.ts');
const { agent, FakeStore, host, now, snapshot, view } = await import('../test/farm-fixture.ts');
const { loadedWith } = await import('../test/screens/loaded-fixture.tsx');

const agents = Array.from({ length: 1000 }, (_, at) =>
  agent(0, { id: `i-0${at.toString(16).padStart(16, '0')}`, launchedAt: now - (1000 - at) * 1000 }),
);
const store = new FakeStore(
  view({ snapshot: snapshot({ instances: seen([host(0), host(1), host(2), ...agents], now) }) }),
);
const stdout = new CountingStdout();
const stdin = new KeyStdin();
const router = new KeyRouter();
const size = { columns: stdout.columns, rows: stdout.rows };

function Root(props: Omit<Parameters<typeof Shell>[0], 'size'>) {
  useKeySource(router);
  return <Screens {...props} size={size} />;
}

const app = render(
  <KeyRouterContext value={router}>
    <ThemeContext value={makeTheme(true)}>
      <Root loaded={loadedWith(store)} onQuit={() => {}} />
    </ThemeContext>
  </KeyRouterContext>,
  {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: 60,
    exitOnCtrlC: false,
    patchConsole: false,
  },
);

/** Wall milliseconds between two keys: a key that is held down repeats 30 times a second. */
const betweenMs = 33;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Presses keys one after the other: milliseconds until each one's frame is written, and its bytes. */
async function press(keys: string): Promise<{ ms: number[]; bytes: number[]; cpuMs: number }> {
  const ms: number[] = [];
  const bytes: number[] = [];
  const before = process.cpuUsage();
  for (const key of keys) {
    stdout.bytes = 0;
    const frame = new Promise<void>((resolve) => {
      stdout.onWrite = resolve;
    });
    const sentAt = performance.now();
    stdin.send(key);
    await Promise.race([frame, pause(2000)]);
    if (stdout.bytes === 0) throw new Error(`no frame came of the key ${key}`);
    await pause(betweenMs);
    ms.push(stdout.lastWriteAt - sentAt);
    bytes.push(stdout.bytes);
  }
  const { user, system } = process.cpuUsage(before);
  return { ms, bytes, cpuMs: (user + system) / 1000 / keys.length };
}

await pause(200);
await press('5');
// The window's height is warmed up by walking down to its last row; there the table begins to scroll.
await press('j'.repeat(28));
await press('k'.repeat(28));
const moves = await press('j'.repeat(25) + 'k'.repeat(25) + 'j'.repeat(25) + 'k'.repeat(25));
await press('j'.repeat(35));
const scrolls = await press('j'.repeat(100));
app.unmount();

const detail = ({ ms, cpuMs }: typeof moves) => `median ${median(ms).toFixed(1)}ms, ${cpuMs.toFixed(1)}ms of CPU a key`;
report('key to frame, cursor move, p95', quantile(moves.ms, 0.95), 16, 'ms', detail(moves));
report('bytes a cursor move, p95', quantile(moves.bytes, 0.95), 700, 'B', `median ${median(moves.bytes)}B`);
// Every row changes when the table scrolls, which happens only at the window's edge: a figure, not a budget.
console.log(
  `       key to frame, table scroll: p95 ${quantile(scrolls.ms, 0.95).toFixed(2)}ms (${detail(scrolls)}), median ${median(scrolls.bytes)}B`,
);
process.exit();
