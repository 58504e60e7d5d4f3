import { masterRepository } from '../aws/ecr.ts';
import type { Subnet, WayOut } from '../aws/network-discovery.ts';
import type { ParameterForm } from './form.ts';
import { splitList, zonesOf } from './network-choice.ts';

// What hosts, masters and agents call; without a way out each needs an endpoint in the VPC. EC2 for the masters' agents.
const neededEndpoints = [
  'ecs',
  'ecs-agent',
  'ecs-telemetry',
  'ecr.api',
  'ecr.dkr',
  's3',
  'logs',
  'secretsmanager',
  'ssm',
  'ec2',
] as const;

/** What would deploy, or begin to, and then not work or not be safe: one line each. Nothing here keeps from going on. */
export function preflight(form: ParameterForm): string[] {
  const value = new Map(form.groups.flatMap((group) => group.fields.map((field) => [field.name, field.value])));
  const get = (name: string): string => value.get(name) ?? '';
  return [...image(get), ...ways(form, get), ...zones(form, get), ...exposure(get)];
}

type Get = (name: string) => string;

function ways(form: ParameterForm, get: Get): string[] {
  const { routes } = form.network;
  if (!routes) return [];
  const notes: string[] = [];
  const named = (name: string): Subnet[] =>
    splitList(get(name)).flatMap((id) => form.network.subnets.find((subnet) => subnet.id === id) ?? []);
  // A subnet that no route table names follows its VPC's main one.
  const way = (subnet: Subnet): WayOut => routes.explicit[subnet.id] ?? routes.main[subnet.vpcId] ?? 'none';

  if (get('Scheme') !== 'internal') {
    const shut = named('LoadBalancerSubnets').filter((subnet) => way(subnet) !== 'internet');
    if (shut.length > 0) {
      notes.push(
        `${list(shut)}: no route to an internet gateway, so an internet-facing load balancer there answers nobody`,
      );
    }
  }
  const hosts = named('HostSubnets');
  const hidden = hosts.filter((subnet) => way(subnet) === 'internet' && !subnet.public);
  if (hidden.length > 0) {
    notes.push(`${list(hidden)}: instances get no public address there, so hosts do not get out through its gateway`);
  }
  const closed = hosts.filter((subnet) => way(subnet) === 'none');
  const endpoints = routes.endpoints[get('VpcId')] ?? [];
  const lacking = neededEndpoints.filter((service) => !endpoints.includes(service));
  if (closed.length > 0 && lacking.length > 0) {
    notes.push(`${list(closed)}: no way out; hosts there need a NAT gateway, or endpoints for ${lacking.join(', ')}`);
  }
  return notes;
}

function list(subnets: readonly Subnet[]): string {
  return subnets.map((subnet) => subnet.id).join(', ');
}

function zones(form: ParameterForm, get: Get): string[] {
  const hostZones = new Set(zonesOf(form.network, get('HostSubnets')));
  const vpcZones = new Set(
    form.network.subnets.filter((subnet) => subnet.vpcId === get('VpcId')).map((subnet) => subnet.zone),
  );
  const other = [...vpcZones].find((zone) => !hostZones.has(zone));
  const notes: string[] = [];
  if (hostZones.size === 2 && other !== undefined) {
    notes.push(`one zone lost leaves half of the hosts: with a subnet in ${other} too, a third of them would be lost`);
  }
  if (get('SpareHosts') === '0') notes.push('without a spare host, the master of a drained host has nowhere to go');
  return notes;
}

function image(get: Get): string[] {
  if (get('ImageUri') !== '') return [];
  return [`no image in the ECR repository ${masterRepository}: build and push one with jdci-tui image push`];
}

function exposure(get: Get): string[] {
  if (get('Scheme') === 'internal' || get('CertificateArn') !== '') return [];
  return ['without a certificate the front door speaks plain HTTP: passwords and tokens can be read on the way'];
}
