import { describe, expect, it, vi } from 'vitest';
import { type AppOptions, type LoadedApp, runApp } from '../../src/app.tsx';
import { CommandError } from '../../src/core/exit.ts';
import { FakeStore, view } from '../farm-fixture.ts';
import { fakeTerminal } from '../screens/headless-terminal.ts';
import { loadedWith } from '../screens/loaded-fixture.tsx';

const leftAlternateScreen = '\u001b[?1049l';

function start(more: Partial<AppOptions> = {}) {
  const terminal = fakeTerminal(100, 30);
  const close = vi.fn(async () => {});
  const loaded: LoadedApp = { ...loadedWith(new FakeStore(view())), close };
  const ended = runApp({
    stack: 'jdci',
    identity: 'SANDBOX',
    colour: true,
    patchConsole: false,
    load: async () => loaded,
    stdout: terminal.stdout as unknown as NodeJS.WriteStream,
    stdin: terminal.stdin as unknown as NodeJS.ReadStream,
    ...more,
  });
  return { terminal, close, ended, loaded };
}

describe('runApp', () => {
  it('draws the first frame before anything is loaded, then the farm', async () => {
    let release: (loaded: LoadedApp) => void = () => {};
    let loads = 0;
    const { terminal, ended, loaded } = start({
      load: (report) => {
        loads++;
        report('starting the sandbox');
        return new Promise((resolve) => {
          release = resolve;
        });
      },
    });
    // Drawn at once, in the call itself; loading begins a turn later.
    expect(terminal.stdout.written).toContain('SANDBOX');
    expect(loads).toBe(0);
    // Only ASCII: anything else costs the first frame 20 ms.
    expect(terminal.stdout.written).toMatch(/^[\x00-\x7f]+$/);
    await terminal.settle();
    expect(terminal.lines()[0]).toBe(' jdci  SANDBOX');
    expect(terminal.lines()[2]).toBe(' starting the sandbox ...');
    release(loaded);
    await terminal.settle();
    expect(terminal.lines()[0]).toContain('SANDBOX ×10');
    await terminal.press('q');
    expect(await ended).toBe(0);
  });

  it('gives the terminal back on q, and closes what it opened', async () => {
    const { terminal, ended, close } = start();
    await terminal.settle();
    expect(terminal.stdin.raw).toBe(true);
    await terminal.press('q');
    expect(await ended).toBe(0);
    expect(close).toHaveBeenCalledOnce();
    expect(terminal.stdin.raw).toBe(false);
    expect(terminal.takeWritten()).toContain(leftAlternateScreen);
  });

  it('ends with 130 on Ctrl-C, even where letters are text', async () => {
    const { terminal, ended, close } = start();
    await terminal.settle();
    await terminal.press('5/abc');
    await terminal.press('\u0003');
    expect(await ended).toBe(130);
    expect(close).toHaveBeenCalledOnce();
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('rolls back and closes on %s before it ends with %i', async (signal, code) => {
    const before = process.listenerCount(signal);
    const { terminal, ended, close } = start();
    await terminal.settle();
    process.emit(signal);
    expect(await ended).toBe(code);
    expect(close).toHaveBeenCalledOnce();
    expect(terminal.stdin.raw).toBe(false);
    expect(terminal.takeWritten()).toContain(leftAlternateScreen);
    expect(process.listenerCount(signal)).toBe(before);
  });

  it('closes what it opened when its terminal is gone', async () => {
    const { terminal, ended, close } = start();
    await terminal.settle();
    terminal.stdin.emit('error', new Error('read EIO'));
    expect(await ended).toBe(129);
    expect(close).toHaveBeenCalledOnce();
    expect(() => terminal.stdout.emit('error', new Error('write EIO'))).not.toThrow();
  });

  it('can be left while it loads, and still closes what was being opened', async () => {
    let release: (loaded: LoadedApp) => void = () => {};
    const { terminal, ended, close, loaded } = start({
      load: () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    });
    await terminal.settle();
    await terminal.press('q');
    release(loaded);
    expect(await ended).toBe(0);
    expect(close).toHaveBeenCalledOnce();
  });

  it('throws what went wrong while loading, with the terminal given back', async () => {
    const { terminal, ended } = start({
      load: () => Promise.reject(new CommandError('--region "x" is not an AWS region', 64)),
    });
    await expect(ended).rejects.toMatchObject({ code: 64 });
    expect(terminal.takeWritten()).toContain(leftAlternateScreen);
    expect(terminal.stdin.raw).toBe(false);
  });

  it('throws an error of a screen instead of losing it in the alternate screen', async () => {
    const store = new FakeStore(view());
    const { terminal, ended, close } = start({
      load: async () => ({ ...loadedWith(store), close: async () => void close() }),
    });
    await terminal.settle();
    // A published view that no screen can draw.
    store.publish({ ...view(), changes: undefined } as unknown as ReturnType<typeof view>);
    await expect(ended).rejects.toThrow(TypeError);
    expect(terminal.takeWritten()).toContain(leftAlternateScreen);
  });

  it('stops on Ctrl-Z with the terminal given back, and draws everything again after', async () => {
    let go: () => void = () => {};
    const { terminal, ended } = start({
      stopProcess: () =>
        new Promise((resolve) => {
          go = resolve;
        }),
    });
    await terminal.settle();
    terminal.takeWritten();
    await terminal.press('\u001a');
    expect(terminal.takeWritten()).toContain(leftAlternateScreen);
    expect(terminal.stdin.raw).toBe(false);
    go();
    await terminal.settle();
    expect(terminal.stdin.raw).toBe(true);
    expect(terminal.lines()[0]).toContain('SANDBOX ×10');
    await terminal.press('q');
    expect(await ended).toBe(0);
  });
});
