import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatWorldTime, monotonicEpoch, type WorldTime } from '../core/clock.ts';
import { packageRoot } from '../core/package-root.ts';
import { freshSeed } from '../core/random.ts';
import { arrange, Control } from './control.ts';
import { HandedFiles } from './handed-files.ts';
import { leadMs, provisionFarm } from './provisioned-farm.ts';
import { createRegion } from './region.ts';
import { services } from './services.ts';
import { installJudge } from './wire/access.ts';
import { sandboxCredentials } from './wire/callers.ts';
import { CertificateAuthority } from './wire/certificate-authority.ts';
import type { Region } from './wire/dispatch.ts';
import type { FaultFile } from './wire/fault-schema.ts';
import { Faults } from './wire/faults.ts';
import { Limits } from './wire/limits.ts';
import { listen } from './wire/listener.ts';
import { Pace } from './wire/pace.ts';
import { defaultSettings, type Settings } from './world/settings.ts';
import type { World } from './world/world.ts';

export interface SandboxOptions {
  /** On 127.0.0.1; 0 or nothing: any free one. */
  port?: number;
  /** Farm seconds a wall second; 0 stands still until the control endpoint advances it. 10 when not given. */
  speed?: number;
  /** With a seed the world begins at 2026-01-01T00:00:00Z and the same requests give the same history. */
  seed?: number;
  /** With the stack `jdci` provisioned and under load. */
  farm?: boolean;
  /** The template of that stack; the package's own when not given. */
  templateBody?: string;
  /** What differs from {@link defaultSettings}. */
  settings?: Partial<Settings>;
  /** Faults, limits and callers to begin with. */
  faults?: Partial<FaultFile>;
  /** Told, in one line, of defects of the sandbox itself; standard error when not given. */
  report?: (problem: string) => void;
}

export interface Sandbox {
  readonly port: number;
  readonly url: string;
  /** The anchor of farm time; moved in place when the control endpoint advances the world. */
  readonly time: WorldTime;
  readonly world: World;
  /** What a program needs in its environment to work on this sandbox. */
  readonly environment: Record<string, string>;
  close(): Promise<void>;
}

// Where a seeded world begins, so that two runs have the same dates too.
const seededStartMs = Date.UTC(2026, 0, 1);

/** Starts a simulated region and serves it on the loopback interface. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const report = options.report ?? ((problem) => void process.stderr.write(`sandbox: ${problem}\n`));
  const speed = options.speed ?? 10;
  const startMs = options.seed === undefined ? Math.round(monotonicEpoch()) : seededStartMs;
  const world = createRegion({
    seed: options.seed ?? freshSeed(),
    startMs: options.farm ? startMs - leadMs : startMs,
    settings: { ...structuredClone(defaultSettings), ...structuredClone(options.settings) },
  });
  if (options.farm) provisionFarm(world, services, options.templateBody ?? packagedTemplate());
  // With slow settings provisioning may have taken longer than the lead: the world then begins later.
  world.advanceTo(startMs);

  const time: WorldTime = { worldMs: Math.ceil(world.now), wallMs: monotonicEpoch(), speed };
  installJudge(world);
  const region: Region = {
    world,
    services,
    faults: new Faults(world),
    limits: new Limits(monotonicEpoch),
    report,
    requestIds: world.random.fork('request-ids'),
  };
  if (options.faults) arrange(region, options.faults);
  let files: HandedFiles | undefined;
  const withoutFiles = (error: unknown) =>
    report(`other programs cannot follow its clock nor trust its HTTPS: ${(error as Error).message}`);
  const pace = new Pace(world, time, report, () => {
    try {
      files?.tell(time);
    } catch (error) {
      withoutFiles(error);
    }
  });
  const control = new Control(region, pace, time);
  const authority = new CertificateAuthority();
  const listener = await listen({ region, pace, control, authority, port: options.port ?? 0 });
  const { port } = listener;
  try {
    files = new HandedFiles(port, authority.certificate, time);
  } catch (error) {
    withoutFiles(error);
  }
  const url = `http://127.0.0.1:${port}`;
  return {
    port,
    url,
    time,
    world,
    environment: { ...environmentFor(url, time, world), ...fileVariables(files) },
    close: async () => {
      files?.remove();
      files = undefined;
      await listener.close();
    },
  };
}

/** Emptied where there are no files, so that nobody goes by those of another sandbox. */
function fileVariables(files: HandedFiles | undefined): Record<string, string> {
  return { JDCI_CLOCK_FILE: files?.clock ?? '', JDCI_CA_BUNDLE: files?.certificate ?? '' };
}

function environmentFor(url: string, time: WorldTime, world: World): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: sandboxCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: sandboxCredentials.secretAccessKey,
    AWS_REGION: world.settings.region,
    AWS_DEFAULT_REGION: world.settings.region,
    JDCI_PROXY: url,
    JDCI_CLOCK: formatWorldTime(time),
    JDCI_STACK: 'jdci',
    // A profile would beat the keys above, and a session token would be sent along with them.
    AWS_PROFILE: '',
    AWS_SESSION_TOKEN: '',
  };
}

function packagedTemplate(): string {
  return readFileSync(join(packageRoot(), 'cfn', 'farm.yaml'), 'utf8');
}
