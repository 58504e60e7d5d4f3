import { addressNumber, addressText, type Block, blockSize, parseCidr } from './cidr.ts';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

export interface Vpc {
  id: string;
  cidr: string;
  isDefault: boolean;
  tags: Tags;
}

export interface Subnet {
  id: string;
  vpcId: string;
  cidr: string;
  zone: string;
  zoneId: string;
  isDefault: boolean;
  /** Instances get a public address unless the launch says otherwise. */
  mapPublicIp: boolean;
  tags: Tags;
  block: Block;
  /** Host numbers in use, besides the five that AWS keeps (the first four and the last). */
  used: Set<number>;
  /** Where the search for a free host number goes on. */
  cursor: number;
}

export interface Route {
  destination: string;
  /** `local`, `igw-…`, `vpce-…`. */
  gatewayId?: string;
  natGatewayId?: string;
}

export interface RouteTable {
  id: string;
  vpcId: string;
  main: boolean;
  /** Explicit associations: subnet id → association id. */
  associations: Map<string, string>;
  routes: Route[];
  tags: Tags;
}

export interface InternetGateway {
  id: string;
  vpcId?: string;
  tags: Tags;
}

export interface NatGateway {
  id: string;
  vpcId: string;
  subnetId: string;
  publicIp: string;
  privateIp: string;
  createdAt: number;
  tags: Tags;
}

export interface VpcEndpoint {
  id: string;
  vpcId: string;
  serviceName: string;
  type: 'Gateway' | 'Interface';
  subnetIds: string[];
  routeTableIds: string[];
  createdAt: number;
  tags: Tags;
}

class NetworkState {
  readonly vpcs = new Map<string, Vpc>();
  readonly subnets = new Map<string, Subnet>();
  readonly routeTables = new Map<string, RouteTable>();
  readonly internetGateways = new Map<string, InternetGateway>();
  readonly natGateways = new Map<string, NatGateway>();
  readonly endpoints = new Map<string, VpcEndpoint>();
  publicAddresses = 0;
}

/** The VPCs of a world with what is in them. */
export const networks = perWorld(() => new NetworkState());

