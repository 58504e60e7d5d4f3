import { monotonicEpoch, type WorldTime } from '../../../src/core/clock.ts';
import { Control } from '../../../src/sandbox/control.ts';
import type { Service } from '../../../src/sandbox/operations/operation.ts';
import { CertificateAuthority } from '../../../src/sandbox/wire/certificate-authority.ts';
import type { Region } from '../../../src/sandbox/wire/dispatch.ts';
import { Faults } from '../../../src/sandbox/wire/faults.ts';
import { Limits } from '../../../src/sandbox/wire/limits.ts';
import { listen } from '../../../src/sandbox/wire/listener.ts';
import { Pace } from '../../../src/sandbox/wire/pace.ts';
import { defaultSettings } from '../../../src/sandbox/world/settings.ts';
import { World } from '../../../src/sandbox/world/world.ts';

export const startMs = Date.UTC(2026, 0, 1);

/** A world with these services behind a real listener; it stands still unless `speed` says otherwise. */
export async function serve(services: readonly Service[], speed = 0) {
  const world = new World({ seed: 7, startMs, settings: structuredClone(defaultSettings) });
  const time: WorldTime = { worldMs: startMs, wallMs: monotonicEpoch(), speed };
  const reports: string[] = [];
  const report = (problem: string) => void reports.push(problem);
  const faults = new Faults(world);
  const wall = { now: 0 };
  const limits = new Limits(() => wall.now);
  const requestIds = world.random.fork('request-ids');
  const region: Region = { world, services, faults, limits, report, requestIds };
  const pace = new Pace(world, time, report);
  const authority = new CertificateAuthority();
  const listener = await listen({ region, pace, control: new Control(region, pace, time), authority, port: 0 });
  const url = `http://127.0.0.1:${listener.port}`;
  const control = async (verb: string, body: object | string) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${url}/_sandbox/${verb}`, { method: 'POST', body: text });
    return { status: response.status, value: (await response.json()) as Record<string, unknown> };
  };
  const client = {
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'SANDBOX000000000000', secretAccessKey: 'sandbox' },
    maxAttempts: 1,
  };
  return {
    world,
    authority,
    wall,
    limits,
    time,
    pace,
    faults,
    reports,
    url,
    port: listener.port,
    close: listener.close,
    control,
    client,
  };
}
