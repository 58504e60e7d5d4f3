import { appendFileSync } from 'node:fs';
import { Aws } from '../aws/clients.ts';
import { type Profile, readProfiles } from '../aws/profiles.ts';
import { regions } from '../aws/regions.ts';
import { clockFile, monotonicEpoch, parseWorldTime, systemClock, type WorldTime, worldClock } from '../core/clock.ts';
import { type DebugLog, fileLog, silentLog } from '../core/debug-log.ts';
import { CommandError, exitCode } from '../core/exit.ts';
import { didYouMean } from '../core/nearest.ts';
import { freshSeed, seededRandom } from '../core/random.ts';
import type { Session } from '../farm/session.ts';
import { roadThrough } from '../jenkins/roads.ts';
import { trustWith } from '../jenkins/trust.ts';
import type { GlobalOptions } from './options.ts';

/** A sandbox that was started for this session. */
export interface StartedSandbox {
  readonly environment: Readonly<Record<string, string>>;
  readonly time: WorldTime;
  close(): Promise<void>;
}

/** What of the command line makes a session. */
export type SessionOptions = Pick<
  GlobalOptions,
  'stack' | 'profile' | 'region' | 'proxy' | 'sandbox' | 'readOnly' | 'refresh' | 'debug'
>;

/**
 * Opens the way to one farm: whose account, which region, by which roads, on which clock. Calls nobody, but starts the
 * sandbox when it is asked for or when there is nothing else to work with. Throws {@link CommandError}.
 */
