import type { IncomingMessage } from 'node:http';

/** Bytes; a template of 51,200 bytes in a form, every byte escaped, is 150 KB. */
export const maximumBody = 1 << 20;

/** The whole body, or undefined when it is longer than {@link maximumBody}. Rejects when the client goes away. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maximumBody) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client closed the connection')));
  });
}
