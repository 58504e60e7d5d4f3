import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentHash, imageTag } from '../../src/image/tag.ts';
import { Bench } from './fake-engine.ts';

describe('the tag of an image', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  it('is nogit and twelve digits of the content outside a repository, the same each time and elsewhere', async () => {
    const tag = await imageTag(bench.context, bench.environment);
    expect(tag).toMatch(/^nogit-[0-9a-f]{12}$/);
    expect(await imageTag(bench.context, bench.environment)).toBe(tag);
    const other = new Bench();
    try {
      expect(await imageTag(other.context, other.environment)).toBe(tag);
    } finally {
      other.close();
    }
  });

  it('changes with one byte, a path, the executable bit, a link and an empty file, and back', async () => {
    const file = join(bench.context, 'casc', 'jenkins.yaml');
    const seen = [await contentHash(bench.context)];
    const next = async () => seen.push(await contentHash(bench.context));
    writeFileSync(file, 'jenkins: {}\t');
    await next();
    renameSync(file, join(bench.context, 'casc', 'jenkins2.yaml'));
    await next();
    renameSync(join(bench.context, 'casc', 'jenkins2.yaml'), file);
    writeFileSync(file, 'jenkins: {}\n');
    chmodSync(file, 0o755);
    await next();
    unlinkSync(file);
    symlinkSync('../Dockerfile', file);
    await next();
    unlinkSync(file);
    writeFileSync(file, '../Dockerfile');
    await next();
    writeFileSync(join(bench.context, 'empty'), '');
    await next();
    expect(new Set(seen).size).toBe(seen.length);
    unlinkSync(join(bench.context, 'empty'));
    writeFileSync(file, 'jenkins: {}\n');
    expect(await contentHash(bench.context)).toBe(seen[0]);
  });

  it('does not change with what a checkout, git or a file manager makes different', async () => {
    const before = await contentHash(bench.context);
    chmodSync(join(bench.context, 'Dockerfile'), 0o664);
    mkdirSync(join(bench.context, '.git'));
    writeFileSync(join(bench.context, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(bench.context, 'casc', '.DS_Store'), 'window');
    expect(await contentHash(bench.context)).toBe(before);
  });

  it('is not deceived by a file whose bytes read like the beginning of another', async () => {
    writeFileSync(join(bench.context, 'a'), 'x');
    writeFileSync(join(bench.context, 'b'), 'y');
    const two = await contentHash(bench.context);
    unlinkSync(join(bench.context, 'b'));
    writeFileSync(join(bench.context, 'a'), 'xb\0file\0y');
    expect(await contentHash(bench.context)).not.toBe(two);
  });

  it('begins with the commit that last touched the folder', async () => {
    const environment = { PATH: process.env.PATH, HOME: bench.root, GIT_CONFIG_NOSYSTEM: '1', GIT_DIR: '/nonexistent' };
    const git = (...args: string[]) => {
      const { GIT_DIR: _, ...env } = environment;
      const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];
      return execFileSync('git', ['-C', bench.root, ...who, ...args], { env, encoding: 'utf8' }).trim();
    };
    git('init', '--quiet');
    expect(await imageTag(bench.context, environment)).toMatch(/^nogit-/);
    git('add', 'image');
    git('commit', '--quiet', '-m', 'image');
    const commit = git('rev-parse', 'HEAD');
    const tag = await imageTag(bench.context, environment);
    expect(tag).toMatch(new RegExp(`^${commit.slice(0, 7)}-[0-9a-f]{12}$`));
    writeFileSync(join(bench.root, 'elsewhere'), '');
    git('add', 'elsewhere');
    git('commit', '--quiet', '-m', 'elsewhere');
    expect(await imageTag(bench.context, environment)).toBe(tag);
  });

  it('is refused where there is nothing to build', async () => {
    unlinkSync(join(bench.context, 'Dockerfile'));
    await expect(imageTag(bench.context, bench.environment)).rejects.toMatchObject({
      problem: {
        kind: 'not-found',
        message: `no Dockerfile that can be read in ${bench.context}`,
        advice: 'name the folder that holds it with --context',
      },
    });
  });
});
