import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describedJobs, description, fill } from '../../../src/sandbox/jenkins/description.ts';
import { readIdentity } from '../../../src/sandbox/jenkins/identity.ts';
import { parseJob } from '../../../src/sandbox/jenkins/job-dsl.ts';
import { instances } from '../../../src/sandbox/world/ec2.ts';
import { read } from '../../image/sources.ts';
import { operatorToken, servingFarm, viewerToken } from '../world/small-farm.ts';
import { getJson, masterOf, post } from './asking.ts';

const environment = new Map([
  ...description.variables.map((name): [string, string] => [name, `value-of-${name}`]),
  ['JDCI_SLOT', 'c'],
  ['JDCI_FARM', 'blue'],
  ['JDCI_URL', 'http://jenkins.blue.example//'],
  ['JDCI_AGENT_CAP', '7'],
  ['JDCI_AGENT_IDLE_MINUTES', '12'],
  ['JDCI_VIEWER_SECRET', viewerToken],
  ['JDCI_OPERATOR_SECRET', operatorToken],
  ['JDCI_AGENT_SSH_KEY', '-----BEGIN RSA PRIVATE KEY-----'],
]);

describe('a master shows what the files of the image describe', () => {
  const farm = servingFarm({ slots: ['a'] });
  const master = masterOf(farm.world, 'a');
  const { agents, cloud } = description;

  it('jobs, with parameters and what they say of themselves', () => {
    expect(describedJobs.length).toBeGreaterThan(2);
    for (const job of [...describedJobs, { ...description.seed, parameters: [] }]) {
      const shown = getJson<{ property: { parameterDefinitions: object[] }[] }>(
        master,
        `/job/${job.name}/api/json?tree=description,labelExpression,property[parameterDefinitions[name,description,defaultParameterValue[value]]]`,
      );
      expect(shown).toMatchObject({ description: job.description, labelExpression: job.label });
      const parameters = shown.property.flatMap(({ parameterDefinitions }) => parameterDefinitions);
      expect(parameters).toEqual(
        job.parameters.map(({ name, value, description: about }) => ({
          _class: 'hudson.model.StringParameterDefinition',
          name,
          description: about,
          defaultParameterValue: { _class: 'hudson.model.StringParameterValue', value },
        })),
      );
    }
  });

  it('agents, with names, tags, user data and the options of their metadata', () => {
    expect(
      post(master, `/cloud/${fill(cloud.name, { SLOT: 'a' })}/provision?template=${agents.description}`).status,
    ).toBe(302);
    const [agent] = [...instances(farm.world).values()].filter(({ tags }) => tags.has('jenkins_slave_type'));
    const words = { FARM: 'jdci', SLOT: 'a' };
    expect(Object.fromEntries(agent?.tags ?? [])).toEqual({
      ...Object.fromEntries(Object.entries(agents.tags).map(([name, text]) => [name, fill(text, words)])),
      jenkins_slave_type: `demand_${agents.description}`,
      jenkins_cloud_name: fill(cloud.name, words),
      jenkins_server_url: master.identity.url,
    });
    expect(agent?.userData).toBe(read('cloud-init', 'agent.yaml').replaceAll('@SILENT_MINUTES@', '10'));
    expect(agent?.metadata).toMatchObject({ httpTokens: 'required', hopLimit: agents.metadataHops });
  });
});

describe('the boot steps of the image', () => {
  const steps = ['00-values', '10-security', '20-place', '30-master', '40-credentials', '50-cloud', '60-leftovers'];
  const rest = ['70-jobs', '80-health'];

  it.each([...steps, ...rest])('%s says nothing again that master.json says', (name) => {
    const code = read('init.groovy.d', 'steps', `${name}.groovy`).replaceAll(/^\s*\/\/.*$/gm, '');
    const { agents, cloud, seed, health, users, master } = description;
    const said = [
      agents.label,
      agents.home,
      cloud.name,
      seed.name,
      seed.description,
      health.name,
      health.url,
      master.mode,
    ];
    for (const text of [...said, ...users.map((user) => user.name), 'agent', `${agents.launchTimeoutSeconds}`]) {
      expect(code).not.toMatch(new RegExp(`(['"])${text}\\1`));
    }
    expect(code).not.toMatch(/Mode\.(?:NORMAL|EXCLUSIVE)|\b3600\b/);
  });
});

describe('the template', () => {
  it('gives a container just the variables that a master asks for', () => {
    const template = readFileSync(new URL('../../../cfn/farm.yaml', import.meta.url), 'utf8');
    const given = [...template.matchAll(/\bName: (JDCI_[A-Z_]+)/g)].map(([, name]) => name);
    expect([...new Set(given)].sort()).toEqual([...description.variables].sort());
  });
});

describe('readIdentity', () => {
  it('takes the environment of a container', () => {
    expect(readIdentity(environment)).toMatchObject({
      farm: 'blue',
      slot: 'c',
      cloud: 'jdci-c',
      url: 'http://jenkins.blue.example/',
      agents: { cap: 7, idleMinutes: 12 },
      users: [
        { name: 'viewer', administers: false, apiToken: `11${viewerToken}` },
        { name: 'operator', administers: true, apiToken: `11${operatorToken}` },
      ],
    });
  });

  it.each([...description.variables])('names %s when it is missing', (name) => {
    expect(readIdentity(new Map([...environment, [name, ' ']]))).toEqual({ problem: `${name} not set` });
  });

  it.each([
    ['JDCI_OPERATOR_SECRET', 'hunter2', 'JDCI_OPERATOR_SECRET is not 32 hexadecimal digits'],
    ['JDCI_AGENT_CAP', '0', 'JDCI_AGENT_CAP is not a whole number above 0'],
    ['JDCI_AGENT_IDLE_MINUTES', 'ten', 'JDCI_AGENT_IDLE_MINUTES is not a whole number above 0'],
    ['JDCI_SLOT', '1', 'JDCI_SLOT is not a letter'],
    ['JDCI_URL', 'jenkins.example', 'JDCI_URL is not a URL'],
    ['JDCI_AGENT_SSH_KEY', 'x', 'JDCI_AGENT_SSH_KEY is not a private key'],
  ])('refuses %s=%s', (name, value, problem) => {
    expect(readIdentity(new Map([...environment, [name, value]]))).toEqual({ problem });
  });
});

describe('parseJob', () => {
  const script = (lines: string) => `freeStyleJob('night') {\n    description('Runs at night')\n${lines}\n}\n`;

  it('reads what the Remote API shows', () => {
    const lines =
      "    label('docker')\n    concurrentBuild()\n    logRotator { numToKeep(7) }\n    parameters {\n        stringParam('WHO', 'it\\'s', 'Who \\\\ what')\n    }";
    expect(parseJob('night.groovy', script(lines))).toEqual({
      name: 'night',
      description: 'Runs at night',
      label: 'docker',
      concurrent: true,
      keep: 7,
      parameters: [{ name: 'WHO', value: "it's", description: 'Who \\ what' }],
    });
  });

  it('says which line a script lacks', () => {
    expect(() => parseJob('night.groovy', script(''))).toThrow("image/jobs/night.groovy has no line label('…')");
    expect(() => parseJob('x.groovy', 'pipelineJob("x") {}')).toThrow('has no line freeStyleJob');
  });
});
