import type { Subnet, Vpc } from '../aws/network-discovery.ts';
import type { ParameterForm } from './form.ts';

type Network = ParameterForm['network'];
type Choice = { readonly value: string; readonly label: string };

/** The VPCs to choose from, the default one first. */
export function vpcChoices(vpcs: readonly Vpc[]): Choice[] {
  return vpcs.map((vpc) => ({
    value: vpc.id,
    label: [vpc.id, vpc.name, vpc.cidr, vpc.isDefault ? '(default)' : ''].filter((part) => part !== '').join('  '),
  }));
}

/** The subnets of one VPC to choose from. */
export function subnetChoices(network: Network, vpcId: string): Choice[] {
  return subnetsOf(network, vpcId).map((subnet) => ({
    value: subnet.id,
    label: [
      subnet.id,
      subnet.cidr,
      subnet.zone,
      `${subnet.freeAddresses} free`,
      subnet.name,
      subnet.public ? 'public' : 'private',
    ]
      .filter((part) => part !== '')
      .join('  '),
  }));
}

export function subnetsOf(network: Network, vpcId: string): readonly Subnet[] {
  return network.subnets.filter((subnet) => subnet.vpcId === vpcId);
}

/** The VPC to propose: the default one, or the only one. */
export function proposedVpc(vpcs: readonly Vpc[]): string {
  return (vpcs.find((vpc) => vpc.isDefault) ?? (vpcs.length === 1 ? vpcs[0] : undefined))?.id ?? '';
}

/**
 * Subnets to propose, one a zone (a classic load balancer takes no second one in a zone): for the balancer public ones,
 * unless it is internal; for hosts private ones where there are some, since nothing has to reach them from outside.
 * `zones` keeps to some zones: a balancer sends nothing to a host in a zone in which it has no subnet.
 */
export function proposedSubnets(
  network: Network,
  vpcId: string,
  use: 'balancer' | 'hosts',
  scheme: string,
  zones?: readonly string[],
): string {
  const wantsPublic = use === 'balancer' && scheme !== 'internal';
  const byZone = new Map<string, Subnet>();
  for (const subnet of subnetsOf(network, vpcId)) {
    if (zones && !zones.includes(subnet.zone)) continue;
    const best = byZone.get(subnet.zone);
    if (best === undefined || rank(subnet) < rank(best)) byZone.set(subnet.zone, subnet);
  }
  // An internet-facing balancer in a private subnet answers nobody: rather propose nothing there.
  const chosen = [...byZone.values()].filter((subnet) => !wantsPublic || subnet.public);
  return chosen.map((subnet) => subnet.id).join(',');

  function rank(subnet: Subnet): number {
    return (subnet.public === wantsPublic ? 0 : 2) + (subnet.freeAddresses > 0 ? 0 : 1);
  }
}

/** The zones of the subnets named in a comma-separated value; a subnet that is not known counts as none. */
export function zonesOf(network: Network, value: string): string[] {
  return splitList(value).flatMap((id) => network.subnets.find((subnet) => subnet.id === id)?.zone ?? []);
}

/** The items of a list parameter's value. */
export function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
