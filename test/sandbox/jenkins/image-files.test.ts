import { describe, expect, it } from 'vitest';
import { CommandError } from '../../../src/core/exit.ts';
import {
  type MasterDescription,
  parseJenkinsVersion,
  parseMasterDescription,
  parsePlugins,
  parseQuietPeriod,
  readImageFile,
} from '../../../src/sandbox/jenkins/image-files.ts';

const json = readImageFile('master.json');

/** What a file of the image is refused with. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

function changed(change: (description: MasterDescription) => void): string {
  const description = JSON.parse(json) as MasterDescription;
  change(description);
  return JSON.stringify(description);
}

const advice = '; mend it, or install the package anew';

describe('master.json', () => {
  it('is taken as it is', () => {
    expect(parseMasterDescription(json)).toEqual(JSON.parse(json));
  });

  it.each([
    ['{', 'not valid JSON'],
    ['', 'not valid JSON'],
    ['null', 'must be an object'],
    ['[]', 'must be an object'],
    ['{}', 'variables: must be a list'],
    [changed((one) => Reflect.deleteProperty(one, 'users')), 'users: must be a list'],
    [changed((one) => Object.assign(one, { users: [] })), 'users: must not be empty'],
    [
      changed((one) => Object.assign(one, { users: [{ name: 'viewer', administers: false }] })),
      'users.0.secret: must be a text',
    ],
    [
      changed((one) => Object.assign(one.users[1] ?? {}, { secret: 'JDCI_NOBODY' })),
      'the secret JDCI_NOBODY of a user is none of its variables',
    ],
    [
      changed((one) => Object.assign(one.agents, { executors: 'one' })),
      'agents.executors: must be a whole number, 1 or more',
    ],
    [
      changed((one) => Object.assign(one.master, { executors: -1 })),
      'master.executors: must be a whole number, 0 or more',
    ],
    [changed((one) => Object.assign(one.agents.tags, { Name: 1 })), 'agents.tags.Name: must be a text'],
    [changed((one) => Object.assign(one.cloud, { name: '' })), 'cloud.name: must not be empty'],
    [changed((one) => Reflect.deleteProperty(one, 'health')), 'health: must be an object'],
    [changed((one) => Object.assign(one, { helth: {} })), 'nothing is named helth here'],
  ])('is refused in one line when it is %j', (text, what) => {
    expect(refusal(() => parseMasterDescription(text))).toBe(`image/master.json: ${what}${advice}`);
  });
});

describe('the other files of the image', () => {
  it('are refused in one line when they are not there', () => {
    expect(refusal(() => readImageFile('nobody.json'))).toBe(`image/nobody.json: it is missing${advice}`);
    expect(refusal(() => readImageFile('jobs'))).toBe(`image/jobs: it cannot be read (EISDIR)${advice}`);
  });

  it.each([
    ['jenkins: [\n', 'not valid YAML'],
    ['', 'jenkins.quietPeriod must be a whole number, 0 or more'],
    ['jenkins: 1\n', 'jenkins.quietPeriod must be a whole number, 0 or more'],
    ['jenkins: { quietPeriod: soon }\n', 'jenkins.quietPeriod must be a whole number, 0 or more'],
  ])('casc/jenkins.yaml: %j', (text, what) => {
    expect(refusal(() => parseQuietPeriod(text))).toBe(`image/casc/jenkins.yaml: ${what}${advice}`);
  });

  it('Dockerfile and plugins.txt without what is read from them', () => {
    expect(refusal(() => parseJenkinsVersion('FROM debian:13\n'))).toBe(
      `image/Dockerfile: no line begins with FROM and names a version of jenkins${advice}`,
    );
    expect(refusal(() => parsePlugins('# none\n'))).toBe(`image/plugins.txt: no line is ID:VERSION${advice}`);
  });
});
