import { X509Certificate } from 'node:crypto';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../../../src/sandbox/wire/certificate-authority.ts';
import type { VirtualRequest } from '../../../src/sandbox/world/network.ts';
import { serve } from './serving.ts';

let sandbox: Awaited<ReturnType<typeof serve>>;
const received: VirtualRequest[] = [];

beforeAll(async () => {
  sandbox = await serve([]);
  const { network } = sandbox.world;
  const answer = (request: VirtualRequest) => {
    received.push(request);
    if (request.path === '/reset') return { kind: 'reset' } as const;
    return { kind: 'reply', status: 200, headers: {}, body: `front door ${request.path}` } as const;
  };
  network.listen('lb.example', 443, answer, { tls: true });
  network.listen('lb.example', 80, answer);
  network.alias('ci.example', 'lb.example');
  network.listen('10.0.0.5', 443, answer, { tls: true });
});
afterAll(() => sandbox.close());

/** The body of an answer to a request with TLS through a tunnel. */
function get(url: string, options: RequestOptions = { ca: sandbox.authority.certificate }): Promise<string> {
  return new Promise((resolve, reject) => {
    const agent = new HttpsProxyAgent(sandbox.url);
    const outgoing = httpsRequest(url, { agent, ...options }, (response) => {
      let text = '';
      response.on('error', reject);
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** What comes back when these bytes are sent to the proxy and the connection ends. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    let got = '';
    const socket = connect(sandbox.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk: Buffer) => {
      got += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(got));
  });
}

describe('a listener with TLS', () => {
  it.each(['ci.example', 'lb.example'])('is %s for whoever trusts the sandbox’s authority', async (host) => {
    expect(await get(`https://${host}/login`)).toBe('front door /login');
    expect(received.at(-1)).toMatchObject({ method: 'GET', path: '/login', headers: { host } });
  });

  it.each([
    ['lb.example', { servername: 'other.example' }, 'DNS:other.example'],
    ['10.0.0.5', { host: '10.0.0.5' }, 'IP Address:10.0.0.5'],
  ])('shows a certificate for the name that the client asks for, in TLS 1.2 (%s, %j)', async (host, asked, names) => {
    const connection = connect(sandbox.port, '127.0.0.1');
    connection.write(`CONNECT ${host}:443 HTTP/1.1\r\nhost: ${host}:443\r\n\r\n`);
    await new Promise((resolve) => connection.once('data', resolve));
    const socket = tlsConnect({ socket: connection, ca: sandbox.authority.certificate, ...asked });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    expect(socket.getPeerX509Certificate()?.subjectAltName).toBe(names);
    expect(socket.getProtocol()).toBe('TLSv1.2');
    socket.destroy();
  });

  it('is nobody for who does not trust that authority, and goes on', async () => {
    await expect(get('https://ci.example/', {})).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    const other = new CertificateAuthority().certificate;
    await expect(get('https://ci.example/', { ca: other })).rejects.toMatchObject({ code: /CERT|UNABLE|SELF/ });
    expect(await get('https://ci.example/')).toBe('front door /');
  });

  it('ends the connection of who speaks plain HTTP to it', async () => {
    received.length = 0;
    const connected = 'CONNECT ci.example:443 HTTP/1.1\r\nhost: ci.example:443\r\n\r\n';
    const got = await raw(`${connected}GET / HTTP/1.1\r\nhost: ci.example\r\n\r\n`);
    expect(got.startsWith('HTTP/1.1 200 Connection established\r\n\r\n')).toBe(true);
    expect(got).not.toContain('front door');
    expect(await raw('GET http://ci.example:443/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
      /502[\s\S]*x-jdci-proxy-error: reset[\s\S]*speaks TLS only/,
    );
    expect(received).toEqual([]);
  });

  it('is asked by the proxy for who sends it https:// in absolute form', async () => {
    const ask = (url: string) => raw(`GET ${url} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(await ask('https://ci.example/x')).toContain('front door /x');
    expect(await ask('https://ci.example:80/x')).toMatch(/502[\s\S]*does not speak TLS/);
  });

  it('leaves a listener without TLS as plain as it was', async () => {
    await expect(get('https://ci.example:80/')).rejects.toMatchObject({ code: /EPROTO|ECONNRESET|SSL/ });
    expect(await get('https://ci.example:8443/')).toBe('Nobody listens on ci.example:8443.\n');
  });

  it('cuts connections where the host does, and in the middle of an answer', async () => {
    await expect(get('https://ci.example/reset')).rejects.toMatchObject({ code: 'ECONNRESET' });
    sandbox.faults.add([{ service: 'network', operation: 'ci.example:443', kind: 'cut', count: 1 }]);
    await expect(get('https://ci.example/')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await get('https://ci.example/')).toBe('front door /');
    expect(sandbox.reports).toEqual([]);
  });
});

describe('the authority', () => {
  it('is an authority, and what it issues are servers, at all times of the wall and of a farm', () => {
    const authority = new CertificateAuthority();
    const root = new X509Certificate(authority.certificate);
    const leaf = new X509Certificate(authority.issue('ci.example').cert);
    expect([root.ca, leaf.ca]).toEqual([true, false]);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.verify(root.publicKey)).toBe(true);
    for (const { validFrom, validTo } of [root, leaf]) {
      expect(Date.parse(validFrom)).toBeLessThan(Date.UTC(2026, 0, 1));
      expect(Date.parse(validTo)).toBeGreaterThan(Date.UTC(9999, 0, 1));
    }
    expect(new X509Certificate(authority.issue('10.0.0.5').cert).subjectAltName).toBe('IP Address:10.0.0.5');
    expect(new X509Certificate(authority.issue('x'.repeat(70)).cert).subjectAltName).toBe(`DNS:${'x'.repeat(70)}`);
  });

  it('makes what a server needs once for each name', () => {
    const authority = new CertificateAuthority();
    expect(authority.contextFor('ci.example')).toBe(authority.contextFor('CI.example'));
    expect(authority.contextFor('ci.example')).not.toBe(authority.contextFor('lb.example'));
    // What a client makes up: more names than are kept, and names that are none.
    const kept = authority.contextFor('ci.example');
    for (const name of ['', 'é.example', '*'.repeat(300), ...Array.from({ length: 100 }, (_, n) => `${n}.example`)]) {
      authority.contextFor(name);
    }
    expect(authority.contextFor('ci.example')).not.toBe(kept);
  });
});
