import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Aws } from '../../src/aws/clients.ts';
import { describeStack } from '../../src/aws/cloudformation-reads.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/debug-log.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Asks a server that answers everything with one page. */
async function askPortal(contentType: string, body: string): Promise<unknown> {
  server = createServer((_request, response) => response.writeHead(200, { 'content-type': contentType }).end(body));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const aws = new Aws({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'SANDBOX', secretAccessKey: 'sandbox' },
    clock: new ManualClock(),
    log: silentLog,
  });
  try {
    return await describeStack(aws, 'jdci').catch((error: unknown) => error);
  } finally {
    aws.renew();
  }
}

describe('a web page instead of an answer', () => {
  it('is nonsense, not an empty answer', async () => {
    const error = await askPortal('text/html; charset=utf-8', '<html><body>Sign in to the network</body></html>');
    expect(error).toMatchObject({ problem: { kind: 'nonsense', source: 'cloudformation:DescribeStacks' } });
  });

  it('is told from an answer that is empty', async () => {
    const empty =
      '<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>';
    expect(await askPortal('text/xml', empty)).toMatchObject({ problem: { kind: 'not-found' } });
  });
});
