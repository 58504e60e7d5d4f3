import type { IncomingMessage } from 'node:http';

/** Bytes. The largest that a service takes is an image manifest of 4 MiB, in a JSON string. */
export const maximumBody = 6 << 20;

// A client that is cut off while it still writes sees an error of its socket instead of the answer.
const readAnyway = 32 << 20;

/**
 * The whole body, or undefined when it is longer than {@link maximumBody}; what is beyond that is read and not kept.
 * Rejects when the client goes away.
 */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maximumBody) chunks.push(chunk);
      else chunks.length = 0;
      if (length > readAnyway) resolve(undefined);
    });
    request.on('end', () => resolve(length <= maximumBody ? Buffer.concat(chunks) : undefined));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client closed the connection')));
  });
}
