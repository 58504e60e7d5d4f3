import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jenkinsVersion } from '../../src/sandbox/jenkins/description.ts';
import { made } from '../../src/sandbox/jenkins/jobs.ts';
import { agentConfig, agentFiles, image, jobShells, pins, pluginNeeds, read } from './sources.ts';

const dockerfile = read('Dockerfile');
const instructions = dockerfile
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line));
const steps = readdirSync(join(image, 'init.groovy.d', 'steps')).sort();

describe('Dockerfile', () => {
  it('is from one pinned LTS, which is the one that the sandbox shows', () => {
    const bases = instructions.filter((line) => line.startsWith('FROM '));
    expect(bases).toEqual([`FROM docker.io/jenkins/jenkins:${jenkinsVersion}-lts-jdk21`]);
  });

  it('does not end as root', () => {
    expect(instructions.filter((line) => line.startsWith('USER ')).at(-1)).toBe('USER 1000');
  });

  it('takes nothing from the network but the pinned plugins, at their pins', () => {
    expect(instructions.filter((line) => line.startsWith('ADD '))).toEqual([]);
    expect(dockerfile).not.toMatch(/\b(?:wget|apt-get|apk|pip)\b|curl (?!--fail --silent --show-error --max-time 5)/);
    expect(instructions.find((line) => line.includes('jenkins-plugin-cli'))).toContain('--latest=false');
  });

  it('keeps an idle connection for longer than the load balancer does', () => {
    const [, milliseconds] = /--httpKeepAliveTimeout=(\d+)/.exec(dockerfile) ?? [];
    const [, seconds] = /IdleTimeout: (\d+)/.exec(readFileSync(join(image, '..', 'cfn', 'farm.yaml'), 'utf8')) ?? [];
    expect(Number(milliseconds)).toBeGreaterThan(Number(seconds) * 1000);
  });

  it('has no secret and no value of a farm', () => {
    const set = instructions.filter((line) => /^(?:ENV|ARG) /.test(line)).join('\n');
    expect([...set.matchAll(/\b(JDCI_[A-Z_]+)=/g)].map(([, name]) => name)).toEqual(['JDCI_HOME']);
    expect(set).not.toMatch(/TOKEN|PASSWORD|SECRET|AWS_/);
  });

  it('brings the hooks to where Jenkins runs them, in place of any that an old home has', () => {
    expect(dockerfile).toContain('/ref/init.groovy.d/boot.groovy.override');
    expect(dockerfile).toMatch(/\/ref\/boot-failure\.groovy\.d\/halt\.groovy\.override/);
    expect(dockerfile).toContain('-Djenkins.install.runSetupWizard=false');
  });
});

describe('plugins.txt', () => {
  const all = pins();

  it('pins every plugin once, to a version', () => {
    expect(all.length).toBeGreaterThan(50);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id, version } of all) expect(`${id}:${version}`).toMatch(/^[a-z0-9-]+:\d[\w.-]*$/);
    expect(read('plugins.txt')).not.toMatch(/latest|incrementals|https?:/);
  });

  it('has the plugins that the scripts and the configuration use', () => {
    const ids = all.map(({ id }) => id);
    const used = ['configuration-as-code', 'credentials', 'ec2', 'git', 'job-dsl', 'matrix-auth', 'script-security'];
    expect(ids).toEqual(expect.arrayContaining([...used, 'ssh-credentials', 'timestamper', 'aws-java-sdk2-ec2']));
  });

  it('has all that those need, directly or through one another, and nothing else', () => {
    const needs = pluginNeeds();
    const ids = all.map(({ id }) => id);
    expect([...needs.keys()].sort()).toEqual([...ids].sort());
    expect(
      [...needs].flatMap(([id, needed]) => needed.filter((one) => !ids.includes(one)).map((one) => [id, one])),
    ).toEqual([]);
    // The first block of the file is what the image's own files use.
    const reached = new Set(pins(read('plugins.txt').split('\n\n')[0]).map(({ id }) => id));
    for (const id of reached) for (const one of needs.get(id) ?? []) reached.add(one);
    expect(ids.filter((id) => !reached.has(id))).toEqual([]);
  });

  it('has the versions that the tests of the boot run with', () => {
    const sdk = /<artifactId>ec2<\/artifactId>\s*<version>(.*?)<\/version>/.exec(
      readFileSync(join(image, '..', 'test', 'contract', 'java.xml'), 'utf8'),
    )?.[1];
    expect(all.find(({ id }) => id === 'aws-java-sdk2-ec2')?.version.split('-')[0]).toBe(sdk);
    const stubs = readFileSync(join(image, '..', 'test', 'image', 'stubs', 'ec2.groovy'), 'utf8');
    expect(stubs).toContain(`EC2 plugin ${all.find(({ id }) => id === 'ec2')?.version}:`);
  });
});

