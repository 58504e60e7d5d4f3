import type { Call, Service } from '../../../src/sandbox/operations/operation.ts';
import { invoke } from '../../../src/sandbox/operations/operation.ts';
import { createRegion } from '../../../src/sandbox/region.ts';
import { services } from '../../../src/sandbox/services.ts';
import { networks } from '../../../src/sandbox/world/ec2-network.ts';
import { images } from '../../../src/sandbox/world/ec2-offers.ts';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';
import { defaultSettings, type Settings } from '../../../src/sandbox/world/settings.ts';
import type { World } from '../../../src/sandbox/world/world.ts';

export const second = 1000;
export const minute = 60 * second;

/** A region with nothing in it but what an account begins with. */
export function freshRegion(seed = 1, settings: Partial<Settings> = {}): World {
  return createRegion({ seed, startMs: Date.UTC(2026, 0, 1), settings: { ...defaultSettings, ...settings } });
}

/** Calls operations of a region as an administrator would. */
export function caller(world: World) {
  const call: Call = {
    world,
    caller: { accessKeyId: 'SANDBOX000000000000', arn: 'arn:aws:iam::123456789012:user/sandbox' },
  };
  return <O>(signingName: string, name: string, input: object = {}): O => {
    const service = services.find((other): other is Service => other.signingName === signingName);
    if (!service) throw new Error(`no service ${signingName}`);
    return invoke<object, O>(service, name, input, call);
  };
}

/** The error that a call ends with. */
export function failure(run: () => unknown): { code: string; message: string; status: number } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { code: error.code, message: error.message, status: error.status };
  }
  throw new Error('the call succeeded');
}

/** The x86 image of the region. */
export function anyImage(world: World): string {
  return [...images(world).values()].find(({ architecture }) => architecture === 'x86_64')?.id ?? '';
}

/** The default subnets, one a zone, in the order of the zones. */
export function defaultSubnets(world: World): string[] {
  return [...networks(world).subnets.values()].map(({ id }) => id);
}

/** What a launch needs at least. */
export function simpleLaunch(world: World, zone = 0) {
  return {
    imageId: anyImage(world),
    type: 't3.small',
    subnetId: defaultSubnets(world)[zone] ?? '',
    securityGroupIds: [],
    tags: new Map<string, string>(),
    count: 1,
  };
}