export async function openSession(
  options: SessionOptions,
  environment: NodeJS.ProcessEnv,
  startEmbedded: () => Promise<StartedSandbox>,
): Promise<Session> {
  if (options.region !== undefined) checkRegion(options.region, '--region');
  // Asking the instance metadata where there is none costs seconds; on a build host it would give that host's rights.
  environment.AWS_EC2_METADATA_DISABLED ??= 'true';
  if (options.profile !== undefined) {
    refuseProfileInSandbox(options, environment);
    // The SDK reads some settings only from the environment's profile, not from the one given in code.
    environment.AWS_PROFILE = options.profile;
  }
  const profiles = readProfiles(environment);
  if (!options.sandbox && !wantsSandbox(environment, profiles)) {
    return makeSession(options, environment, profiles);
  }
  const sandbox = await startEmbedded();
  try {
    return await makeSession(options, { ...environment, ...sandbox.environment }, new Map(), sandbox);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/**
 * Whether nothing says whose account is meant: no profile, no credential in the environment, no container credential.
 * Then there is no account to work on, and the sandbox is what can be shown.
 */
export function wantsSandbox(environment: NodeJS.ProcessEnv, profiles: ReadonlyMap<string, Profile>): boolean {
  const names = [
    'AWS_PROFILE',
    'AWS_ACCESS_KEY_ID',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  ];
  return !names.some((name) => environment[name]) && !profiles.has('default');
}

function refuseProfileInSandbox(options: SessionOptions, environment: NodeJS.ProcessEnv): void {
  if (options.sandbox) throw new CommandError('--profile and --sandbox exclude each other', exitCode.usage);
  if (environment.JDCI_CLOCK) {
    throw new CommandError(
      '--profile cannot be used here: the environment is that of a sandbox; unset JDCI_CLOCK and AWS_ENDPOINT_URL',
      exitCode.usage,
    );
  }
}

function checkRegion(region: string, source: string): void {
  if (regions.includes(region)) return;
  throw new CommandError(
    `${source} ${JSON.stringify(region)} is not an AWS region${didYouMean(region, regions) || '; expected one such as eu-west-1'}`,
    exitCode.usage,
  );
}

/** Flag, then environment, then profile: the order of the aws command line. */
function regionOf(
  options: SessionOptions,
  environment: NodeJS.ProcessEnv,
  profiles: ReadonlyMap<string, Profile>,
): string {
  if (options.region !== undefined) return options.region;
  const profile = environment.AWS_PROFILE || 'default';
  const candidates: readonly [string | undefined, string][] = [
    [environment.AWS_REGION, 'AWS_REGION'],
    [environment.AWS_DEFAULT_REGION, 'AWS_DEFAULT_REGION'],
    [profiles.get(profile)?.region, `the region of profile ${profile}`],
  ];
  for (const [region, source] of candidates) {
    if (!region) continue;
    checkRegion(region, source);
    return region;
  }
  throw new CommandError('no region: give --region, set AWS_REGION, or name one in the AWS profile', exitCode.usage);
}

async function makeSession(
  options: SessionOptions,
  environment: NodeJS.ProcessEnv,
  profiles: ReadonlyMap<string, Profile>,
  sandbox?: StartedSandbox,
): Promise<Session> {
  const time = worldTimeOf(environment, sandbox);
  const region = regionOf(options, environment, profiles);
  const home = environment.AWS_REGION;
  if (time && home && region !== home) {
    throw new CommandError(`--region ${region}: the sandbox has only ${home}`, exitCode.usage);
  }
  const clock = time ? worldClock(time, newestTime(environment)) : systemClock;
  const log = options.debug === undefined ? silentLog : debugLog(options.debug);
  // A started sandbox is reached by its own proxy only, whatever the operator uses for real farms.
  const proxy = sandbox ? environment.JDCI_PROXY : (options.proxy ?? environment.JDCI_PROXY);
  const trust = environment.JDCI_CA_BUNDLE ? trustWith(environment.JDCI_CA_BUNDLE) : undefined;
  const mastersRoad = await roadThrough(proxy, trust);
  return {
    farm: { stack: options.stack, region },
    aws: new Aws({ region, clock, log, ...accountOf(options, environment, time !== undefined) }),
    clock,
    random: seededRandom(freshSeed()),
    log,
    mastersRoad,
    doorRoad: time ? mastersRoad : await roadThrough(undefined, trust),
    identity: time
      ? `SANDBOX ×${time.speed}`
      : environment.AWS_PROFILE ||
        (profiles.has('default') && !environment.AWS_ACCESS_KEY_ID ? 'default' : 'environment'),
    sandbox: time !== undefined,
    readOnly: options.readOnly,
    refreshSeconds: options.refresh,
    close: async () => {
      await sandbox?.close();
    },
  };
}

/** Tried once before anything else: who asks for a log and gets none finds out when it is too late. */
function debugLog(file: string): DebugLog {
  try {
    appendFileSync(file, '', { mode: 0o600 });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(',')[0] : String(error);
    throw new CommandError(`--debug ${file} cannot be written: ${reason}`, exitCode.refused);
  }
  return fileLog(file, monotonicEpoch);
}

/** The sandbox's time, from the one just started or from the environment of another process; undefined: a real farm. */
function worldTimeOf(environment: NodeJS.ProcessEnv, sandbox: StartedSandbox | undefined): WorldTime | undefined {
  if (sandbox) return sandbox.time;
  if (!environment.JDCI_CLOCK) return undefined;
  const time = parseWorldTime(environment.JDCI_CLOCK);
  if (!time) {
    throw new CommandError(
      'JDCI_CLOCK is not worldMs,wallMs,speed: take it from `jdci-tui sandbox`, or unset it',
      exitCode.usage,
    );
  }
  // Without the endpoint the calls would go to a real account under the name of a sandbox.
  if (!environment.AWS_ENDPOINT_URL) {
    throw new CommandError(
      'JDCI_CLOCK is set but AWS_ENDPOINT_URL is not: take both from `jdci-tui sandbox`, or unset JDCI_CLOCK',
      exitCode.usage,
    );
  }
  return time;
}

/** Where the clock's newest anchor is found; undefined: it is moved by wall time alone. */
function newestTime({ JDCI_CLOCK_FILE: file }: NodeJS.ProcessEnv): (() => WorldTime | undefined) | undefined {
  if (!file) return undefined;
  const newest = clockFile(file);
  if (newest()) return newest;
  throw new CommandError(
    `JDCI_CLOCK_FILE ${file} tells no time: its sandbox has ended; take all of \`jdci-tui sandbox\` anew`,
    exitCode.usage,
  );
}

/** In a sandbox endpoint and credentials are given in code, so that no profile of the operator's can override them. */
function accountOf(
  options: SessionOptions,
  environment: NodeJS.ProcessEnv,
  inSandbox: boolean,
): { profile?: string; endpoint?: string; credentials?: { accessKeyId: string; secretAccessKey: string } } {
  if (!inSandbox) return options.profile === undefined ? {} : { profile: options.profile };
  const {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  } = environment;
  if (!endpoint || !accessKeyId || !secretAccessKey) {
    throw new CommandError(
      'the environment of the sandbox is incomplete: take all of `jdci-tui sandbox`',
      exitCode.usage,
    );
  }
  return { endpoint, credentials: { accessKeyId, secretAccessKey } };
}
