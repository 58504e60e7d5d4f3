import type { Instance } from './ec2.ts';
import type { World } from './world.ts';

/** The private DNS name of an address in this region. */
export function privateDnsName(world: World, address: string): string {
  return `ip-${address.replaceAll('.', '-')}.${world.settings.region}.compute.internal`;
}

/** What a serial console shows after a boot of Amazon Linux; `seconds` is how long the boot took. */
export function bootLines(world: World, instance: Instance, seconds: number): string[] {
  const stamp = (at: number) => `[${at.toFixed(6).padStart(12)}]`;
  const name = privateDnsName(world, instance.privateIp);
  const lines = instance.userData.split('\n').length;
  return [
    `${stamp(0)} Linux version 6.1.0 (Amazon Linux 2023) ${instance.architecture}`,
    `${stamp(seconds * 0.1)} systemd[1]: Hostname set to <${name}>.`,
    `${stamp(seconds * 0.4)} cloud-init[1]: ci-info: | ens5 | True | ${instance.privateIp} | global |`,
    `${stamp(seconds * 0.6)} systemd[1]: Started docker.service - Docker Application Container Engine.`,
    ...(instance.userData === ''
      ? []
      : [`${stamp(seconds * 0.9)} cloud-init[2]: Running module scripts-user: ${lines} lines`]),
    `${stamp(seconds)} cloud-init[2]: Cloud-init finished at ${world.date().toUTCString()}. Up ${seconds.toFixed(2)} seconds`,
    `${name.slice(0, name.indexOf('.'))} login: `,
  ];
}

/** What it shows of a kernel that finds no root file system. */
export function panicLines(instance: Instance): string[] {
  return [
    `[    0.000000] Linux version 6.1.0 (Amazon Linux 2023) ${instance.architecture}`,
    '[    1.942310] VFS: Cannot open root device "nvme0n1p1" or unknown-block(259,1): error -6',
    '[    1.942388] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(259,1)',
  ];
}
