import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { connection } from './image-master.ts';
import { pythonTools } from './python.ts';

const tools = await pythonTools();
if (typeof tools === 'string') console.warn(`skipped: ${tools}`);

const service = 'jdci-master-a';

/** A program that reads deployments its own way: it has succeeded when one is left and all that is wanted runs. */
describe.skipIf(typeof tools === 'string')('ecs-deploy', () => {
  if (typeof tools === 'string') return;
  let sandbox: Sandbox;
  let ecs: ECSClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 23, farm: true, speed: 300 });
    ecs = new ECSClient(connection(sandbox));
  });
  afterAll(async () => {
    ecs?.destroy();
    await sandbox?.close();
  });

  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await tools.run('ecs', args, sandbox.environment);
    return { code, said: stdout + stderr };
  };
  const change = (verb: string, ...args: string[]) =>
    run(verb, 'jdci', service, ...args, '--sleep-time', '1', '--timeout', '60');
  const now = async () => {
    const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster: 'jdci', services: [service] }));
    const { taskDefinition = '', runningCount, deployments = [] } = services[0] ?? {};
    return { revision: taskDefinition.split('/')[1], runningCount, deployments: deployments.length };
  };

  it('deploys a changed environment, and takes the revision before away', async () => {
    const { code, said } = await change('deploy', '-e', 'master', 'EXTRA', '1');
    expect(said).toContain('Deployment successful');
    expect(code).toBe(0);
    expect(await now()).toEqual({ revision: `${service}:2`, runningCount: 1, deployments: 1 });
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: `${service}:1` }));
    expect(taskDefinition?.status).toBe('INACTIVE');
    expect((await run('diff', service, '1', '2')).said).toContain('EXTRA: "1"');
  });

  it('sees that an image cannot be pulled, and rolls back', async () => {
    const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master:none';
    const { code, said } = await change('deploy', '-i', 'master', image, '--rollback');
    expect(said).toContain(`(service ${service}) is unable to consistently start tasks successfully`);
    expect(said).toContain('Rollback successful');
    expect(code).toBe(1);
    expect(await now()).toMatchObject({ revision: `${service}:2`, runningCount: 1 });
  });

  it('scales down and up again', async () => {
    expect(await change('scale', '0')).toMatchObject({ code: 0, said: expect.stringContaining('Scaling successful') });
    expect(await now()).toMatchObject({ runningCount: 0 });
    expect(await change('scale', '1')).toMatchObject({ code: 0, said: expect.stringContaining('Scaling successful') });
    expect(await now()).toMatchObject({ runningCount: 1 });
  });

  it('says why something cannot be done', async () => {
    expect(await run('scale', 'jdci', 'none', '1')).toMatchObject({
      code: 1,
      said: expect.stringContaining('Service not found.'),
    });
    expect(await run('scale', 'none', service, '1')).toMatchObject({
      code: 1,
      said: expect.stringContaining('ClusterNotFoundException'),
    });
  });
});
