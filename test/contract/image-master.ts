import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DescribeTaskDefinitionCommand, DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { JavaTools } from './java.ts';
import type { Finished } from './python.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const image = join(root, 'image');
const harness = join(root, 'test', 'image', 'harness.groovy');

export const viewerSecret = '0123456789abcdef0123456789abcdef';
export const operatorSecret = 'fedcba9876543210fedcba9876543210';
export const sshKey = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----';

export interface TaskMetadata {
  AvailabilityZone?: string;
  TaskARN?: string;
  Containers?: { Name: string; Image?: string }[];
}

/** What a container of slot a gets on the sandbox, from the task definition that CloudFormation made of the template. */
export interface MasterPlace {
  readonly environment: Record<string, string>;
  readonly secretNames: readonly string[];
  readonly metadata: Required<TaskMetadata>;
}

export function connection(sandbox: Sandbox) {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_REGION = '' } = sandbox.environment;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return { endpoint: sandbox.url, region: AWS_REGION, credentials };
}

export async function placeOfSlotA(sandbox: Sandbox): Promise<MasterPlace> {
  const ecs = new ECSClient(connection(sandbox));
  const { taskArns } = await ecs.send(new ListTasksCommand({ cluster: 'jdci', serviceName: 'jdci-master-a' }));
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: 'jdci', tasks: taskArns }));
  const [task] = tasks ?? [];
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: task?.taskDefinitionArn }),
  );
  ecs.destroy();
  const [container] = taskDefinition?.containerDefinitions ?? [];
  if (!task || !container) throw new Error('the sandbox runs no master of slot a');
  return {
    environment: Object.fromEntries((container.environment ?? []).map(({ name, value }) => [name ?? '', value ?? ''])),
    secretNames: (container.secrets ?? []).map(({ name }) => name ?? ''),
    metadata: {
      AvailabilityZone: task.availabilityZone ?? '',
      TaskARN: task.taskArn ?? '',
      Containers: [{ Name: 'master', Image: container.image ?? '' }],
    },
  };
}

/** Serves task metadata as the ECS agent of a host does. */
export async function serveMetadata(metadata: TaskMetadata): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/v4/master/task' ? 200 : 404;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(metadata));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v4/master`, close: () => server.close() };
}

/** Boots the image's scripts over the stubs, in an own JVM and an own home. */
export async function boot(
  tools: JavaTools,
  environment: Record<string, string>,
  options: { times?: number; jdciHome?: string; hostFile?: object } = {},
): Promise<Finished> {
  const home = mkdtempSync(join(tmpdir(), 'jdci-image-'));
  try {
    const file = join(home, 'ecs-container-metadata.json');
    if (options.hostFile) writeFileSync(file, JSON.stringify(options.hostFile));
    const script = join(image, 'init.groovy.d', 'boot.groovy');
    return await tools.groovy(harness, [script, String(options.times ?? 1)], {
      JDCI_HOME: options.jdciHome ?? image,
      JENKINS_HOME: home,
      ...(options.hostFile ? { ECS_CONTAINER_METADATA_FILE: file } : {}),
      ...environment,
    });
  } finally {
    rmSync(home, { recursive: true });
  }
}
