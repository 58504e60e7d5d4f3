import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession, type SessionOptions, type StartedSandbox } from '../../src/commands/session.ts';
import { formatWorldTime } from '../../src/core/clock.ts';
import { CertificateAuthority } from '../../src/sandbox/wire/certificate-authority.ts';

const options: SessionOptions = { stack: 'jdci', sandbox: false, readOnly: false, refresh: 2 };
const time = { worldMs: Date.UTC(2026, 0, 1), wallMs: 0, speed: 10 };
const inside = {
  AWS_ENDPOINT_URL: 'http://127.0.0.1:4599',
  AWS_ACCESS_KEY_ID: 'SANDBOX000000000000',
  AWS_SECRET_ACCESS_KEY: 'sandbox',
  AWS_REGION: 'eu-west-1',
  JDCI_PROXY: 'http://127.0.0.1:4599',
  JDCI_CLOCK: formatWorldTime(time),
  AWS_PROFILE: '',
};

describe('a session', () => {
  let home = '';
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'jdci-session-'));
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws', 'config'), '[default]\nregion = eu-north-1\n[profile ops]\nregion = eu-west-3\n');
  });
  afterAll(() => rmSync(home, { recursive: true }));

  let started = 0;
  let closed = 0;
  const startEmbedded = async (): Promise<StartedSandbox> => {
    started++;
    return { environment: inside, time, close: async () => void closed++ };
  };
  const open = (over: Partial<SessionOptions>, environment: NodeJS.ProcessEnv) => {
    started = 0;
    closed = 0;
    return openSession({ ...options, ...over }, environment, startEmbedded);
  };
  const nowhere = { HOME: '/nonexistent' };

  it('starts the sandbox when nothing says whose account is meant', async () => {
    const session = await open({}, { ...nowhere });
    expect(started).toBe(1);
    expect(session).toMatchObject({
      sandbox: true,
      identity: 'SANDBOX ×10',
      farm: { stack: 'jdci', region: 'eu-west-1' },
    });
    expect(session.aws.options).toMatchObject({
      endpoint: inside.AWS_ENDPOINT_URL,
      credentials: { accessKeyId: 'SANDBOX000000000000', secretAccessKey: 'sandbox' },
    });
    expect(session.doorRoad).toBe(session.mastersRoad);
    expect(session.mastersRoad.description).toBe('through http://127.0.0.1:4599');
    expect(session.clock.speed).toBe(10);
    await session.close();
    expect(closed).toBe(1);
  });

  it.each([
    ['a key', { AWS_ACCESS_KEY_ID: 'X' }],
    ['a web identity', { AWS_WEB_IDENTITY_TOKEN_FILE: '/x' }],
    ['a container credential', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://x' }],
    ['a task role', { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/x' }],
    ['a profile', { AWS_PROFILE: 'ops' }],
  ])('never starts the sandbox by itself with %s', async (_, credential) => {
    const environment = { ...nowhere, AWS_REGION: 'eu-west-2', ...credential };
    const session = await open({}, environment);
    expect([started, session.sandbox, session.doorRoad.description]).toEqual([0, false, 'directly']);
    expect(session.aws.options.credentials).toBeUndefined();
  });

  it('takes a default profile for an account, with its region', async () => {
    const session = await open({}, { HOME: home });
    expect([started, session.farm.region, session.identity]).toEqual([0, 'eu-north-1', 'default']);
  });

  it('starts the sandbox when told to, whatever credentials there are', async () => {
    const session = await open(
      { sandbox: true },
      { HOME: home, AWS_ACCESS_KEY_ID: 'AKIAREAL', AWS_REGION: 'us-east-1' },
    );
    expect([started, session.farm.region]).toEqual([1, 'eu-west-1']);
    expect(session.aws.options.credentials?.accessKeyId).toBe('SANDBOX000000000000');
  });

  it('never asks the instance metadata, unless someone insists', async () => {
    const environment: NodeJS.ProcessEnv = { HOME: home };
    await open({}, environment);
    expect(environment.AWS_EC2_METADATA_DISABLED).toBe('true');
  });

  it('sets the profile for the whole process and takes its region', async () => {
    const environment: NodeJS.ProcessEnv = { HOME: home };
    const session = await open({ profile: 'ops' }, environment);
    expect([environment.AWS_PROFILE, session.farm.region, session.identity]).toEqual(['ops', 'eu-west-3', 'ops']);
    expect(session.aws.options.profile).toBe('ops');
  });

  it('takes the region of the flag before those of the environment before that of the profile', async () => {
    const regionOf = async (over: Partial<SessionOptions>, environment: NodeJS.ProcessEnv) =>
      (await open(over, { HOME: home, ...environment })).farm.region;
    expect(await regionOf({ region: 'sa-east-1' }, { AWS_REGION: 'us-west-1' })).toBe('sa-east-1');
    expect(await regionOf({}, { AWS_REGION: 'us-west-1', AWS_DEFAULT_REGION: 'us-west-2' })).toBe('us-west-1');
    expect(await regionOf({}, { AWS_DEFAULT_REGION: 'us-west-2' })).toBe('us-west-2');
  });

  it('knows a slip of the fingers in a region, before it starts anything', async () => {
    await expect(open({ region: 'eu-wset-1' }, { ...nowhere })).rejects.toMatchObject({
      code: 64,
      message: '--region "eu-wset-1" is not an AWS region; did you mean eu-west-1?',
    });
    expect(started).toBe(0);
    await expect(open({}, { HOME: home, AWS_REGION: 'eu-west-11' })).rejects.toThrow(
      /AWS_REGION "eu-west-11".*eu-west-1\?/,
    );
  });

  it('says that there is no region', async () => {
    await expect(open({}, { ...nowhere, AWS_ACCESS_KEY_ID: 'X' })).rejects.toMatchObject({
      code: 64,
      message: /^no region/,
    });
  });

  it('works on the sandbox of another process', async () => {
    const session = await open({}, { ...nowhere, ...inside });
    expect([started, session.sandbox, session.identity]).toEqual([0, true, 'SANDBOX ×10']);
    expect(session.doorRoad).toBe(session.mastersRoad);
  });

  it.each([
    ['no endpoint', { ...inside, AWS_ENDPOINT_URL: '' }, {}, /AWS_ENDPOINT_URL is not/],
    ['a clock that is none', { ...inside, JDCI_CLOCK: 'x' }, {}, /JDCI_CLOCK is not/],
    ['a profile', inside, { profile: 'ops' }, /--profile cannot be used here/],
    ['another region', inside, { region: 'us-east-1' }, /the sandbox has only eu-west-1/],
    ['a proxy that is none', { ...inside, JDCI_PROXY: 'nope' }, {}, /the proxy "nope"/],
    ['a clock that has ended', { ...inside, JDCI_CLOCK_FILE: '/nonexistent' }, {}, /^JDCI_CLOCK_FILE .* has ended/],
    ['no authorities', { ...inside, JDCI_CA_BUNDLE: '/nonexistent' }, {}, /^JDCI_CA_BUNDLE .*: no such file/],
  ])('never calls a real account by the name of a sandbox: %s', async (_, environment, over, message) => {
    await expect(open(over, { ...nowhere, ...environment })).rejects.toMatchObject({ code: 64, message });
  });

  it('goes by the clock as it was moved since', async () => {
    const file = join(home, 'clock');
    const moved = { worldMs: time.worldMs + 600_000, wallMs: 0, speed: 0 };
    writeFileSync(file, formatWorldTime(moved));
    const session = await open({}, { ...nowhere, ...inside, JDCI_CLOCK_FILE: file });
    expect(session.clock.now()).toBe(moved.worldMs);
  });

  it('trusts an authority of one’s own at the front door, on an account as in a sandbox', async () => {
    const file = join(home, 'ca.pem');
    writeFileSync(file, new CertificateAuthority().certificate);
    const door = new URL('https://ci.example');
    const session = await open({ profile: 'ops' }, { HOME: home, JDCI_CA_BUNDLE: file });
    expect(session.doorRoad.agentFor(door)).toBeDefined();
    expect([session.doorRoad.description, session.mastersRoad.description]).toEqual(['directly', 'directly']);
    expect((await open({ profile: 'ops' }, { HOME: home })).doorRoad.agentFor(door)).toBeUndefined();
    await expect(open({}, { HOME: home, JDCI_CA_BUNDLE: '/nonexistent' })).rejects.toMatchObject({ code: 64 });
  });

  it('ends the sandbox it started when the session cannot be opened', async () => {
    await expect(open({ sandbox: true, region: 'us-east-1' }, { ...nowhere })).rejects.toMatchObject({ code: 64 });
    expect([started, closed]).toEqual([1, 1]);
  });

  it('takes --profile and --sandbox for a contradiction', async () => {
    await expect(open({ sandbox: true, profile: 'ops' }, { ...nowhere })).rejects.toMatchObject({ code: 64 });
    expect(started).toBe(0);
  });
});
