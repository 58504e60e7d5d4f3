import { readFileSync } from 'node:fs';

/**
 * How long the thread worked without once letting its event loop turn: what a key may have to wait for. It is the CPU time
 * of this thread between two ticks of a timer of one millisecond, so that other processes on a busy machine do not count;
 * where the system does not tell it (only Linux does), the wall time between the ticks.
 */
export class SliceMeter {
  longestMs = 0;
  #before = 0;
  #timer: NodeJS.Timeout | undefined;

  start(): void {
    this.#before = usedMs();
    this.#timer = setInterval(() => {
      const used = usedMs();
      this.longestMs = Math.max(this.longestMs, used - this.#before);
      this.#before = used;
    }, 1);
  }

  reset(): void {
    this.longestMs = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Milliseconds of CPU of the calling thread: the first figure of its schedstat, nanoseconds. */
function usedMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}