/** The VPC, or EC2's `InvalidVpcID.NotFound`. */
export function vpcOf(world: World, id: string): Vpc {
  const vpc = networks(world).vpcs.get(id);
  if (!vpc) throw new ServiceError('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`);
  return vpc;
}

/** The subnet, or EC2's `InvalidSubnetID.NotFound`. */
export function subnetOf(world: World, id: string): Subnet {
  const subnet = networks(world).subnets.get(id);
  if (!subnet) throw new ServiceError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
  return subnet;
}

/** The VPC that the account has from the beginning. */
export function defaultVpc(world: World): Vpc | undefined {
  return [...networks(world).vpcs.values()].find(({ isDefault }) => isDefault);
}

function blockOf(cidr: string): Block {
  const block = parseCidr(cidr);
  // EC2 allows /16 to /28 for VPCs and subnets.
  if (!block || block.prefix < 16 || block.prefix > 28) {
    throw new ServiceError('InvalidParameterValue', `Value (${cidr}) for parameter cidrBlock is invalid.`);
  }
  return block;
}

/** Adds a VPC with its main route table. */
export function addVpc(world: World, cidr: string, isDefault = false): Vpc {
  blockOf(cidr);
  const vpc: Vpc = { id: world.id('vpc'), cidr, isDefault, tags: new Map() };
  networks(world).vpcs.set(vpc.id, vpc);
  addRouteTable(world, vpc.id, true);
  return vpc;
}

/** Adds a route table with its local route. */
function addRouteTable(world: World, vpcId: string, main = false): RouteTable {
  const table: RouteTable = {
    id: world.id('rtb'),
    vpcId,
    main,
    associations: new Map(),
    routes: [{ destination: vpcOf(world, vpcId).cidr, gatewayId: 'local' }],
    tags: new Map(),
  };
  networks(world).routeTables.set(table.id, table);
  return table;
}

/** Adds a subnet; it uses the main route table until it is associated with another. */
export function addSubnet(
  world: World,
  spec: { vpcId: string; cidr: string; zone: string; isDefault?: boolean; mapPublicIp?: boolean },
): Subnet {
  vpcOf(world, spec.vpcId);
  const index = world.settings.zones.indexOf(spec.zone);
  if (index < 0) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Value (${spec.zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${world.settings.zones.join(', ')}.`,
    );
  }
  const block = blockOf(spec.cidr);
  const id = world.id('subnet');
  const subnet: Subnet = {
    id,
    vpcId: spec.vpcId,
    cidr: spec.cidr,
    zone: spec.zone,
    zoneId: zoneId(world, spec.zone),
    isDefault: spec.isDefault ?? false,
    mapPublicIp: spec.mapPublicIp ?? false,
    tags: new Map(),
    block,
    used: new Set(),
    cursor: world.random.fork(`addresses of ${id}`).int(4, blockSize(block) - 2),
  };
  networks(world).subnets.set(id, subnet);
  return subnet;
}

/** Zone ids name the same place in every account: `euw1-az1`. */
export function zoneId(world: World, zone: string): string {
  const short = world.settings.region.replace(/^([a-z]+)-([a-z])[a-z]*-(\d+)$/, '$1$2$3');
  return `${short}-az${world.settings.zones.indexOf(zone) + 1}`;
}

/** Addresses still free in a subnet. */
export function freeAddresses(subnet: Subnet): number {
  return blockSize(subnet.block) - 5 - subnet.used.size;
}

/** Takes a free address of the subnet. */
export function takeAddress(subnet: Subnet): string {
  if (freeAddresses(subnet) <= 0) {
    throw new ServiceError(
      'InsufficientFreeAddressesInSubnet',
      `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
    );
  }
  const last = blockSize(subnet.block) - 2;
  while (subnet.used.has(subnet.cursor)) subnet.cursor = subnet.cursor >= last ? 4 : subnet.cursor + 1;
  const host = subnet.cursor;
  subnet.used.add(host);
  subnet.cursor = host >= last ? 4 : host + 1;
  return addressText(subnet.block.base + host);
}

/** Gives an address back. */
export function releaseAddress(subnet: Subnet, address: string): void {
  const host = (addressNumber(address) ?? 0) - subnet.block.base;
  subnet.used.delete(host);
}

/** A public address nobody else has, out of 198.18.0.0/15: reserved for benchmarks (RFC 2544), so never a real host's. */
export function takePublicAddress(world: World): string {
  const state = networks(world);
  state.publicAddresses = (state.publicAddresses + 1) % (2 ** 17 - 2);
  return addressText(0xc6120000 + state.publicAddresses);
}

/** Adds an internet gateway attached to a VPC, and the default route through it in the VPC's main table. */
export function addInternetGateway(world: World, vpcId: string): InternetGateway {
  const gateway: InternetGateway = { id: world.id('igw'), vpcId, tags: new Map() };
  networks(world).internetGateways.set(gateway.id, gateway);
  mainRouteTable(world, vpcId)?.routes.push({ destination: '0.0.0.0/0', gatewayId: gateway.id });
  return gateway;
}

/** Adds a public NAT gateway in a subnet. */
export function addNatGateway(world: World, subnetId: string): NatGateway {
  const subnet = subnetOf(world, subnetId);
  const gateway: NatGateway = {
    id: world.id('nat'),
    vpcId: subnet.vpcId,
    subnetId,
    publicIp: takePublicAddress(world),
    privateIp: takeAddress(subnet),
    createdAt: world.now,
    tags: new Map(),
  };
  networks(world).natGateways.set(gateway.id, gateway);
  return gateway;
}

/** Adds a VPC endpoint. */
export function addVpcEndpoint(
  world: World,
  spec: Pick<VpcEndpoint, 'vpcId' | 'serviceName' | 'type'> & { subnetIds?: string[]; routeTableIds?: string[] },
): VpcEndpoint {
  const endpoint: VpcEndpoint = {
    id: world.id('vpce'),
    vpcId: vpcOf(world, spec.vpcId).id,
    serviceName: spec.serviceName,
    type: spec.type,
    subnetIds: spec.subnetIds ?? [],
    routeTableIds: spec.routeTableIds ?? [],
    createdAt: world.now,
    tags: new Map(),
  };
  networks(world).endpoints.set(endpoint.id, endpoint);
  return endpoint;
}

function mainRouteTable(world: World, vpcId: string): RouteTable | undefined {
  return [...networks(world).routeTables.values()].find((table) => table.vpcId === vpcId && table.main);
}
