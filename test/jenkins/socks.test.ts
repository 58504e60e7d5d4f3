import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { requestHead } from '../../src/jenkins/request-head.ts';
import { proxyRoad } from '../../src/jenkins/roads.ts';
import { serve } from './serving.ts';

/** A SOCKS 5 server (RFC 1928) that asks for no credentials and connects everything to one port of the loopback. */
async function socksTo(port: number, asked: string[]) {
  const serveOne = (client: Socket) => {
    client.on('error', () => {});
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request) => {
        // CONNECT to an IPv4 address: version, command, reserved, type 1, four bytes, port.
        asked.push(`${[...request.subarray(4, 8)].join('.')}:${request.readUInt16BE(8)}`);
        const target = connect(port, '127.0.0.1', () => {
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          client.pipe(target).pipe(client);
        });
        target.on('error', () => client.destroy());
      });
    });
  };
  const server = createServer(serveOne);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

it('reaches a private address through ssh -D', async () => {
  const master = await serve((_, response) => response.writeHead(403).end());
  const asked: string[] = [];
  const socks = await socksTo(Number(new URL(master.url).port), asked);
  const road = await proxyRoad(socks.url);
  expect(await requestHead('http://10.0.0.5:8080/login', road, 2_000)).toEqual({ status: 403 });
  expect(asked).toEqual(['10.0.0.5:8080']);
  socks.close();
  await master.close();
});
