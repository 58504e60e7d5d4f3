import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeInstancesCommand, DescribeSubnetsCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { description } from '../../src/sandbox/jenkins/description.ts';
import { made, seed } from '../../src/sandbox/jenkins/jobs.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import {
  boot,
  connection,
  image,
  type MasterPlace,
  operatorSecret,
  placeOfSlotA,
  serveMetadata,
  sshKey,
  type TaskMetadata,
  viewerSecret,
} from './image-master.ts';
import { javaTools } from './java.ts';
import type { Finished } from './python.ts';

const tools = await javaTools();
if (typeof tools === 'string') console.warn(`skipped: ${tools}`);

interface MadeJob {
  name: string;
  label: string;
  description: string;
  concurrent: boolean;
  parameters: Record<string, string>;
  shell: string[];
}

interface State {
  order: string[];
  users: Record<string, { password: string; tokens: { name: string; value: string }[]; saved: boolean }>;
  clouds: {
    given: Record<string, unknown>;
    noDelayProvisioning: boolean;
    templates: { given: Record<string, unknown>; avoidUsingOrphanedNodes: boolean }[];
  }[];
  jobs: MadeJob[];
  approved: string[];
  seed: { label: string; saved: boolean; steps: Record<string, unknown>[] };
  [name: string]: unknown;
}

