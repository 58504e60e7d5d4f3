import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/core/exit.ts';
import { proxyRoad, roadThrough } from '../../src/jenkins/roads.ts';
import { instanceOfNode } from '../../src/jenkins/shapes.ts';

describe('roads', () => {
  it('is direct without a proxy', async () => {
    const road = await roadThrough('');
    expect([road.description, road.agentFor(new URL('http://10.0.0.1:8080'))]).toEqual(['directly', undefined]);
  });

  it.each(['http://127.0.0.1:3128', 'https://proxy.example:443', 'socks5://127.0.0.1:1080'])(
    'goes through %s',
    async (proxy) => {
      const road = await proxyRoad(proxy);
      expect(road.agentFor(new URL('http://10.0.0.1:8080'))).toBeDefined();
      expect(road.description.startsWith('through ')).toBe(true);
    },
  );

  it('takes another agent to a target with TLS than to one without, through an http proxy', async () => {
    const road = await proxyRoad('http://127.0.0.1:3128');
    expect(road.agentFor(new URL('https://x.example'))).not.toBe(road.agentFor(new URL('http://x.example')));
  });

  it('never shows credentials', async () => {
    expect((await proxyRoad('http://me:secret@proxy:3128')).description).toBe('through http://proxy:3128');
    for (const wrong of [
      'ftp://me:secret@proxy',
      'me:secret@proxy:3128',
      'http://me:se/secret@proxy',
      'me:a@secret@p',
    ]) {
      await expect(proxyRoad(wrong)).rejects.toThrow(/^(?!.*secret).*the proxy "/);
    }
  });

  it.each(['nonsense', 'ftp://x', 'http://'])('refuses %s as a wrong command line', async (proxy) => {
    await expect(proxyRoad(proxy)).rejects.toMatchObject({
      code: 64,
      message: expect.stringContaining('expected http://HOST'),
    });
    await expect(proxyRoad(proxy)).rejects.toBeInstanceOf(CommandError);
  });
});

describe('node names', () => {
  it.each([
    ['EC2 (jdci-a) - docker (i-0aa11bb22cc33dd44)', 'i-0aa11bb22cc33dd44'],
    ['EC2 (jdci-a) - a (strange) one (i-0aa11bb2)', 'i-0aa11bb2'],
    ['EC2 (jdci-a) - docker', undefined],
    ['mine (i-0aa11bb22cc33dd44)', undefined],
    ['Built-In Node', undefined],
  ])('finds in %s the instance %s', (name, id) => {
    expect(instanceOfNode(name)).toBe(id);
  });
});