describe('casc/', () => {
  it('is YAML without values of a farm, and closes nothing and opens nothing', () => {
    for (const name of readdirSync(join(image, 'casc'))) {
      const text = read('casc', name);
      const configuration = parse(text) as Record<string, Record<string, unknown>>;
      expect(Object.keys(configuration)).toEqual(['jenkins', 'security']);
      expect(text).not.toContain('${');
      // Security has one owner, and a JCasC realm without users would let anybody make the first one.
      expect(Object.keys(configuration.jenkins ?? {})).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(?:securityRealm|authorizationStrategy)$/)]),
      );
      expect(configuration.jenkins?.slaveAgentPort).toBe(-1);
    }
  });
});

describe('init.groovy.d/', () => {
  it('has one hook that needs nothing of Jenkins or its plugins to compile', () => {
    const hooks = readdirSync(join(image, 'init.groovy.d')).filter((name) => name.endsWith('.groovy'));
    expect(hooks).toEqual(['boot.groovy']);
    const imports = [...read('init.groovy.d', 'boot.groovy').matchAll(/^import (.*)$/gm)].map(([, name]) => name);
    expect(imports).toEqual(['java.util.logging.Level', 'java.util.logging.Logger']);
  });

  it('knows its values first and is closed second', () => {
    expect(steps.slice(0, 2)).toEqual(['00-values.groovy', '10-security.groovy']);
    for (const step of steps) expect(step).toMatch(/^\d\d-[a-z]+\.groovy$/);
  });

  it('starts no thread: what runs beside the start could run after the first request', () => {
    for (const step of steps) expect(read('init.groovy.d', 'steps', step)).not.toMatch(/Thread|Timer\b|schedule/);
  });
});

describe('cloud-init/agent.yaml', () => {
  const config = agentConfig();

  it('is user data that EC2 takes', () => {
    expect(read('cloud-init', 'agent.yaml')).toMatch(/^#cloud-config\n/);
    expect(Buffer.byteLength(read('cloud-init', 'agent.yaml'))).toBeLessThan(16 * 1024);
  });

  it('brings what builds and the agent need, and keeps the agent out of the cluster', () => {
    expect(config.packages).toEqual(['java-21-amazon-corretto-headless', 'git', 'awscli-2']);
    expect(config.bootcmd).toContainEqual(['systemctl', 'mask', '--now', '--no-block', 'ecs.service']);
  });

  it('marks the agent ready at the very end, where the template of the cloud looks', () => {
    expect(config.runcmd).toEqual([['/usr/local/sbin/jdci-prepare']]);
    const prepare = agentFiles().find(({ name }) => name === '/usr/local/sbin/jdci-prepare')?.text ?? '';
    expect(prepare).toMatch(/^#!\/bin\/sh\n(?:#.*\n)*set -eu\n/);
    expect(prepare.trimEnd().split('\n').at(-1)).toBe('touch /var/lib/jdci/ready');
    expect(read('init.groovy.d', 'steps', '50-cloud.groovy')).toContain('[ ! -e /var/lib/jdci/ready ]');
  });

  it('runs every unit and script that it writes', () => {
    const texts = agentFiles().map(({ text }) => text);
    for (const { name } of agentFiles().filter(({ name }) => name.startsWith('/usr/local/sbin/'))) {
      expect([...texts, ...config.runcmd.flat()].filter((text) => text.includes(name))).not.toEqual([]);
    }
    expect(texts.join('\n')).toContain('systemctl enable --now jdci-watch.timer');
  });
});

describe('jobs/', () => {
  it('are the jobs that the sandbox simulates, with their descriptions and labels', () => {
    const files = jobShells().map(({ name }) => name.replace('.groovy', ''));
    expect(files.sort()).toEqual(made.map(({ name }) => name).sort());
  });

  it('have shell that stops at the first failure', () => {
    for (const { name, text } of jobShells()) expect([name, text]).toEqual([name, expect.stringMatching(/\nset -eu/)]);
  });
});
