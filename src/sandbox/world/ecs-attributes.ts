import type { Instance } from './ec2.ts';
import type { TaskDefinition } from './ecs-state.ts';

/** What the agent of an ECS-optimised Amazon Linux 2023 image says of itself. */
export const agentVersion = { agentVersion: '1.100.0', agentHash: '5fd8a4c2', dockerVersion: 'DockerVersion: 25.0.8' };

/** Docker remote API versions that such an agent offers: 1.17 to 1.44. */
const remoteApis = Array.from({ length: 28 }, (_, index) => `docker-remote-api.1.${index + 17}`);

const dockerCapabilities = [
  'privileged-container',
  ...remoteApis,
  ...['json-file', 'syslog', 'awslogs', 'journald', 'gelf', 'fluentd', 'none', 'awsfirelens'].map(
    (driver) => `logging-driver.${driver}`,
  ),
  'ecr-auth',
  'task-iam-role',
  'task-iam-role-network-host',
];

/** Capabilities that an agent reports by name alone (amazon-ecs-agent, agent/app/agent_capability.go). */
const capabilities = [
  'private-registry-authentication.secretsmanager',
  'secrets.ssm.environment-variables',
  'secrets.ssm.bootstrap.log-driver',
  'ecr-endpoint',
  'secrets.asm.environment-variables',
  'secrets.asm.bootstrap.log-driver',
  'container-ordering',
  'full-sync',
  'env-files.s3',
  'network.container-port-range',
  'task-cpu-mem-limit',
  'increased-task-cpu-limit',
  'task-eni',
  'task-eni-block-instance-metadata',
  'execution-role-ecr-pull',
  'container-health-check',
  'execution-role-awslogs',
  'docker-plugin.local',
  'docker-plugin.amazon-ecs-volume-plugin',
  'pid-ipc-namespace-sharing',
  'aws-appmesh',
  'firelens.fluentd',
  'firelens.fluentbit',
  'logging-driver.awsfirelens.log-driver-buffer-limit',
  'firelens.options.config.file',
  'firelens.options.config.s3',
  'efs',
  'efsAuth',
  'execute-command',
  'service-connect-v1',
];

/** The names are the same for every instance, so they are put together once. */
const reported: readonly string[] = [
  ...dockerCapabilities.map((name) => `com.amazonaws.ecs.capability.${name}`),
  ...capabilities.map((name) => `ecs.capability.${name}`),
];

/**
 * The attributes with which an instance registers: where and what it is, and what its agent can do. An attribute without
 * a value has an empty one here.
 */
export function registeredAttributes(instance: Instance): Map<string, string> {
  return new Map([
    ['ecs.ami-id', instance.imageId],
    ['ecs.availability-zone', instance.zone],
    ['ecs.cpu-architecture', instance.architecture],
    ['ecs.instance-type', instance.type],
    ['ecs.os-family', 'LINUX'],
    ['ecs.os-type', 'linux'],
    ['ecs.subnet-id', instance.subnetId],
    ['ecs.vpc-id', instance.vpcId],
    ...reported.map((name): [string, string] => [name, '']),
  ]);
}

/**
 * The capabilities that a host needs to run tasks of a definition, as DescribeTaskDefinition lists them. By examples of
 * real answers, since the rules are not published.
 */
export function requiredAttributes({ spec, containers }: Pick<TaskDefinition, 'spec' | 'containers'>): string[] {
  const docker = new Set<string>();
  const own = new Set<string>();
  const api = (minor: number) => docker.add(`docker-remote-api.1.${minor}`);
  for (const container of containers) {
    const log = container.logConfiguration;
    if (log?.logDriver) {
      docker.add(`logging-driver.${log.logDriver}`);
      api(log.logDriver === 'awslogs' ? 19 : 18);
      if (log.logDriver === 'awslogs' && spec.executionRoleArn) own.add('execution-role-awslogs');
    }
    if (/\.dkr\.ecr\./.test(container.image ?? '')) {
      docker.add('ecr-auth');
      api(19);
      if (spec.executionRoleArn) own.add('execution-role-ecr-pull');
    }
    if (container.healthCheck) {
      own.add('container-health-check');
      api(29);
    }
    for (const { valueFrom = '' } of container.secrets ?? []) {
      own.add(`secrets.${/^arn:[^:]+:secretsmanager:/.test(valueFrom) ? 'asm' : 'ssm'}.environment-variables`);
    }
    if (container.memoryReservation !== undefined) api(21);
    if (container.privileged) docker.add('privileged-container');
    if (container.ulimits?.length) api(18);
    if (container.dependsOn?.length) own.add('container-ordering');
  }
  if (spec.taskRoleArn) {
    docker.add('task-iam-role');
    if (spec.networkMode === 'host') docker.add('task-iam-role-network-host');
  }
  if (spec.networkMode === 'awsvpc') own.add('task-eni');
  if (spec.cpu || spec.memory) own.add('task-cpu-mem-limit');
  return [
    ...[...docker].map((name) => `com.amazonaws.ecs.capability.${name}`),
    ...[...own].map((name) => `ecs.capability.${name}`),
  ];
}
