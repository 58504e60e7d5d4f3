import { describe, expect, it } from 'vitest';
import { instanceBooted, instanceChanged, instanceRebooting, instances } from '../../../src/sandbox/world/ec2.ts';
import { zonesWithoutCapacity } from '../../../src/sandbox/world/ec2-launch.ts';
import {
  impairInstance,
  rebootInstance,
  runInstances,
  shutDownFromInside,
  startInstance,
  stopInstance,
  terminateInstance,
} from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { addSubnet, addVpc, freeAddresses, networks, subnetOf } from '../../../src/sandbox/world/ec2-network.ts';
import { defaultSettings } from '../../../src/sandbox/world/settings.ts';
import type { World } from '../../../src/sandbox/world/world.ts';
import { defaultSubnets, failure, freshRegion, minute, second, simpleLaunch } from './fresh-region.ts';

function launch(world: World, more: Partial<Parameters<typeof runInstances>[1]> = {}) {
  const [instance] = runInstances(world, { ...simpleLaunch(world), ...more });
  if (!instance) throw new Error('nothing launched');
  return instance;
}

const get = { method: 'GET', path: '/', headers: {}, body: '' };

describe('an instance', () => {
  it('goes from pending through running to booted and checked, within the settings', () => {
    const world = freshRegion();
    const seen: [string, number][] = [];
    const begin = world.now;
    instanceChanged(world).on(({ instance, from }) => seen.push([`${from}>${instance.state.name}`, world.now - begin]));
    instanceBooted(world).on(() => seen.push(['booted', world.now - begin]));
    const instance = launch(world);
    expect(instance.state).toEqual({ code: 0, name: 'pending' });
    expect(instance.statusChecks).toBe('initializing');
    world.advance(5 * minute);

    expect(seen.map(([what]) => what)).toEqual(['pending>running', 'booted']);
    const { pending, boot } = defaultSettings.instance;
    const [[, running] = ['', 0], [, booted] = ['', 0]] = seen;
    expect(running).toBeGreaterThanOrEqual(pending[0] * second);
    expect(running).toBeLessThanOrEqual(pending[1] * second);
    expect(booted - running).toBeGreaterThanOrEqual(boot[0] * second);
    expect(booted - running).toBeLessThanOrEqual(boot[1] * second);
    expect(instance.bootedAt).toBe(begin + booted);
    expect(instance.statusChecks).toBe('ok');
    expect(instance.console.join('\n')).toContain(instance.privateIp);
  });

  it('can be reached once it runs, and no more once it ends', () => {
    const world = freshRegion();
    const instance = launch(world);
    expect(world.network.request(instance.privateIp, 8080, get)).toEqual({ kind: 'unroutable' });
    world.advance(20 * second);
    expect(world.network.request(instance.privateIp, 8080, get)).toEqual({ kind: 'refused' });
    terminateInstance(world, instance.id);
    expect(world.network.request(instance.privateIp, 8080, get)).toEqual({ kind: 'unroutable' });
  });

  it('has an address of its subnet that nobody else has', () => {
    const world = freshRegion();
    const launched = runInstances(world, { ...simpleLaunch(world, 1), count: 300 });
    const addresses = new Set(launched.map(({ privateIp }) => privateIp));
    expect(addresses.size).toBe(300);
    for (const address of addresses) {
      const [a, b, c] = address.split('.').map(Number);
      expect([a, b]).toEqual([172, 31]);
      expect(c).toBeGreaterThanOrEqual(16);
      expect(c).toBeLessThanOrEqual(31);
    }
  });

  it('ends by shutting-down and terminated, and is forgotten after a while', () => {
    const world = freshRegion();
    const instance = launch(world);
    world.advance(2 * minute);
    const subnet = subnetOf(world, instance.subnetId);
    const free = freeAddresses(subnet);
    const result = terminateInstance(world, instance.id, { code: 'Server.SpotInstanceTermination', message: 'taken' });
    expect([result.previous.name, result.current.name]).toEqual(['running', 'shutting-down']);
    expect(instance.stateReason).toEqual({ code: 'Server.SpotInstanceTermination', message: 'taken' });
    expect(instance.bootedAt).toBeUndefined();
    world.advance(minute);
    expect(instance.state).toEqual({ code: 48, name: 'terminated' });
    expect(instance.publicIp).toBeUndefined();
    expect(freeAddresses(subnet)).toBe(free + 1);
    world.advance(defaultSettings.instance.terminatedVisible * second);
    expect(instances(world).has(instance.id)).toBe(false);
  });

  it('that is ended while pending never runs nor boots', () => {
    const world = freshRegion();
    const names: string[] = [];
    instanceChanged(world).on(({ instance }) => names.push(instance.state.name));
    instanceBooted(world).on(() => names.push('booted'));
    const instance = launch(world);
    world.advance(second);
    terminateInstance(world, instance.id);
    world.advance(10 * minute);
    expect(names).toEqual(['shutting-down', 'terminated']);
  });

  it('that is ended twice ends once', () => {
    const world = freshRegion();
    const instance = launch(world);
    terminateInstance(world, instance.id);
    world.advance(minute);
    const again = terminateInstance(world, instance.id);
    expect([again.previous.name, again.current.name]).toEqual(['terminated', 'terminated']);
  });

  it('stops and starts with the same private address', () => {
    const world = freshRegion();
    const instance = launch(world);
    const address = instance.privateIp;
    world.advance(3 * minute);
    expect(failure(() => startInstanceWhileStopping(world, instance.id))).toMatchObject({
      code: 'IncorrectInstanceState',
    });
    world.advance(minute);
    expect(instance.state).toEqual({ code: 80, name: 'stopped' });
    expect(instance.publicIp).toBeUndefined();
    let boots = 0;
    instanceBooted(world).on(() => boots++);
    startInstance(world, instance.id);
    world.advance(3 * minute);
    expect(instance.state.name).toBe('running');
    expect(instance.privateIp).toBe(address);
    expect(boots).toBe(1);
  });

  it('reboots without a change of state', () => {
    const world = freshRegion();
    const instance = launch(world);
    world.advance(3 * minute);
    const told: string[] = [];
    instanceChanged(world).on(() => told.push('changed'));
    instanceRebooting(world).on(() => told.push('rebooting'));
    instanceBooted(world).on(() => told.push('booted'));
    rebootInstance(world, instance.id);
    expect(instance.bootedAt).toBeUndefined();
    world.advance(3 * minute);
    expect(told).toEqual(['rebooting', 'booted']);
  });

  it('shuts down from inside as it was launched to', () => {
    const world = freshRegion();
    const [ends, stops] = [launch(world, { shutdownBehavior: 'terminate' }), launch(world)];
    world.advance(2 * minute);
    shutDownFromInside(world, ends.id);
    shutDownFromInside(world, stops.id);
    expect(ends.state.name).toBe('shutting-down');
    expect(ends.stateReason?.code).toBe('Client.InstanceInitiatedShutdown');
    expect(stops.state.name).toBe('stopping');
  });

  it('that is impaired stays so when the time for its first checks comes', () => {
    const world = freshRegion();
    const instance = launch(world);
    world.advance(minute);
    impairInstance(world, instance.id, true);
    world.advance(5 * minute);
    expect(instance.statusChecks).toBe('impaired');
  });
});

