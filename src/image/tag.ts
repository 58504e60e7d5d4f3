import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ProblemError } from '../core/problem.ts';

const run = promisify(execFile);

/**
 * The tag of the image built from a folder: the commit that last touched it and its content, `1a2b3c4-0123456789ab`, or
 * `nogit-…` outside a repository. The commit is the folder's, not the newest, so that a change elsewhere makes no new
 * tag. Throws {@link ProblemError} when the folder holds no Dockerfile.
 */
export async function imageTag(folder: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const content = await contentHash(folder);
  const commit = await lastCommit(folder, environment);
  return `${commit?.slice(0, 7) ?? 'nogit'}-${content.slice(0, 12)}`;
}

/**
 * SHA-256 over a build context: every file's path, kind and bytes, in the order of the paths. Of the mode only the
 * executable bit counts, as in git: the rest depends on the umask of whoever checked it out.
 */
export async function contentHash(folder: string): Promise<string> {
  await requireDockerfile(folder);
  const hash = createHash('sha256');
  for (const path of (await filesBelow(folder)).sort()) {
    const absolute = join(folder, path);
    const { mode, isLink } = await kindOf(absolute);
    const bytes = isLink ? Buffer.from(await readlink(absolute)) : await readFile(absolute);
    // The length keeps the end of one file from passing as the beginning of the next.
    hash.update(`${path}\0${isLink ? 'link' : mode & constants.S_IXUSR ? 'executable' : 'file'}\0${bytes.length}\0`);
    hash.update(bytes);
  }
  return hash.digest('hex');
}

async function requireDockerfile(folder: string): Promise<void> {
  try {
    await access(join(folder, 'Dockerfile'), constants.R_OK);
  } catch (error) {
    throw new ProblemError(
      {
        kind: 'not-found',
        source: 'image',
        message: `no Dockerfile that can be read in ${folder}`,
        advice: 'name the folder that holds it with --context',
      },
      { cause: error },
    );
  }
}

// What image/.dockerignore leaves out of the image too: git's store, and what a Mac's Finder leaves where it has looked.
const noContent = new Set(['.git', '.DS_Store']);

/** Files and links below a folder, with `/` between the parts. */
async function filesBelow(folder: string, below = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (noContent.has(entry.name)) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, path)));
    else if (entry.isFile() || entry.isSymbolicLink()) found.push(path);
  }
  return found;
}

async function kindOf(path: string): Promise<{ mode: number; isLink: boolean }> {
  const stats = await lstat(path);
  return { mode: stats.mode, isLink: stats.isSymbolicLink() };
}

/** The commit that last touched the folder; undefined without git, outside a repository or when it is not tracked. */
async function lastCommit(folder: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  // Inside a git hook these would point to the repository of the hook instead of the folder's.
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = environment;
  try {
    const { stdout } = await run('git', ['-C', folder, 'log', '-1', '--format=%H', '--', '.'], {
      env,
      timeout: 10_000,
    });
    return /^[0-9a-f]{40,64}$/.exec(stdout.trim())?.[0];
  } catch {
    // No git, no repository, one that belongs to somebody else: the content's hash still names the image.
    return undefined;
  }
}
