import { render, useApp } from 'ink';
import { type ComponentType, useEffect, useMemo, useState } from 'react';
import { exitCode } from './core/exit.ts';
import type { Scope } from './hooks/keymap.ts';
import { KeyRouter, KeyRouterContext, useCommands, useKeySource } from './hooks/use-keys.ts';
import { useTerminalSize } from './hooks/use-terminal-size.ts';
import { ThemeContext } from './hooks/use-theme.ts';
import type { Loaded, ShellProps } from './screens/Shell.tsx';
import { Starting } from './screens/Starting.tsx';
import { makeTheme } from './terminal/theme.ts';

/** What the application works on, and how to let go of it. */
export interface LoadedApp extends Loaded {
  /** Ends what goes on: rolls a drill back, stops observation, closes the session. */
  close(): Promise<void>;
}

export interface AppOptions {
  readonly stack: string;
  /** What is known of where one is before the session is there: `SANDBOX`, or nothing. */
  readonly identity: string;
  readonly colour: boolean;
  /** Loads everything else; begun after the first frame. `report` says what is being done, one line. */
  readonly load: (report: (doing: string) => void) => Promise<LoadedApp>;
  readonly stdout?: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
  /** Whether what is written to the console goes around the screen; not where the console is not Node's own. */
  readonly patchConsole?: boolean;
  /** Stops this process until it is continued (Ctrl-Z); replaced in tests. */
  readonly stopProcess?: () => Promise<void>;
}

/** Stops the process as the shell expects it of Ctrl-Z, and resolves when `fg` continues it. */
function stopUntilContinued(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGCONT', () => resolve());
    process.kill(process.pid, 'SIGTSTP');
  });
}

const scopes: readonly Scope[] = ['everywhere'];

interface AppProps extends AppOptions {
  readonly loading: () => Promise<{ loaded: LoadedApp; Shell: ComponentType<ShellProps> }>;
  readonly doing: { readonly listen: (listener: (doing: string) => void) => void };
}

function App({ stack, identity, loading, doing, stopProcess = stopUntilContinued }: AppProps) {
  const { exit, suspendTerminal } = useApp();
  const size = useTerminalSize();
  const [ready, setReady] = useState<{ loaded: LoadedApp; Shell: ComponentType<ShellProps> }>();
  const [words, setWords] = useState('starting');
  useEffect(() => {
    doing.listen(setWords);
    // One turn later the first frame is on the screen; loading blocks the thread for tens of milliseconds at a time.
    const begun = setImmediate(() => loading().then(setReady, exit));
    return () => clearImmediate(begun);
  }, [loading, doing, exit]);
  useCommands(
    scopes,
    {
      quit: () => exit(exitCode.ok),
      interrupt: () => exit(exitCode.interrupted),
      suspend: () => void suspendTerminal(stopProcess),
    },
    { level: 'root' },
  );
  if (!ready) return <Starting size={size} stack={stack} identity={identity} doing={words} />;
  const { Shell, loaded } = ready;
  return <Shell loaded={loaded} size={size} onQuit={() => exit(exitCode.ok)} />;
}

function Root(props: AppProps) {
  const router = useMemo(() => new KeyRouter(), []);
  const theme = useMemo(() => makeTheme(props.colour), [props.colour]);
  useKeySource(router);
  return (
    <KeyRouterContext value={router}>
      <ThemeContext value={theme}>
        <App {...props} />
      </ThemeContext>
    </KeyRouterContext>
  );
}

const signals = { SIGHUP: exitCode.hungUp, SIGTERM: exitCode.terminated, SIGINT: exitCode.interrupted } as const;

/** To write to a terminal that is gone is no error: what is being rolled back then must go on. */
const ignore = () => {};

/**
 * Calls `end` when the program is told to end or its terminal is gone: left to itself Node would be dead before a drill
 * is rolled back. A second signal of the same kind ends it at once. Returns what stops the listening.
 */
function endedFromOutside(streams: readonly NodeJS.EventEmitter[], end: (code: number) => void): () => void {
  const hungUp = () => end(exitCode.hungUp);
  for (const stream of streams) {
    if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
    stream.on('error', hungUp);
  }
  const listeners = Object.entries(signals).map(([signal, code]) => ({ signal, listener: () => end(code) }));
  for (const { signal, listener } of listeners) process.once(signal, listener);
  return () => {
    for (const stream of streams) stream.removeListener('error', hungUp);
    for (const { signal, listener } of listeners) process.removeListener(signal, listener);
  };
}

/**
 * Owns the terminal until the operator leaves: draws the first frame, loads the rest, and gives the terminal back
 * whatever happens. Resolves with the exit code; rejects, with the terminal restored, with what went wrong.
 */
export async function runApp(options: AppOptions): Promise<number> {
  let begun: Promise<LoadedApp> | undefined;
  let say: (doing: string) => void = () => {};
  const loading = async () => {
    begun ??= options.load((doing) => say(doing));
    const [loaded, { Shell }] = await Promise.all([begun, import('./screens/Shell.tsx')]);
    return { loaded, Shell };
  };
  const doing = {
    listen: (listener: (doing: string) => void) => {
      say = listener;
    },
  };
  const app = render(<Root {...options} loading={loading} doing={doing} />, {
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: 60,
    exitOnCtrlC: false,
    patchConsole: options.patchConsole ?? true,
    ...(options.stdout ? { stdout: options.stdout } : {}),
    ...(options.stdin ? { stdin: options.stdin } : {}),
  });
  let cause: number | undefined;
  const stopListening = endedFromOutside(
    [options.stdin ?? process.stdin, options.stdout ?? process.stdout, process.stderr],
    (code) => {
      cause ??= code;
      app.unmount();
    },
  );
  try {
    // Ink draws an error of a component into the alternate screen, where it is lost: it is thrown from here as well.
    const code: unknown = await app.waitUntilExit();
    return cause ?? (typeof code === 'number' ? code : exitCode.ok);
  } finally {
    app.unmount();
    // What is still being loaded is waited for: a sandbox that starts must be ended too.
    await begun?.then(
      (loaded) => loaded.close(),
      () => undefined,
    );
    stopListening();
  }
}
