import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageBuild, imagePush } from '../../src/commands/image.ts';
import { openSession } from '../../src/commands/session.ts';
import type { Session } from '../../src/farm/session.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createRepository, putImage, repositories } from '../../src/sandbox/world/ecr.ts';
import { Bench, pushesTo } from './fake-engine.ts';

const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

let bench: Bench;
let sandbox: Sandbox;
let session: Session;
let out: string;
let said: string;
let onSaid: (line: string) => void;
const io = {
  stdout: (text: string) => {
    out += text;
  },
  stderr: (text: string) => {
    said += text;
    onSaid(text);
  },
};

beforeEach(async () => {
  bench = new Bench();
  sandbox = await startSandbox({ seed: 5, speed: 0 });
  const environment = { HOME: '/nonexistent', ...sandbox.environment };
  session = await openSession({ stack: 'jdci', sandbox: false, readOnly: false, refresh: 2 }, environment, () =>
    Promise.reject(new Error('there is one already')),
  );
  out = '';
  said = '';
  onSaid = () => {};
});
afterEach(async () => {
  session.aws.renew();
  await sandbox.close();
  bench.close();
});

const push = async (
  options: { json?: boolean; engine?: string } = {},
  on: Pick<Session, 'aws' | 'farm' | 'readOnly'> = session,
) => await imagePush(on, { context: bench.context, json: true, ...options }, io, bench.environment);
const withoutRepository = () => repositories(sandbox.world).delete('jdci-master');
const fault = async (operation: string, code: string, message: string) => {
  const body = JSON.stringify({ service: 'ecr', operation, kind: 'error', code, message });
  expect((await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body })).ok).toBe(true);
};
const failing = (line: string) => `echo Preparing; echo '${line}' >&2; exit 1`;

