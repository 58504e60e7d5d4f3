import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseEngine } from '../../src/image/engine.ts';
import { runEngine } from '../../src/image/run-engine.ts';
import { Bench } from './fake-engine.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  vi.useRealTimers();
  bench.close();
});

const down =
  'echo Client: Podman Engine; echo "Cannot connect to the daemon at unix:///run/x.sock. Is it running?" >&2; exit 1';

describe('choosing an engine', () => {
  const choose = async (wanted?: 'docker' | 'podman' | 'finch', said: string[] = []) =>
    await chooseEngine(bench.environment, wanted, (line) => said.push(line));

  it('says which ones it knows when there is none', async () => {
    await expect(choose()).rejects.toMatchObject({
      problem: {
        kind: 'not-found',
        message: 'no container engine: none of docker, podman and finch is on PATH',
        advice: 'install one of them',
      },
    });
    writeFileSync(join(bench.root, 'bin', 'docker'), 'not executable');
    await expect(choose()).rejects.toMatchObject({ problem: { kind: 'not-found' } });
  });

  it('takes docker before podman before finch, or the one it is told to', async () => {
    bench.engine('finch');
    expect((await choose()).name).toBe('finch');
    bench.engine('podman');
    expect((await choose()).name).toBe('podman');
    bench.engine('docker');
    expect(await choose()).toMatchObject({ name: 'docker', path: join(bench.root, 'bin', 'docker') });
    expect((await choose('finch')).name).toBe('finch');
    await expect(choose('podman').then(() => bench.calls)).resolves.toContain('podman info');
  });

  it('names the one it was told to take when that is not there', async () => {
    bench.engine('docker');
    await expect(choose('finch')).rejects.toMatchObject({
      problem: { message: 'no container engine: finch is not on PATH' },
    });
  });

  it('says how to start a daemon that does not answer', async () => {
    bench.engine('docker', { info: down });
    await expect(choose()).rejects.toMatchObject({
      problem: {
        kind: 'unreachable',
        message:
          'docker is installed but does not answer: Cannot connect to the daemon at unix:///run/x.sock. Is it running?',
        advice: 'start it (Docker Desktop, or sudo systemctl start docker)',
      },
    });
    bench.engine('docker', { info: 'echo "permission denied while connecting to the API" >&2; exit 1' });
    await expect(choose()).rejects.toMatchObject({ problem: { advice: expect.stringContaining('group docker') } });
  });

  it('takes the next one, and says so, when the first does not answer', async () => {
    bench.engine('docker', { info: down });
    bench.engine('podman');
    const said: string[] = [];
    expect((await choose(undefined, said)).name).toBe('podman');
    expect(said).toEqual([
      expect.stringMatching(/^docker is installed but does not answer: .*; using podman instead$/),
    ]);
    await expect(choose('docker')).rejects.toMatchObject({ problem: { source: 'docker' } });
  });

  it('says that a broken program cannot be started', async () => {
    const path = join(bench.root, 'bin', 'docker');
    writeFileSync(path, '#!/nonexistent/shell\n');
    chmodSync(path, 0o755);
    await expect(choose()).rejects.toMatchObject({
      problem: { message: expect.stringContaining('cannot be started') },
    });
  });
});

describe('running an engine', () => {
  const fake = (push: string) => {
    bench.engine('docker', { push });
    return { name: 'docker', path: join(bench.root, 'bin', 'docker'), environment: bench.environment } as const;
  };

  it('tells every line of both outputs, without what would move the cursor', async () => {
    const lines: string[] = [];
    const engine = fake(
      String.raw`printf 'one 10%%\rone 20%%\r\n\n\033[31mr\303\251d\033[0m\n'; printf 'end' >&2; exit 3`,
    );
    const end = await runEngine(engine, ['push'], { onLine: (line) => lines.push(line) });
    expect(end.code).toBe(3);
    expect(lines.filter((line) => line !== 'end')).toEqual(['one 10%', 'one 20%', 'réd']);
    expect(lines).toContain('end');
  });

  it('keeps only the last lines', async () => {
    const { lines } = await runEngine(fake('i=0; while [ $i -lt 200 ]; do echo $i; i=$((i+1)); done'), ['push']);
    expect([lines.length, lines.at(-1)]).toEqual([60, '199']);
  });

  it('does not mind an engine that ends without reading what it is given', async () => {
    expect((await runEngine(fake('exec 0<&-; exit 7'), ['push'], { input: 'x'.repeat(1_000_000) })).code).toBe(7);
  });

  it('ends an engine with what it started, even one that will not', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const abort = new AbortController();
    const stubborn = fake('trap "" TERM; echo $$ > "$here/pid"; echo ready; while :; do /bin/sleep 600; done');
    const onLine = () => {
      abort.abort(new Error('enough'));
      vi.advanceTimersByTime(5_000);
    };
    await expect(runEngine(stubborn, ['push'], { onLine, signal: abort.signal })).rejects.toThrow('enough');
    expect(() => process.kill(Number(bench.note('pid')), 0)).toThrow('ESRCH');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not begin what is aborted already', async () => {
    await expect(runEngine(fake(''), ['push'], { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(bench.calls).toEqual([]);
  });
});
