import { describe, expect, it } from 'vitest';
import { isNetworkReason, reasonFrom } from '../../src/image/reason.ts';

describe('why an engine failed', () => {
  it('is found between the rulers and pointers of BuildKit', () => {
    const lines = [
      '#8 3.412 Unable to find plugin nosuch',
      '------',
      ' > [2/3] RUN jenkins-plugin-cli -f plugins.txt:',
      '3.412 Unable to find plugin nosuch',
      '------',
      'Dockerfile:3',
      '--------------------',
      '   2 |     ',
      '   3 | >>> RUN jenkins-plugin-cli -f plugins.txt',
      '--------------------',
      'ERROR: failed to solve: process "/bin/sh -c jenkins-plugin-cli" did not complete successfully: exit code: 1',
      '',
      'View build details: docker-desktop://dashboard/build/default/x',
    ];
    expect(reasonFrom(lines)).toBe(
      'failed to solve: process "/bin/sh -c jenkins-plugin-cli" did not complete successfully: exit code: 1',
    );
  });

  it('is the message in what nerdctl logs, and loses the prefixes of docker and podman', () => {
    expect(reasonFrom(['time="2026-01-01T00:00:00Z" level=fatal msg="unexpected \\"status\\" 403 Forbidden"'])).toBe(
      'unexpected "status" 403 Forbidden',
    );
    expect(reasonFrom(['Error response from daemon: name unknown: x'])).toBe('name unknown: x');
    expect(reasonFrom(['Error: Error: writing blob: denied'])).toBe('writing blob: denied');
    expect(reasonFrom(['FATA[0001] error storing credentials'])).toBe('error storing credentials');
  });

  it('is the last thing said when nothing tells, one line of bearable length, and never empty', () => {
    expect(reasonFrom(['Preparing', 'Waiting\twith\u001b[2J tabs'])).toBe('Waiting with tabs');
    expect(reasonFrom([`denied ${'x'.repeat(1000)}`])).toHaveLength(300);
    expect(reasonFrom([])).toBe('it did not say why');
    expect(reasonFrom(['----', 'WARNING! Using --password'])).toBe('it did not say why');
  });

  it('is told apart when it is the network', () => {
    for (const reason of [
      'Get "https://x/v2/": dial tcp: lookup x on 127.0.0.53:53: no such host',
      'net/http: TLS handshake timeout',
      'pinging container registry x: connection refused',
      'unexpected EOF',
    ]) {
      expect([reason, isNetworkReason(reason)]).toEqual([reason, true]);
    }
    expect(isNetworkReason('login attempt to https://x/v2/ failed with status: 400 Bad Request')).toBe(false);
  });
});
