import { fileURLToPath } from 'node:url';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedJobs, description, jenkinsVersion } from '../../src/sandbox/jenkins/description.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { defaultSettings } from '../../src/sandbox/world/settings.ts';
import { connection } from './image-master.ts';
import { pythonTools } from './python.ts';

const tools = await pythonTools();
if (typeof tools === 'string') console.warn(`skipped: ${tools}`);
const script = fileURLToPath(new URL('jenkins_client.py', import.meta.url));

/** No builds but those of the script. */
const quiet = { load: { ...defaultSettings.load, buildsPerHour: 0 } };

async function tokenOf(sandbox: Sandbox, user: string): Promise<string> {
  const secrets = new SecretsManagerClient(connection(sandbox));
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: `jdci/jdci/${user}` }));
  secrets.destroy();
  return (JSON.parse(SecretString) as { token: string }).token;
}

async function hostAddresses(sandbox: Sandbox): Promise<string[]> {
  const ec2 = new EC2Client(connection(sandbox));
  const Filters = [{ Name: 'tag:jdci:role', Values: ['host'] }];
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  ec2.destroy();
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ PrivateIpAddress = '' }) => PrivateIpAddress));
}

describe.skipIf(typeof tools === 'string')('python-jenkins', () => {
  if (typeof tools === 'string') return;
  let sandbox: Sandbox;
  let seen: Record<string, unknown>;

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 21, farm: true, speed: 60, settings: quiet });
    const operator = await tokenOf(sandbox, 'operator');
    const { code, stdout, stderr } = await tools.run('python', [script], {
      http_proxy: sandbox.url,
      HOSTS: (await hostAddresses(sandbox)).join(' '),
      OPERATOR: `11${operator}`,
      PASSWORD: operator,
      VIEWER: `11${await tokenOf(sandbox, 'viewer')}`,
    });
    if (code !== 0) throw new Error(stdout + stderr);
    seen = JSON.parse(stdout) as Record<string, unknown>;
  });
  afterAll(() => sandbox?.close());

  it('signs in by API token and by password, and reads the farm', () => {
    expect(seen).toMatchObject({
      whoami: ['operator', 'viewer', 'operator'],
      version: jenkinsVersion,
      description: expect.stringMatching(/^Master of slot [a-d] of jdci: task [0-9a-f]{32} on host i-[0-9a-f]+$/),
      plugins: true,
    });
    const names = [...describedJobs.map(({ name }) => name), description.seed.name];
    expect([...(seen.jobs as string[])].sort()).toEqual(names.sort());
  });

  it('follows a build with parameters from the queue to its end', () => {
    expect(seen).toMatchObject({
      waiting: [
        'hudson.model.Queue$WaitingItem',
        expect.stringMatching(/^In the quiet period\. Expires in \d\.\d sec$/),
        '\nDRILL=\nNUMBER=1\nSECONDS=40',
      ],
      queue: true,
      running: 'jdci-drill',
      node: 1,
      result: 'SUCCESS',
      builds: [1],
      parameters: ['DRILL', 'NUMBER', 'SECONDS'],
    });
    const console = seen.console as string[];
    expect(console[0]).toBe('Started by user operator');
    expect(console.slice(-2)).toEqual(['+ sleep 40', 'Finished: SUCCESS']);
  });

  it('takes a node off and on, and quiets the master down and back', () => {
    expect(seen).toMatchObject({
      offline: [true, 'Disconnected by operator : out'],
      online: false,
      quieting: true,
      held: 'Jenkins is about to shut down',
      cancelled: true,
      'quiet no more': false,
      crumb: true,
    });
  });

  it('is refused as by Jenkins', () => {
    expect(seen['400']).toEqual(['HTTPError', expect.stringContaining('400')]);
    expect(seen['401']).toEqual(['JenkinsException', expect.stringContaining('[401]: Unauthorized')]);
    expect(seen['403 anonymous']).toEqual(['JenkinsException', expect.stringContaining('Authentication required')]);
    expect(seen['403 build']).toEqual(['JenkinsException', expect.stringContaining('viewer is missing the Job/Build')]);
    expect(seen['403 quiet']).toEqual([
      'JenkinsException',
      expect.stringContaining('viewer is missing the Overall/Administer permission'),
    ]);
    expect(seen['404']).toEqual(['JenkinsException', expect.stringContaining('none')]);
    expect(seen['409']).toEqual(['HTTPError', expect.stringContaining('409')]);
    expect(seen.exists).toEqual([true, false, false]);
  });
});
