import type { Attribute, ContainerInstance as ContainerInstanceShape, Resource } from '@aws-sdk/client-ecs';
import { agentVersion } from '../world/ecs-attributes.ts';
import { reservedPorts } from '../world/ecs-container-instances.ts';
import { remaining } from '../world/ecs-placement.ts';
import type { ContainerInstance } from '../world/ecs-state.ts';
import { counts, tagShapes, time } from './ecs-shapes.ts';

export function containerInstanceShape(
  one: ContainerInstance,
  include: readonly string[] = [],
): ContainerInstanceShape {
  const left = remaining(one);
  const { runningCount, pendingCount } = counts(one.tasks);
  return {
    containerInstanceArn: one.arn,
    ec2InstanceId: one.instance.id,
    capacityProviderName: one.capacityProvider,
    version: one.version,
    versionInfo: agentVersion,
    remainingResources: resources(left.cpu, left.memory, [...left.ports]),
    registeredResources: resources(one.cpu, one.memory, reservedPorts),
    status: one.status,
    agentConnected: one.agentConnected,
    runningTasksCount: runningCount,
    pendingTasksCount: pendingCount,
    attributes: attributeShapes(one),
    registeredAt: time(one.registeredAt),
    attachments: [],
    tags: include.includes('TAGS') ? tagShapes(one.tags) : [],
    ...(include.includes('CONTAINER_INSTANCE_HEALTH') ? { healthStatus: healthShape(one) } : {}),
  };
}

/** Attributes without a value are listed by name. */
export function attributeShapes(one: ContainerInstance): Attribute[] {
  return [...one.attributes].map(([name, value]) => (value === '' ? { name } : { name, value }));
}

/** The health of the container runtime, which the agent reports while it is connected. */
function healthShape(one: ContainerInstance): ContainerInstanceShape['healthStatus'] {
  const status = one.agentConnected ? 'OK' : 'INSUFFICIENT_DATA';
  const since = time(one.registeredAt);
  return {
    overallStatus: status,
    details: [{ type: 'CONTAINER_RUNTIME', status, lastUpdated: since, lastStatusChange: since }],
  };
}

function resources(cpu: number, memory: number, ports: readonly number[]): Resource[] {
  const none = { doubleValue: 0, longValue: 0 };
  return [
    { name: 'CPU', type: 'INTEGER', ...none, integerValue: cpu },
    { name: 'MEMORY', type: 'INTEGER', ...none, integerValue: memory },
    { name: 'PORTS', type: 'STRINGSET', ...none, integerValue: 0, stringSetValue: ports.map(String) },
    { name: 'PORTS_UDP', type: 'STRINGSET', ...none, integerValue: 0, stringSetValue: [] },
  ];
}
