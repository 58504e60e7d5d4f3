// The npm package `jenkins` 1.1.0 carries no types. Only what master-client.ts uses is declared; answers are `unknown`
// because their shapes are checked by us.
declare module 'jenkins' {
  import type { Agent, IncomingHttpHeaders } from 'node:http';

  interface Exchange {
    err?: Error;
    res?: { statusCode?: number; headers: IncomingHttpHeaders; body?: unknown };
  }

  export default class Jenkins {
    constructor(options: {
      baseUrl: string;
      crumbIssuer: boolean;
      headers: Record<string, string>;
      /** Milliseconds for a whole request. */
      timeout: number;
      agent?: Agent;
    });
    node: { list(options: { tree: string; full: true }): Promise<unknown> };
    queue: { list(options: { tree: string }): Promise<unknown> };
    info(options: { tree: string }): Promise<unknown>;
    /** papi's extension point: runs after each answer, before the answer is unpacked. */
    _ext(event: 'onResponse', run: (exchange: Exchange, next: () => void) => void): void;
  }
}
