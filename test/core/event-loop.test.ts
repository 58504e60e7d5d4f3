import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { breathe } from '../../src/core/event-loop.ts';

/** Keeps the thread busy, as a large answer does. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('letting the event loop turn', () => {
  it('holds nobody up in a young turn, and lets a key come between long pieces of work, in order', async () => {
    await turn();
    const done: string[] = [];
    const piece = async (name: string) => {
      await breathe();
      work(6);
      done.push(name);
    };
    const pieces: Promise<void>[] = [];
    for (const name of ['a', 'b', 'c']) {
      pieces.push(piece(name));
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(done).toEqual(['a']);
    await new Promise<void>((resolve) =>
      setTimeout(() => {
        done.push('key');
        resolve();
      }, 1),
    );
    await Promise.all(pieces);
    expect(done.filter((name) => name !== 'key')).toEqual(['a', 'b', 'c']);
    expect(done.indexOf('key')).toBeLessThan(3);
  });

  it('begins anew when nobody waits', async () => {
    await breathe();
    work(6);
    await turn();
    await turn();
    let waited = false;
    const asked = breathe();
    setImmediate(() => {
      waited = true;
    });
    await asked;
    expect(waited).toBe(false);
  });
});
