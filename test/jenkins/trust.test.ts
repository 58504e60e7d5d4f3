import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestHead } from '../../src/jenkins/request-head.ts';
import { roadThrough } from '../../src/jenkins/roads.ts';
import { trustWith } from '../../src/jenkins/trust.ts';
import { CertificateAuthority } from '../../src/sandbox/wire/certificate-authority.ts';

const authority = new CertificateAuthority();
const day = 86_400_000;
const patienceMs = 2_000;
let folder: string;
let bundle: string;
const servers: { close(): void }[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jdci-trust-'));
  bundle = join(folder, 'company.pem');
  writeFileSync(bundle, `our own authority\n${authority.certificate}`);
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A front door on the loopback with this certificate. */
async function door(certificate: { cert: string; key: string }): Promise<string> {
  const port = await listening(createServer(certificate, (_, response) => response.writeHead(200).end()));
  return `https://127.0.0.1:${port}/login`;
}

/** An HTTP proxy, itself with TLS, that connects everything to the loopback. */
async function proxy(): Promise<string> {
  const server = createServer(authority.issue('127.0.0.1'));
  server.on('connect', (request, client: Socket) => {
    const target = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    client.on('error', () => target.destroy());
  });
  return `https://127.0.0.1:${await listening(server)}`;
}

describe('a bundle of authorities', () => {
  it('is believed besides those that Node knows, directly and through a proxy', async () => {
    const url = await door(authority.issue('127.0.0.1'));
    const named = (await door(authority.issue('door.example'))).replace('127.0.0.1', 'door.example');
    const direct = await roadThrough(undefined, trustWith(bundle));
    expect(await requestHead(url, direct, patienceMs)).toEqual({ status: 200 });
    const proxied = await roadThrough(await proxy(), trustWith(bundle));
    expect(await requestHead(named, proxied, patienceMs)).toEqual({ status: 200 });
    expect(direct.agentFor(new URL('http://10.0.0.5:8080'))).toBeUndefined();
  });

  it('leaves those of NODE_EXTRA_CA_CERTS believed', async () => {
    const other = join(folder, 'other.pem');
    writeFileSync(other, new CertificateAuthority().certificate);
    const url = await door(authority.issue('127.0.0.1'));
    const failing = await requestHead(url, await roadThrough(undefined, trustWith(other, '/nonexistent')), patienceMs);
    expect(failing).toEqual({ failure: 'certificate not trusted' });
    const road = await roadThrough(undefined, trustWith(other, bundle));
    expect(await requestHead(url, road, patienceMs)).toEqual({ status: 200 });
  });

  it('makes nobody believe a certificate that is expired, early or of another name', async () => {
    const now = performance.timeOrigin;
    const road = await roadThrough(undefined, trustWith(bundle));
    for (const [certificate, failure] of [
      [authority.issue('127.0.0.1', { fromMs: now - 2 * day, toMs: now - day }), 'certificate expired'],
      [authority.issue('127.0.0.1', { fromMs: now + day, toMs: now + 2 * day }), 'certificate not valid yet'],
      [authority.issue('door.example'), 'certificate of another name'],
      [new CertificateAuthority().issue('127.0.0.1'), 'certificate not trusted'],
    ] as const) {
      expect(await requestHead(await door(certificate), road, patienceMs)).toEqual({ failure });
    }
  });

  it('is not what a front door without TLS lacks', async () => {
    const server = createHttpServer((_, response) => response.end());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const road = await roadThrough(undefined, trustWith(bundle));
    expect(await requestHead(url, road, patienceMs)).toEqual({ failure: 'TLS cannot be agreed on' });
  });

  it('is refused in one line when it cannot be used', () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const broken = authority.certificate.replace(/\n[^-]{40}/, '\n');
    for (const [path, what] of [
      [join(folder, 'absent.pem'), 'no such file'],
      [folder, 'it cannot be read (EISDIR)'],
      [file('empty.pem', ''), 'no certificate is in it'],
      [file('key.pem', authority.issue('x').key), 'no certificate is in it'],
      [file('broken.pem', authority.certificate + broken), 'its certificate 2 cannot be understood'],
    ] as const) {
      expect(() => trustWith(path)).toThrow(
        expect.objectContaining({
          code: 64,
          message: `JDCI_CA_BUNDLE ${path}: ${what}; expected a PEM file of certificate authorities, or unset it`,
        }),
      );
    }
  });
});