describe.skipIf(typeof tools === 'string')('the boot of the image, its EC2 calls answered by the sandbox', () => {
  if (typeof tools === 'string') return;
  let sandbox: Sandbox;
  let place: MasterPlace;
  let metadata: { url: string; close: () => void };
  let environment: Record<string, string>;
  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 5, farm: true, speed: 0 });
    place = await placeOfSlotA(sandbox);
    metadata = await serveMetadata(place.metadata);
    const { AWS_ENDPOINT_URL = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = sandbox.environment;
    environment = {
      ...place.environment,
      JDCI_VIEWER_SECRET: viewerSecret,
      JDCI_OPERATOR_SECRET: operatorSecret,
      JDCI_AGENT_SSH_KEY: sshKey,
      ECS_CONTAINER_METADATA_URI_V4: metadata.url,
      AWS_ENDPOINT_URL,
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  });
  afterAll(async () => {
    metadata?.close();
    await sandbox?.close();
  });

  async function agents(slot: string): Promise<Map<string, string>> {
    const ec2 = new EC2Client(connection(sandbox));
    const { Reservations = [] } = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [
          { Name: 'tag:jdci:role', Values: ['agent'] },
          { Name: 'tag:jdci:slot', Values: [slot] },
        ],
      }),
    );
    ec2.destroy();
    const all = Reservations.flatMap(({ Instances = [] }) => Instances);
    return new Map(all.map(({ InstanceId = '', State }) => [InstanceId, State?.Name ?? '']));
  }

  async function leaveBehind(slot: string): Promise<string> {
    const ec2 = new EC2Client(connection(sandbox));
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: place.environment.JDCI_AGENT_AMI,
        InstanceType: 't3.medium',
        SubnetId: place.environment.JDCI_AGENT_SUBNETS?.split(',')[0],
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: [
              { Key: 'jdci:farm', Value: 'jdci' },
              { Key: 'jdci:role', Value: 'agent' },
              { Key: 'jdci:slot', Value: slot },
            ],
          },
        ],
      }),
    );
    ec2.destroy();
    return Instances[0]?.InstanceId ?? '';
  }

  async function hostAddress(): Promise<{ id: string; address: string }> {
    const ec2 = new EC2Client(connection(sandbox));
    const filters = [{ Name: 'tag:jdci:role', Values: ['host'] }];
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters: filters }));
    ec2.destroy();
    const [host] = Reservations.flatMap(({ Instances = [] }) => Instances);
    return { id: host?.InstanceId ?? '', address: host?.PrivateIpAddress ?? '' };
  }

  describe('with every value', () => {
    let state: State;
    let left: { known: string; own: string; others: string };
    let host: { id: string; address: string };
    let finished: Finished;
    beforeAll(async () => {
      left = { known: await leaveBehind('a'), own: await leaveBehind('a'), others: await leaveBehind('b') };
      host = await hostAddress();
      // Twice, as after a restart in the same home.
      finished = await boot(
        tools,
        { ...environment, STUB_KNOWN_NODE: left.known },
        { times: 2, hostFile: { HostPrivateIPv4Address: host.address } },
      );
      if (finished.code !== 0) throw new Error(finished.stdout + finished.stderr);
      const line = finished.stdout.split('\n').find((text) => text.startsWith('STATE ')) ?? '';
      state = JSON.parse(line.slice('STATE '.length)) as State;
    });

    it('gets from the template every variable that it asks for', () => {
      expect([...description.variables].sort()).toEqual(
        [...Object.keys(place.environment), ...place.secretNames].sort(),
      );
    });

    it('closes Jenkins before it does anything else, with two users and their tokens', () => {
      expect(state.order.slice(0, 2)).toEqual(['realm', 'strategy']);
      expect(state.signup).toBe(false);
      expect(state.users).toEqual({
        viewer: { password: viewerSecret, tokens: [{ name: 'jdci', value: `11${viewerSecret}` }], saved: true },
        operator: { password: operatorSecret, tokens: [{ name: 'jdci', value: `11${operatorSecret}` }], saved: true },
      });
      expect(state.granted).toEqual({
        'Overall/Administer': ['user:operator'],
        'Overall/Read': ['user:viewer'],
        'Job/Read': ['user:viewer'],
        'View/Read': ['user:viewer'],
      });
    });

    it('leaves no secret in the environment of builds, nor in its log', () => {
      expect(state.environment).toEqual([...Object.keys(place.environment), 'JDCI_HOME'].sort());
      for (const secret of [viewerSecret, operatorSecret, 'MIIE']) expect(finished.stderr).not.toContain(secret);
    });

    it('says in its message which master it is', () => {
      const task = place.metadata.TaskARN.split('/').at(-1);
      expect(state.systemMessage).toBe(`Master of slot a of jdci: task ${task} on host ${host.id}`);
      expect(state).toMatchObject({ executors: 2, mode: 'EXCLUSIVE', saved: true, url: place.environment.JDCI_URL });
    });

    it('keeps one credential, the key of the agents', () => {
      expect(state.credentials).toEqual([
        { scope: 'SYSTEM', id: 'jdci-agents', username: 'ec2-user', key: `${sshKey}\n` },
      ]);
    });

    it('has one cloud, of its slot, with the values of the stack', async () => {
      expect(state.clouds).toHaveLength(1);
      const [cloud] = state.clouds;
      expect(cloud).toMatchObject({
        noDelayProvisioning: true,
        given: {
          name: 'jdci-a',
          // The instance profile is the host's, and out of a container's reach: the default chain has the task's role.
          useInstanceProfile: false,
          credentialsId: '',
          region: 'eu-west-1',
          sshKeysCredentialsId: 'jdci-agents',
          instanceCap: place.environment.JDCI_AGENT_CAP,
        },
      });
      const [template] = cloud?.templates ?? [];
      expect(template?.avoidUsingOrphanedNodes).toBe(true);
      expect(template?.given).toMatchObject({
        ami: place.environment.JDCI_AGENT_AMI,
        type: place.environment.JDCI_AGENT_TYPE,
        securityGroups: place.environment.JDCI_AGENT_SECURITY_GROUP,
        iamInstanceProfile: place.environment.JDCI_AGENT_INSTANCE_PROFILE,
        labels: 'docker',
        description: 'docker',
        mode: 'NORMAL',
        idleTerminationMinutes: place.environment.JDCI_AGENT_IDLE_MINUTES,
        minimumNumberOfInstances: 0,
        stopOnTerminate: false,
        connectionStrategy: 'PRIVATE_IP',
        hostKeys: 'ACCEPT_NEW',
        metadataTokensRequired: true,
        metadataHopsLimit: 1,
        spot: false,
        tags: { Name: 'jdci-agent-a', 'jdci:farm': 'jdci', 'jdci:role': 'agent', 'jdci:slot': 'a' },
      });
      const userData = String(template?.given.userData);
      expect(userData).toMatch(/^#cloud-config\n/);
      expect(userData).toContain(`-mmin +${place.environment.JDCI_AGENT_IDLE_MINUTES})`);
      expect(userData).not.toMatch(/@[A-Z_]+@/);
    });

    it('starts its agents in the subnet of its own zone', async () => {
      const ec2 = new EC2Client(connection(sandbox));
      const SubnetIds = place.environment.JDCI_AGENT_SUBNETS?.split(',');
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds }));
      ec2.destroy();
      const own = Subnets.find(({ AvailabilityZone }) => AvailabilityZone === place.metadata.AvailabilityZone);
      expect(Subnets.length).toBeGreaterThan(1);
      expect(state.clouds[0]?.templates[0]?.given.subnetId).toBe(own?.SubnetId);
    });

    it("ends its slot's leftovers, but no node of its own and no agent of another slot", async () => {
      const own = await agents('a');
      expect(own.get(left.own)).toMatch(/shutting-down|terminated/);
      expect(own.get(left.known)).toMatch(/pending|running/);
      expect((await agents('b')).get(left.others)).toMatch(/pending|running/);
    });

    it('makes the jobs of the farm, just those that the sandbox shows', () => {
      const jobs = new Map(state.jobs.map((job) => [job.name, job]));
      expect([...jobs.values()]).toEqual(
        made.map(({ name, description, label, concurrent, keep, parameters }) =>
          expect.objectContaining({ name, description, label, concurrent, keeps: keep, parameters }),
        ),
      );
      expect(jobs.get('build-jenkins-master')?.shell[0]).toContain(
        `image='${place.metadata.Containers[0]?.Image}'\nslot='a'\n`,
      );
    });

    it('has a Seed that makes them again, every script of it approved', () => {
      const scripts = readdirSync(join(image, 'jobs')).filter((name) => name.endsWith('.groovy'));
      expect(state.seed).toMatchObject({ label: seed.label, saved: true });
      expect(state.seed.steps).toHaveLength(scripts.length);
      for (const step of state.seed.steps) {
        expect(state.approved).toContain(step.scriptText);
        expect(step).toMatchObject({ useScriptText: true, failOnMissingPlugin: true });
        expect(step.additionalParameters).toMatchObject({ JDCI_SLOT: 'a', JDCI_FARM: 'jdci' });
      }
    });

    it('has a health check that fails for a drill, for administrators, by POST, and for a time', () => {
      expect(state.drill).toEqual({
        name: 'jdci-drill',
        urlName: 'jdci-health',
        atFirst: true,
        failStatus: 204,
        failing: false,
        asked: 120,
        byDefault: 600,
        atMost: 3600,
        afterItsTime: true,
        passStatus: 204,
        afterPass: true,
        postOnly: true,
        denied: true,
        afterDenied: true,
      });
    });
  });

  /** That the JVM ended by itself, with one line of ours, and printed no state. */
  function expectHalt({ code, stdout, stderr }: Finished, reason: string | RegExp): void {
    const lines = stderr.split('\n').filter((line) => line.includes('jdci: ') && line.includes('ending the JVM'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(reason);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, state: stdout.includes('STATE') }).toEqual({ code: 1, state: false });
  }

  const variables = [
    'JDCI_FARM JDCI_SLOT JDCI_URL JDCI_REGION JDCI_CLUSTER JDCI_AGENT_SUBNETS JDCI_AGENT_SECURITY_GROUP',
    'JDCI_AGENT_INSTANCE_PROFILE JDCI_AGENT_KEY_PAIR JDCI_AGENT_AMI JDCI_AGENT_TYPE JDCI_AGENT_CAP',
    'JDCI_AGENT_IDLE_MINUTES JDCI_VIEWER_SECRET JDCI_OPERATOR_SECRET JDCI_AGENT_SSH_KEY ECS_CONTAINER_METADATA_URI_V4',
  ].flatMap((line) => line.split(' '));

  it.each(variables)('ends its JVM without %s, which it names', async (name) => {
    const { [name]: _, ...rest } = environment;
    expectHalt(await boot(tools, rest), new RegExp(`00-values failed, ending the JVM: ${name} not set$`));
  });

  it('names all that is missing in one line', async () => {
    const { JDCI_FARM: _, JDCI_VIEWER_SECRET: __, ...rest } = environment;
    expectHalt(
      await boot(tools, { ...rest, JDCI_AGENT_AMI: ' ' }),
      /JDCI_FARM, JDCI_AGENT_AMI, JDCI_VIEWER_SECRET not set$/,
    );
  });

  it('takes no value of a wrong form, and does not show a secret', async () => {
    const wrong = { JDCI_OPERATOR_SECRET: 'hunter2', JDCI_AGENT_CAP: 'ten', JDCI_URL: 'jenkins.build.example' };
    const ended = await boot(tools, { ...environment, ...wrong });
    expectHalt(ended, /OPERATOR_SECRET is not 32 hex.*AGENT_CAP is not a whole number.*URL is not a URL$/);
    expect(ended.stderr).not.toContain('hunter2');
  });

  it.each<[string, (whole: Required<TaskMetadata>) => TaskMetadata]>([
    ['AvailabilityZone', ({ AvailabilityZone: _, ...rest }) => rest],
    ['TaskARN', ({ TaskARN: _, ...rest }) => rest],
    ['Image of the container master', (whole) => ({ ...whole, Containers: [{ Name: 'other', Image: 'x' }] })],
  ])('ends its JVM where the task metadata has no %s', async (name, without) => {
    const server = await serveMetadata(without(place.metadata));
    const ended = await boot(tools, { ...environment, ECS_CONTAINER_METADATA_URI_V4: server.url });
    server.close();
    expectHalt(ended, `task metadata without ${name}`);
  });

  it('ends its JVM where the task metadata cannot be read', async () => {
    const ended = await boot(tools, { ...environment, ECS_CONTAINER_METADATA_URI_V4: `${metadata.url}/nowhere` });
    expectHalt(ended, 'task metadata could not be read at');
  });

  it('ends its JVM when security stays off', async () => {
    const ended = await boot(tools, { ...environment, STUB_SECURITY_STAYS_OFF: 'true' });
    expectHalt(ended, '10-security failed, ending the JVM: security is off after it was set');
  });

  it('boots without a host file and says so', async () => {
    const { code, stdout } = await boot(tools, environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/on host unknown"/);
  });

  it.each(readdirSync(join(image, 'init.groovy.d', 'steps')))(
    'ends its JVM when %s does not compile against the plugins',
    async (step) => {
      const jdciHome = mkdtempSync(join(tmpdir(), 'jdci-broken-'));
      cpSync(image, jdciHome, { recursive: true });
      writeFileSync(join(jdciHome, 'init.groovy.d', 'steps', step), 'import no.longer.There\n');
      const { code, stdout, stderr } = await boot(tools, environment, { jdciHome });
      rmSync(jdciHome, { recursive: true });
      expect(stderr).toContain(`jdci: ${step.replace('.groovy', '')} failed, ending the JVM`);
      expect({ code, state: stdout.includes('STATE') }).toEqual({ code: 1, state: false });
    },
  );
});
