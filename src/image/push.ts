import {
  createRepository,
  digestOfTag,
  findRepository,
  type ImageRepository,
  masterRepository,
  type RegistryCredentials,
  registryCredentials,
} from '../aws/ecr.ts';
import { ProblemError, type ProblemKind } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import { buildImage, isBuilt, localName } from './build.ts';
import { chooseEngine } from './engine.ts';
import { isNetworkReason, reasonFrom } from './reason.ts';
import { type Engine, type EngineName, runEngine } from './run-engine.ts';
import { imageTag } from './tag.ts';

export interface PushRequest {
  /** The build context. */
  readonly context: string;
  readonly engine?: EngineName;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

export interface PushedImage {
  readonly repository: string;
  readonly tag: string;
  /** `sha256:…`, as ECR tells it. */
  readonly digest: string;
  /** What the parameter `ImageUri` takes: repository and digest. */
  readonly uri: string;
  /** False when the repository had this content already. */
  readonly pushed: boolean;
}

/** Wall milliseconds that signing out may take. */
const logoutMs = 10_000;

/**
 * Brings the image of a build context into the account's repository: finds it there, or else makes the repository,
 * builds, signs in, pushes and signs out again. The same content is pushed once only. Throws {@link ProblemError}; an
 * abort by the request's signal is passed on as it is.
 */
export async function pushImage(
  session: Pick<Session, 'aws' | 'farm'>,
  request: PushRequest,
  say: (line: string) => void,
): Promise<PushedImage> {
  const { aws } = session;
  const { context, environment, signal } = request;
  const tag = await imageTag(context, environment);
  const existing = await findRepository(aws, masterRepository, signal);
  const before = existing && (await digestOfTag(aws, existing.name, tag, signal));
  if (existing && before !== undefined) {
    say(`${existing.name} has ${tag} already: nothing to push`);
    return answer(existing, tag, before, false);
  }
  // Everything that can be refused is asked for before the build, which takes minutes.
  const engine = await chooseEngine(environment, request.engine, say, signal);
  const repository = existing ?? (await made(session, say, signal));
  if (!repository.immutable) {
    say(`note: the tags of ${repository.name} can be moved to other images; farms are safe, they take the digest`);
  }
  const credentials = await registryCredentials(aws, signal);
  if (await isBuilt(engine, tag, signal)) say(`${localName(tag)} is built already`);
  else await buildImage({ engine, context, tag }, say, signal);
  const remote = `${repository.uri}:${tag}`;
  await prepare(engine, tag, remote, signal);
  const refused = await signedIn(engine, registryOf(repository), credentials, signal, () =>
    push(engine, remote, say, signal),
  );
  // An immutable tag that is there now: somebody else was faster with the same content.
  if (refused !== undefined && !/immutable/i.test(refused)) throw notPushed(engine, repository, refused);
  const digest = await digestOfTag(aws, repository.name, tag, signal);
  if (digest === undefined)
    throw refused === undefined ? notShown(engine, remote) : notPushed(engine, repository, refused);
  return answer(repository, tag, digest, refused === undefined);
}

function answer(repository: ImageRepository, tag: string, digest: string, pushed: boolean): PushedImage {
  return { repository: repository.name, tag, digest, uri: `${repository.uri}@${digest}`, pushed };
}

/** `123456789012.dkr.ecr.eu-west-1.amazonaws.com` */
function registryOf({ uri }: ImageRepository): string {
  return uri.slice(0, uri.indexOf('/'));
}

async function made(
  { aws, farm }: Pick<Session, 'aws' | 'farm'>,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<ImageRepository> {
  say(`making the repository ${masterRepository} in ${farm.region}, with immutable tags; it outlives every farm`);
  try {
    return await createRepository(aws, masterRepository, signal);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.kind !== 'denied') throw error;
    throw new ProblemError(
      {
        ...error.problem,
        message: `there is no repository ${masterRepository} in ${farm.region}, and this identity may not make it`,
        advice: `allow ecr:CreateRepository, or have it made: aws ecr create-repository --repository-name ${masterRepository} --image-tag-mutability IMMUTABLE`,
      },
      { cause: error },
    );
  }
}

/** Gives the local image the name under which it is pushed. */
async function prepare(engine: Engine, tag: string, remote: string, signal: AbortSignal | undefined): Promise<void> {
  const { code, lines } = await runEngine(engine, ['tag', localName(tag), remote], signal ? { signal } : {});
  if (code !== 0) {
    const message = `${engine.name} could not name the image ${remote}: ${reasonFrom(lines)}`;
    throw problem('refused', engine, message, 'build it again with jdci-tui image build');
  }
}

/** Does something while the engine is signed in to the registry, and signs it out whatever happens. */
async function signedIn<T>(
  engine: Engine,
  registry: string,
  { user, password }: RegistryCredentials,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const args = ['login', '--username', user, '--password-stdin', registry];
    const { code, lines } = await runEngine(engine, args, { input: password, ...(signal ? { signal } : {}) });
    if (code !== 0) throw notSignedIn(engine, registry, reasonFrom(lines).replaceAll(password, '…'));
    return await work();
  } finally {
    // Also after a Ctrl-C: the engine keeps what it was signed in with on disk. That it was not signed in is no error.
    await runEngine(engine, ['logout', registry], { signal: AbortSignal.timeout(logoutMs) }).catch(() => {});
  }
}

/** Pushes; resolves with the engine's reason when it failed. */
async function push(
  engine: Engine,
  remote: string,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  say(`pushing ${remote}`);
  const { code, lines } = await runEngine(engine, ['push', remote], { onLine: say, ...(signal ? { signal } : {}) });
  return code === 0 ? undefined : reasonFrom(lines);
}

function notSignedIn(engine: Engine, registry: string, reason: string): ProblemError {
  return isNetworkReason(reason)
    ? problem('unreachable', engine, `${engine.name} cannot reach the registry ${registry}: ${reason}`, reach(engine))
    : problem(
        'auth',
        engine,
        `the registry ${registry} refused the sign-in: ${reason}`,
        'check --profile and --region, and that this identity may ecr:GetAuthorizationToken',
      );
}

function notPushed(engine: Engine, repository: ImageRepository, reason: string): ProblemError {
  const message = `the image was not pushed: ${reason}`;
  if (isNetworkReason(reason)) return problem('unreachable', engine, message, reach(engine));
  if (/denied|not authorized|unauthorized|forbidden|no basic auth/i.test(reason)) {
    const actions =
      'ecr:BatchCheckLayerAvailability, InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload, PutImage';
    return problem('denied', engine, message, `allow ${actions} on ${repository.name} to this identity`);
  }
  if (/does not exist|name unknown/i.test(reason)) {
    return problem('not-found', engine, message, 'the repository is gone meanwhile: run it again, which makes it');
  }
  return problem('refused', engine, message, 'run it again: layers that are there already are not sent twice');
}

function notShown(engine: Engine, remote: string): ProblemError {
  const advice = 'run it again in a moment: what is there is not pushed twice';
  return problem('not-found', engine, `${engine.name} pushed ${remote}, but ECR does not show it`, advice);
}

function reach(engine: Engine): string {
  return `check that ${engine.name} gets to it: network, proxy, VPN`;
}

function problem(kind: ProblemKind, engine: Engine, message: string, advice: string): ProblemError {
  return new ProblemError({ kind, source: engine.name, message, advice });
}
