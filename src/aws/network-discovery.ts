import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { safeLine } from '../terminal/safe-text.ts';
import type { Aws } from './clients.ts';

export interface Vpc {
  readonly id: string;
  readonly cidr: string;
  readonly name: string;
  readonly isDefault: boolean;
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly name: string;
  readonly freeAddresses: number;
  /** Instances started here get a public address: in practice a route to an internet gateway. */
  readonly public: boolean;
  readonly defaultForZone: boolean;
}

/** Where a subnet's default route leads. */
export type WayOut = 'internet' | 'nat' | 'other' | 'none';

/** The ways out of the region's subnets, and the services that a VPC reaches by endpoints of its own. */
export interface Routes {
  /** By subnet id. */
  readonly explicit: Readonly<Record<string, WayOut>>;
  /** By VPC id: for subnets that no route table names. */
  readonly main: Readonly<Record<string, WayOut>>;
  /** By VPC id: `ecs`, `ecr.api`, `s3`, … */
  readonly endpoints: Readonly<Record<string, readonly string[]>>;
}

// DescribeVpcs and DescribeSubnets allow 5 to 1000 a page; a page size keeps them in the cheaper throttling bucket.
const pageSize = 1000;

function nameTag(tags: { Key?: string; Value?: string }[] | undefined): string {
  return safeLine(tags?.find((tag) => tag.Key === 'Name')?.Value ?? '');
}

/** The region's VPCs, the default one first. */
export async function listVpcs(aws: Aws, signal?: AbortSignal): Promise<Vpc[]> {
  const vpcs: Vpc[] = [];
  let token: string | undefined;
  do {
    const page = await aws.call(
      'ec2:DescribeVpcs',
      (options) =>
        aws.client(EC2Client).send(new DescribeVpcsCommand({ MaxResults: pageSize, NextToken: token }), options),
      signal,
    );
    for (const vpc of page.Vpcs ?? []) {
      vpcs.push({
        id: vpc.VpcId ?? '',
        cidr: vpc.CidrBlock ?? '',
        name: nameTag(vpc.Tags),
        isDefault: vpc.IsDefault ?? false,
      });
    }
    token = page.NextToken;
  } while (token);
  return vpcs.sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || a.id.localeCompare(b.id));
}

/** The region's subnets, by zone and CIDR. */
export async function listSubnets(aws: Aws, signal?: AbortSignal): Promise<Subnet[]> {
  const subnets: Subnet[] = [];
  let token: string | undefined;
  do {
    const page = await aws.call(
      'ec2:DescribeSubnets',
      (options) =>
        aws.client(EC2Client).send(new DescribeSubnetsCommand({ MaxResults: pageSize, NextToken: token }), options),
      signal,
    );
    for (const subnet of page.Subnets ?? []) {
      subnets.push({
        id: subnet.SubnetId ?? '',
        vpcId: subnet.VpcId ?? '',
        cidr: subnet.CidrBlock ?? '',
        zone: subnet.AvailabilityZone ?? '',
        name: nameTag(subnet.Tags),
        freeAddresses: subnet.AvailableIpAddressCount ?? 0,
        public: subnet.MapPublicIpOnLaunch ?? false,
        defaultForZone: subnet.DefaultForAz ?? false,
      });
    }
    token = page.NextToken;
  } while (token);
  return subnets.sort((a, b) => a.zone.localeCompare(b.zone) || a.cidr.localeCompare(b.cidr));
}

/** The region's default routes and VPC endpoints. */
export async function listRoutes(aws: Aws, signal?: AbortSignal): Promise<Routes> {
  const [tables, endpoints] = await Promise.all([routeTables(aws, signal), endpointServices(aws, signal)]);
  const explicit: Record<string, WayOut> = {};
  const main: Record<string, WayOut> = {};
  for (const table of tables) {
    const way = defaultRoute(table);
    for (const association of table.Associations ?? []) {
      if (association.Main && table.VpcId) main[table.VpcId] = way;
      if (association.SubnetId) explicit[association.SubnetId] = way;
    }
  }
  return { explicit, main, endpoints };
}

async function routeTables(aws: Aws, signal?: AbortSignal): Promise<RouteTable[]> {
  const tables: RouteTable[] = [];
  let token: string | undefined;
  do {
    const page = await aws.call(
      'ec2:DescribeRouteTables',
      (options) =>
        // 100 is the most a page of this call may hold.
        aws.client(EC2Client).send(new DescribeRouteTablesCommand({ MaxResults: 100, NextToken: token }), options),
      signal,
    );
    tables.push(...(page.RouteTables ?? []));
    token = page.NextToken;
  } while (token);
  return tables;
}

function defaultRoute(table: RouteTable): WayOut {
  const route = (table.Routes ?? []).find((one) => one.DestinationCidrBlock === '0.0.0.0/0');
  // A blackhole is a route whose gateway is gone.
  if (!route || route.State === 'blackhole') return 'none';
  if (route.GatewayId?.startsWith('igw-')) return 'internet';
  return route.NatGatewayId ? 'nat' : 'other';
}

async function endpointServices(aws: Aws, signal?: AbortSignal): Promise<Record<string, string[]>> {
  const services: Record<string, string[]> = {};
  let token: string | undefined;
  do {
    const page = await aws.call(
      'ec2:DescribeVpcEndpoints',
      (options) =>
        aws
          .client(EC2Client)
          .send(new DescribeVpcEndpointsCommand({ MaxResults: pageSize, NextToken: token }), options),
      signal,
    );
    for (const endpoint of page.VpcEndpoints ?? []) {
      if (endpoint.State?.toLowerCase() !== 'available' || !endpoint.VpcId) continue;
      // `com.amazonaws.eu-west-1.ecr.api`
      const name = (endpoint.ServiceName ?? '').split('.').slice(3).join('.');
      services[endpoint.VpcId] = [...(services[endpoint.VpcId] ?? []), name];
    }
    token = page.NextToken;
  } while (token);
  return services;
}
