import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCheck } from '../../src/commands/check.ts';
import { runProvision } from '../../src/commands/provision.ts';
import { openSession } from '../../src/commands/session.ts';
import type { Session } from '../../src/farm/session.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { defaultSettings } from '../../src/sandbox/world/settings.ts';

// Provisioning takes five minutes of farm time: half a second. Without builds the farm is at rest after it.
const speed = 600;
const settings = { load: { ...defaultSettings.load, buildsPerHour: 0 } };

/** As anybody would who rehearses with a certificate: an empty account, the command line, and nothing that knows of TLS. */
describe('a farm with a certificate in the sandbox', { timeout: 60_000 }, () => {
  let sandbox: Sandbox;
  let session: Session;
  const lines: string[] = [];
  const io = { stdout: (text: string) => void lines.push(text), stderr: () => {} };
  const open = (environment: Record<string, string>) =>
    openSession({ stack: 'jdci', sandbox: false, readOnly: false, refresh: 2 }, environment, () =>
      Promise.reject(new Error('there is one already')),
    );

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 4, speed, settings });
    session = await open({ HOME: '/nonexistent', ...sandbox.environment });
  });
  afterAll(() => sandbox?.close());

  const check = async (asked: Session) => {
    lines.length = 0;
    const code = await runCheck(asked, { json: true, color: false }, io);
    return { code, document: JSON.parse(lines.join('')) };
  };

  it('is provisioned, and is all right through a front door with TLS', async () => {
    const set = {
      CertificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012',
      DnsName: 'ci.build.example',
      HostedZoneId: await hostedZone(),
    };
    expect(await runProvision(session, { set, yes: true, noExecute: false, json: false }, io)).toBe(0);
    expect(lines.join('')).toContain('FrontDoorUrl https://ci.build.example/\n');
    const { code, document } = await check(session);
    expect([code, document.verdict, document.findings]).toEqual([0, 'OK', []]);
    expect(document.readings.probe.error).toBeNull();
  });

  it('says which setting is missing to whom the authority is unknown', async () => {
    const { JDCI_CA_BUNDLE: _, ...without } = sandbox.environment;
    const { code, document } = await check(await open({ HOME: '/nonexistent', ...without }));
    expect(code).toBe(1);
    expect(document.findings).toMatchObject([
      {
        id: 'door-certificate',
        message: 'https://ci.build.example/ is not believed: certificate not trusted',
        advice: expect.stringContaining('JDCI_CA_BUNDLE'),
      },
    ]);
  });

  it('has one way in, as on AWS', () => {
    const { network } = sandbox.world;
    expect(network.speaksTls('ci.build.example', 443)).toBe(true);
    expect(network.probe('ci.build.example', 80)).toBe('refused');
  });

  async function hostedZone(): Promise<string> {
    const { ListHostedZonesCommand, Route53Client } = await import('@aws-sdk/client-route-53');
    const { HostedZones } = await session.aws.client(Route53Client).send(new ListHostedZonesCommand({}));
    return HostedZones?.[0]?.Id?.replace('/hostedzone/', '') ?? '';
  }
});