describe('image push', () => {
  it('makes the repository, builds, signs in, pushes, signs out and prints the digest of ECR', async () => {
    withoutRepository();
    bench.engine('docker', {
      build: '/usr/bin/env > "$here/environment"; echo "#1 building"',
      push: pushesTo(bench, sandbox.url),
    });
    expect(await push()).toBe(0);

    const repository = repositories(sandbox.world).get('jdci-master');
    expect(repository).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true });
    const answer = JSON.parse(out);
    const [image] = repository?.images ?? [];
    expect(answer).toEqual({
      repository: 'jdci-master',
      tag: expect.stringMatching(/^nogit-[0-9a-f]{12}$/),
      digest: image?.digest,
      uri: `${registry}/jdci-master@${image?.digest}`,
      pushed: true,
    });
    expect(image?.tags).toEqual([answer.tag]);
    const [local, remote] = [`jdci-master:${answer.tag}`, `${registry}/jdci-master:${answer.tag}`];
    const file = join(bench.context, 'Dockerfile');
    expect(bench.calls).toEqual([
      'docker info',
      `docker image inspect ${local}`,
      `docker build --platform linux/amd64 --file ${file} --tag ${local} ${bench.context}`,
      `docker tag ${local} ${remote}`,
      `docker login --username AWS --password-stdin ${registry}`,
      `docker push ${remote}`,
      `docker logout ${registry}`,
    ]);
    expect(said).toContain('#1 building\n');
    expect(said).toContain(`${answer.tag}: Pushed\n`);
    expect(bench.note('environment')).toContain('BUILDX_NO_DEFAULT_ATTESTATIONS=1\n');

    const password = bench.note('password');
    expect(password).toMatch(/^[0-9a-f]{64}$/);
    for (const seen of [said, out, bench.note('calls'), bench.note('environment')])
      expect(seen).not.toContain(password);
  });

  it('pushes nothing, and needs no engine, when the repository has that content', async () => {
    bench.engine('docker', { push: pushesTo(bench, sandbox.url) });
    await push();
    const first = JSON.parse(out);
    const bare = { PATH: '', HOME: bench.root };
    out = '';
    expect(await imagePush(session, { context: bench.context, json: true }, io, bare)).toBe(0);
    expect(JSON.parse(out)).toEqual({ ...first, pushed: false });
    out = '';
    expect(await imagePush(session, { context: bench.context, json: false }, io, bare)).toBe(0);
    expect(out).toBe(`${first.uri}\n`);

    writeFileSync(join(bench.context, 'Dockerfile'), 'FROM scratch\n#');
    out = '';
    await push();
    expect(JSON.parse(out)).toMatchObject({ pushed: true });
    expect(JSON.parse(out).digest).not.toBe(first.digest);
  });

  it('pushes what was built before', async () => {
    bench.engine('docker', { image: 'exit 0', push: pushesTo(bench, sandbox.url) });
    expect(await push()).toBe(0);
    expect(bench.commands).not.toContain('build');
  });

  it('works the same with podman', async () => {
    bench.engine('docker');
    bench.engine('podman', { push: pushesTo(bench, sandbox.url) });
    expect(await push({ engine: 'podman' })).toBe(0);
    expect(new Set(bench.calls.map((call) => call.split(' ')[0]))).toEqual(new Set(['podman']));
  });

  it('notes a repository whose tags can be moved', async () => {
    withoutRepository();
    createRepository(sandbox.world, { name: 'jdci-master' });
    bench.engine('docker', { push: pushesTo(bench, sandbox.url) });
    expect(await push()).toBe(0);
    expect(said).toContain('note: the tags of jdci-master can be moved');
  });

  it('changes nothing in the account without an engine, or read-only', async () => {
    withoutRepository();
    await expect(push()).rejects.toMatchObject({ problem: { kind: 'not-found' } });
    bench.engine('docker');
    await expect(push({}, { ...session, readOnly: true })).rejects.toMatchObject({ code: 2, message: /^read-only: / });
    expect(repositories(sandbox.world).size).toBe(0);
  });

  it('refuses an engine it does not know as a wrong command line', async () => {
    await expect(push({ engine: 'dokcer' })).rejects.toMatchObject({
      code: 64,
      message: '--engine "dokcer" is none of docker, podman, finch; did you mean docker?',
    });
  });

  it('says what to do where the repository may not be made', async () => {
    withoutRepository();
    bench.engine('docker');
    await fault('CreateRepository', 'AccessDeniedException', 'User: x is not authorized');
    await expect(push()).rejects.toMatchObject({
      problem: {
        kind: 'denied',
        message: 'there is no repository jdci-master in eu-west-1, and this identity may not make it',
        advice: expect.stringContaining('--repository-name jdci-master --image-tag-mutability IMMUTABLE'),
      },
    });
    expect(bench.commands).toEqual(['info']);
  });

  it('says so before the build when ECR gives no password', async () => {
    bench.engine('docker');
    await fault('GetAuthorizationToken', 'AccessDeniedException', 'User: x is not authorized');
    await expect(push()).rejects.toMatchObject({
      problem: { message: 'not allowed: ecr:GetAuthorizationToken', advice: expect.stringContaining('allow ecr:Get') },
    });
    expect(bench.commands).toEqual(['info']);
  });

  it('says why the image was not built, and signs in nowhere', async () => {
    bench.engine('docker', { build: failing('ERROR: failed to solve: exit code: 1') });
    await expect(push()).rejects.toMatchObject({
      problem: {
        message: 'the image was not built: failed to solve: exit code: 1',
        advice: `correct that in ${bench.context} and build again`,
      },
    });
    expect(bench.commands).toEqual(['info', 'image', 'build']);
  });

  it('says that the registry refused the sign-in, never with what, and signs out', async () => {
    bench.engine('docker', {
      login: 'read -r p; echo "$p" > "$here/password"; echo "Error: bad password $p" >&2; exit 1',
    });
    const error = await push().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      problem: {
        kind: 'auth',
        message: `the registry ${registry} refused the sign-in: bad password …`,
        advice: expect.stringContaining('ecr:GetAuthorizationToken'),
      },
    });
    expect(bench.note('password').trim()).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(error) + said).not.toContain(bench.note('password').trim());
    expect(bench.commands.slice(-2)).toEqual(['login', 'logout']);
  });

  it('says that a registry cannot be reached, at the sign-in or while pushing', async () => {
    const line = `Error response from daemon: Get "https://${registry}/v2/": dial tcp: lookup ${registry}: no such host`;
    const advice = 'check that docker gets to it: network, proxy, VPN';
    bench.engine('docker', { login: failing(line) });
    await expect(push()).rejects.toMatchObject({
      problem: {
        kind: 'unreachable',
        message: expect.stringContaining(`cannot reach the registry ${registry}`),
        advice,
      },
    });
    bench.engine('docker', { push: failing(line) });
    await expect(push()).rejects.toMatchObject({
      problem: { kind: 'unreachable', message: expect.stringContaining('the image was not pushed: Get '), advice },
    });
    expect(bench.commands.slice(-2)).toEqual(['push', 'logout']);
  });

  it('tells a right that lacks, a repository that is gone and the rest apart when a push fails', async () => {
    const advice = async (line: string) => {
      bench.engine('docker', { push: failing(line) });
      const error = await push().catch((thrown: unknown) => thrown);
      return (error as { problem?: { advice?: string } }).problem?.advice;
    };
    expect(await advice('denied: User: x is not authorized to perform: ecr:InitiateLayerUpload')).toMatch(
      /^allow ecr:/,
    );
    expect(await advice('name unknown: The repository with name x does not exist')).toContain(
      'run it again, which makes',
    );
    expect(await advice('blob upload invalid')).toMatch(/^run it again: layers/);
  });

  it('takes the digest of the one who pushed the same content first', async () => {
    const taken = 'tag invalid: The image tag x already exists and cannot be overwritten because it is immutable.';
    bench.engine('docker', { push: `${failing(taken)}` });
    // Between the look and the push: the note that it pushes is said before it does.
    onSaid = (text) => {
      const tag = /^pushing \S+:(\S+)\n$/.exec(text)?.[1];
      const repository = repositories(sandbox.world).get('jdci-master');
      if (tag && repository) putImage(sandbox.world, repository, { manifest: '{}', mediaType: 'x', tag, size: 1 });
    };
    expect(await push()).toBe(0);
    const image = repositories(sandbox.world).get('jdci-master')?.images.at(-1);
    expect(JSON.parse(out)).toMatchObject({ pushed: false, digest: image?.digest });
  });

  it('does not believe an engine that says it pushed', async () => {
    bench.engine('docker');
    await expect(push()).rejects.toMatchObject({
      problem: { kind: 'not-found', message: expect.stringContaining('but ECR does not show it') },
    });
    expect(out).toBe('');
  });

  it('ends the engine at Ctrl-C, signs out and leaves with 130', async () => {
    bench.engine('docker', { push: 'echo $$ > "$here/pid"; echo sending; /bin/sleep 600; echo over' });
    onSaid = (text) => {
      if (text === 'sending\n') process.emit('SIGINT', 'SIGINT');
    };
    const listeners = process.listenerCount('SIGINT');
    expect(await push()).toBe(130);
    expect(() => process.kill(Number(bench.note('pid')), 0)).toThrow('ESRCH');
    expect(bench.commands.slice(-2)).toEqual(['push', 'logout']);
    expect([out, process.listenerCount('SIGINT')]).toEqual(['', listeners]);
    expect(said).not.toContain('over');
  });
});

describe('image build', () => {
  it('builds without an account and prints the local name', async () => {
    bench.engine('finch');
    expect(await imageBuild({ context: bench.context, json: false }, io, bench.environment)).toBe(0);
    expect(out).toMatch(/^jdci-master:nogit-[0-9a-f]{12}\n$/);
    expect(bench.commands).toEqual(['info', 'build']);
    out = '';
    await imageBuild({ context: bench.context, json: true }, io, bench.environment);
    expect(JSON.parse(out)).toMatchObject({ repository: 'jdci-master', digest: null, pushed: false });
    expect(session.aws.calls.size).toBe(0);
  });

  it('builds nothing where there is no Dockerfile', async () => {
    bench.engine('docker');
    await expect(
      imageBuild({ context: join(bench.root, 'bin'), json: false }, io, bench.environment),
    ).rejects.toMatchObject({ problem: { message: `no Dockerfile that can be read in ${join(bench.root, 'bin')}` } });
    expect(bench.commands).not.toContain('build');
  });
});