function startInstanceWhileStopping(world: World, id: string): void {
  stopInstance(world, id);
  startInstance(world, id);
}

describe('a launch', () => {
  it('happens wholly or not at all', () => {
    const world = freshRegion();
    const vpc = addVpc(world, '10.9.0.0/16');
    const small = addSubnet(world, { vpcId: vpc.id, cidr: '10.9.1.0/28', zone: 'eu-west-1a' });
    expect(freeAddresses(small)).toBe(11);
    const spec = { ...simpleLaunch(world), subnetId: small.id, count: 12 };
    expect(failure(() => runInstances(world, spec)).code).toBe('InsufficientFreeAddressesInSubnet');
    expect(instances(world).size).toBe(0);
    expect(runInstances(world, { ...spec, count: 11 })).toHaveLength(11);
    expect(freeAddresses(small)).toBe(0);
  });

  it.each([
    [
      { imageId: 'ami-0123456789abcdef0' },
      'InvalidAMIID.NotFound',
      "The image id '[ami-0123456789abcdef0]' does not exist",
    ],
    [{ imageId: 'x' }, 'InvalidAMIID.Malformed', 'Invalid id: "x" (expecting "ami-...")'],
    [{ type: 'z9.huge' }, 'InvalidParameterValue', "Invalid value 'z9.huge' for InstanceType."],
    [{ subnetId: 'subnet-0' }, 'InvalidSubnetID.NotFound', "The subnet ID 'subnet-0' does not exist"],
    [{ securityGroupIds: ['sg-0'] }, 'InvalidGroup.NotFound', "The security group 'sg-0' does not exist"],
    [{ keyName: 'lost' }, 'InvalidKeyPair.NotFound', "The key pair 'lost' does not exist"],
    [{ userData: 'x'.repeat(16_385) }, 'InvalidParameterValue', 'User data is limited to 16384 bytes'],
  ])('refuses %j as EC2 does', (more, code, message) => {
    const world = freshRegion();
    expect(failure(() => launch(world, more))).toMatchObject({ code, message });
    expect(instances(world).size).toBe(0);
  });

  it('refuses an image of another architecture, a profile that is not there, a zone without capacity', () => {
    const world = freshRegion();
    expect(failure(() => launch(world, { type: 't4g.small' })).message).toContain("'arm64'");
    const arn = 'arn:aws:iam::123456789012:instance-profile/none';
    expect(failure(() => launch(world, { iamInstanceProfileArn: arn })).message).toContain(arn);
    zonesWithoutCapacity(world).add('eu-west-1a');
    expect(failure(() => launch(world)).code).toBe('InsufficientInstanceCapacity');
    expect(launch(world, { subnetId: defaultSubnets(world)[1] ?? '' }).zone).toBe('eu-west-1b');
  });

  it('takes the default security group when none is named, and a public address where the subnet says so', () => {
    const world = freshRegion();
    expect(launch(world).securityGroupIds).toHaveLength(1);
    expect(launch(world).publicIp).toMatch(/^198\.1[89]\./);
    expect(launch(world, { associatePublicIp: false }).publicIp).toBeUndefined();
  });
});

describe('an address space', () => {
  it('gives addresses back', () => {
    const world = freshRegion(1, { instance: { ...defaultSettings.instance, terminatedVisible: 60 } });
    const vpc = addVpc(world, '10.9.0.0/16');
    const { id } = addSubnet(world, { vpcId: vpc.id, cidr: '10.9.1.0/28', zone: 'eu-west-1a' });
    for (let round = 0; round < 5; round++) {
      const launched = runInstances(world, { ...simpleLaunch(world), subnetId: id, count: 11 });
      for (const instance of launched) terminateInstance(world, instance.id);
      world.advance(5 * minute);
    }
    expect(networks(world).subnets.get(id)?.used.size).toBe(0);
    expect(instances(world).size).toBe(0);
  });
});
