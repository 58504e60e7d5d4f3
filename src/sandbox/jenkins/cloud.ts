import { instances } from '../world/ec2.ts';
import { runInstances, terminateInstance } from '../world/ec2-lifecycle.ts';
import { networks } from '../world/ec2-network.ts';
import { imageOf, rootSnapshotId } from '../world/ec2-offers.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import { addAgent, countAgents } from './agents.ts';
import { description } from './description.ts';
import type { Master } from './master.ts';
import { agentName, type Node } from './node.ts';
import { judgeOwnCall, mayCall } from './own-calls.ts';

const { label } = description.agents;
/** Jenkins' NodeProvisioner looks every ten seconds whether a cloud at its cap has room again. */
const capPauseMs = 10_000;
/** After an error of EC2 the plugin lets a minute pass. */
const errorPauseMs = 60_000;

/** Decides on as many new agents as there are items that nobody will serve: neither an executor nor an agent on its way. */
export function planAgents(master: Master): void {
  const { world } = master;
  if (master.phase !== 'serving' || world.now < master.cloudPausedUntil) return;
  let missing = master.buildableItems(label) - master.plannedAgents - connecting(master);
  for (; missing > 0; missing--) {
    master.plannedAgents += 1;
    master.after(world.drawMs(world.settings.jenkins.provisionDecision), () => {
      master.plannedAgents -= 1;
      launch(master);
    });
  }
}

function connecting(master: Master): number {
  return master.nodes.totals(label).connectingNodes;
}

/** Starts an agent that somebody asked for; undefined when there may be no more, or EC2 gives none. */
export function provisionAgent(master: Master): Node | undefined {
  const { world, identity } = master;
  if (countAgents(world, identity.farm) >= identity.agents.cap) return undefined;
  try {
    return launchAgent(master);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return undefined;
  }
}

function launch(master: Master): void {
  const { world, identity } = master;
  if (master.phase !== 'serving' || world.now < master.cloudPausedUntil) return;
  if (master.buildableItems(label) <= connecting(master)) return;
  if (countAgents(world, identity.farm) >= identity.agents.cap) {
    pause(master, capPauseMs);
    master.log('INFO', 'hudson.plugins.ec2.EC2Cloud#provision: Cannot provision - no capacity for instances: 0');
    return;
  }
  try {
    launchAgent(master);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    pause(master, errorPauseMs);
    master.log(
      'WARNING',
      `hudson.plugins.ec2.EC2Cloud#provision: Exception during provisioning: ${error.message} (${error.code})`,
    );
  }
}

function pause(master: Master, ms: number): void {
  master.cloudPausedUntil = master.world.now + ms;
  master.after(ms, () => master.touch());
}

/** The agents' subnet in the master's own zone, which it has from the task metadata; otherwise the first of the list. */
function subnetFor(master: Master): string {
  const { zone } = master.context.host;
  const { subnets } = master.identity.agents;
  return subnets.find((id) => networks(master.world).subnets.get(id)?.zone === zone) ?? subnets[0] ?? '';
}

function launchAgent(master: Master): Node | undefined {
  const { world, identity } = master;
  const { farm, slot, cloud, url, agents } = identity;
  const { executors, metadataHops } = description.agents;
  const subnetId = subnetFor(master);
  const tags = new Map([
    ...agents.tags,
    ['jenkins_slave_type', `demand_${description.agents.description}`],
    ['jenkins_server_url', url],
    ['jenkins_cloud_name', cloud],
  ]);
  judgeOwnCall(master, 'DescribeImages', { ImageIds: [agents.ami] });
  const image = imageOf(world, agents.ami);
  judgeOwnCall(master, 'DescribeInstances', {});
  judgeOwnCall(master, 'RunInstances', {
    ImageId: agents.ami,
    InstanceType: agents.type,
    SubnetId: subnetId,
    SecurityGroupIds: [agents.securityGroup],
    KeyName: agents.keyPair,
    IamInstanceProfile: { Arn: agents.instanceProfile },
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: metadataHops },
    // The plugin repeats the image's disk with the snapshot, and tags volumes and network interfaces as the instance.
    BlockDeviceMappings: [{ DeviceName: image.rootDeviceName, Ebs: { SnapshotId: rootSnapshotId(image) } }],
    TagSpecifications: ['instance', 'volume', 'network-interface'].map((ResourceType) => {
      return { ResourceType, Tags: tagList(tags) };
    }),
  });
  const [instance] = runInstances(world, {
    imageId: agents.ami,
    type: agents.type,
    subnetId,
    securityGroupIds: [agents.securityGroup],
    keyName: agents.keyPair,
    iamInstanceProfileArn: agents.instanceProfile,
    userData: agents.userData,
    metadata: { httpTokens: 'required', hopLimit: metadataHops },
    tags,
    volumeTags: tags,
    count: 1,
    shutdownBehavior: 'terminate',
  });
  if (!instance) return undefined;
  const node = master.nodes.add(
    { name: agentName(cloud, instance.id), builtIn: false, label, executors, instanceId: instance.id },
    { online: false, connecting: true, temporarilyOffline: false, offlineReason: '', offlineCause: '' },
    world.now,
  );
  const silentMinutes = master.identity.agents.idleMinutes;
  addAgent(world, { instance, farm, slot, master, node, silentMinutes });
  master.log('INFO', `hudson.plugins.ec2.EC2Cloud#provision: Started ${node.name}`);
  return node;
}

/** At its boot a master ends the agents that its slot left behind: it would never adopt them, and they count for the cap. */
export function endLeftovers(master: Master): void {
  const wanted = [...master.identity.agents.tags].filter(([name]) => name.startsWith('jdci:'));
  for (const instance of [...instances(master.world).values()]) {
    const { tags, state } = instance;
    if (state.name !== 'pending' && state.name !== 'running') continue;
    if (!wanted.every(([name, text]) => tags.get(name) === text)) continue;
    if (!mayCall(master, 'TerminateInstances', { InstanceIds: [instance.id] })) continue;
    master.log('INFO', `jdci: ending the leftover agent ${instance.id}`);
    terminateInstance(master.world, instance.id);
  }
}
