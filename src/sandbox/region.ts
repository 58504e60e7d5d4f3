import { startJenkins } from './jenkins/jenkins.ts';
import { addInternetGateway, addSubnet, addVpc } from './world/ec2-network.ts';
import { addImage } from './world/ec2-offers.ts';
import { createRepository, putImage } from './world/ecr.ts';
import { startEcs } from './world/ecs.ts';
import { startLoadBalancing } from './world/elastic-load-balancing.ts';
import { addHostedZone } from './world/route-53.ts';
import { startSecurityGroupUse } from './world/security-group-use.ts';
import { createSecurityGroup } from './world/security-groups.ts';
import type { Settings } from './world/settings.ts';
import { putParameter } from './world/ssm.ts';
import { World } from './world/world.ts';

/** The address from which the sandbox's operator seems to come (RFC 5737, TEST-NET-3). */
const operatorAddress = '203.0.113.7';

/** A region as an account finds it that has done nothing yet but push a master's image, with everything in it running. */
export function createRegion(options: { seed: number; startMs: number; settings: Settings }): World {
  const world = new World(options);
  addDefaultVpc(world);
  addMachineImages(world);
  addMasterImage(world);
  addHostedZone(world, 'build.example.', 'names of the build farms');
  world.network.listen('checkip.amazonaws.com', 80, () => ({
    kind: 'reply',
    status: 200,
    headers: { 'content-type': 'text/plain;charset=UTF-8' },
    body: `${operatorAddress}\n`,
  }));
  startSecurityGroupUse(world);
  startEcs(world);
  startLoadBalancing(world);
  startJenkins(world);
  return world;
}

/** The default VPC as AWS makes it in every region: one public /20 per zone (VPC user guide, Default VPCs). */
function addDefaultVpc(world: World): void {
  const vpc = addVpc(world, '172.31.0.0/16', true);
  addInternetGateway(world, vpc.id);
  for (const [index, zone] of world.settings.zones.entries()) {
    addSubnet(world, { vpcId: vpc.id, cidr: `172.31.${index * 16}.0/20`, zone, isDefault: true, mapPublicIp: true });
  }
  const group = createSecurityGroup(world, {
    name: 'default',
    description: 'default VPC security group',
    vpcId: vpc.id,
  });
  group.ingress.push({
    id: world.id('sgr'),
    protocol: '-1',
    peer: { kind: 'group', value: group.id },
    tags: new Map(),
  });
}

/** The ECS-optimised images with the public parameters that name them. */
function addMachineImages(world: World): void {
  const root = '/aws/service/ecs/optimized-ami/amazon-linux-2023';
  const day = new Date(world.now - 9 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  for (const architecture of ['x86_64', 'arm64'] as const) {
    const name = `al2023-ami-ecs-hvm-2023.0.${day}-kernel-6.1-${architecture}`;
    const image = addImage(world, {
      name,
      description: `Amazon Linux AMI 2023.0.${day} ${architecture} ECS HVM EBS`,
      architecture,
      ownerId: '591542846629',
      ownerAlias: 'amazon',
      rootDeviceName: '/dev/xvda',
      rootSize: 30,
      createdAt: world.now - 9 * 86_400_000,
    });
    const path = architecture === 'arm64' ? `${root}/arm64/recommended` : `${root}/recommended`;
    const facts = {
      schema_version: 1,
      image_name: name,
      image_id: image.id,
      os: 'Amazon Linux 2023',
      ecs_runtime_version: 'Docker version 25.0.8',
      ecs_agent_version: '1.98.0',
    };
    putParameter(world, { name: path, value: JSON.stringify(facts) });
    putParameter(world, { name: `${path}/image_id`, value: image.id, dataType: 'aws:ec2:image' });
    putParameter(world, { name: `${path}/image_name`, value: name });
    putParameter(world, { name: `${path}/ecs_agent_version`, value: facts.ecs_agent_version });
  }
}

/** The repository that `image push` makes, with one image of a master in it. */
function addMasterImage(world: World): void {
  const repository = createRepository(world, { name: 'jdci-master', mutability: 'IMMUTABLE', scanOnPush: true });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const layer = (size: number) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: `sha256:${world.hex(64)}`,
    size,
  });
  const layers = [layer(28_000_000), layer(96_000_000), layer(118_000_000), layer(64_000_000), layer(41_000)];
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: `sha256:${world.hex(64)}`,
    size: 9_400,
  };
  putImage(world, repository, {
    manifest: JSON.stringify({ schemaVersion: 2, mediaType, config, layers }),
    mediaType,
    tag: '1.0.0',
    size: layers.reduce((sum, { size }) => sum + size, 0),
  });
}
