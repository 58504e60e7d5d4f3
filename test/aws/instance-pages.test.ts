import { Readable } from 'node:stream';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientConfig } from '../../src/aws/clients.ts';
import { documents, InstancePagesClient } from '../../src/aws/instance-pages.ts';

/** One instance in the form in which EC2 sends it, blank lines and all. */
const instance = (id: string, name: string) => `
                <item>
                    <instanceId>${id}</instanceId>
                    <instanceState><code>16</code><name>running</name></instanceState>
                    <stateReason><code>pending</code><message>pending</message></stateReason>
                    <instanceType>t3.small</instanceType>
                    <launchTime>2026-01-01T00:00:00.000Z</launchTime>
                    <placement><availabilityZone>eu-west-1a</availabilityZone><tenancy>default</tenancy></placement>
                    <privateIpAddress>10.0.0.5</privateIpAddress>
                    <groupSet><item><groupId>sg-1</groupId></item></groupSet>
                    <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName></item></blockDeviceMapping>
                    <tagSet><item><key>Name</key><value>${name}</value></item><item><key>jdci:role</key><value>agent</value></item></tagSet>
                    <networkInterfaceSet><item><groupSet><item><groupId>sg-1</groupId></item></groupSet></item></networkInterfaceSet>
                </item>`;

const reservation = (id: string, ...instances: string[]) => `
        <item>
            <reservationId>${id}</reservationId>
            <ownerId>123456789012</ownerId>
            <groupSet/>
            <instancesSet>${instances.join('')}
            </instancesSet>
        </item>`;

const page = (reservations: string, after = '<nextToken>more</nextToken>') => `<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>8f7724cf-496f-496e-8fe3-example</requestId>
    <reservationSet>${reservations}
    </reservationSet>
    ${after}
</DescribeInstancesResponse>`;

const many = page(
  [
    reservation('r-1', ...Array.from({ length: 45 }, (_, index) => instance(`i-${index}`, `agent ${index}`))),
    reservation('r-2', instance('i-45', 'naïve &lt;item&gt; ☕'), instance('i-46', '</item>'.replaceAll('<', '&lt;'))),
    reservation('r-3', instance('i-47', '')),
  ].join(''),
);

/** Answers every request with a body in chunks that end where told. */
class Canned extends NodeHttpHandler {
  readonly #status: number;
  readonly #chunks: readonly Uint8Array[];

  constructor(body: string, cuts: readonly number[] = [], status = 200) {
    super();
    const bytes = Buffer.from(body);
    const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
    this.#chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
    this.#status = status;
  }

  override async handle(): ReturnType<NodeHttpHandler['handle']> {
    const headers = { 'content-type': 'text/xml;charset=UTF-8' };
    return {
      response: new HttpResponse({ statusCode: this.#status, headers, body: Readable.from(this.#chunks) }),
    };
  }
}

const ask = async (make: new (config: ClientConfig) => EC2Client, requestHandler: NodeHttpHandler) => {
  const credentials = { accessKeyId: 'made-up', secretAccessKey: 'made-up' };
  const client = new make({ region: 'eu-west-1', credentials, maxAttempts: 1, requestHandler });
  const { Reservations = [], NextToken, $metadata } = await client.send(new DescribeInstancesCommand({}));
  return { instances: Reservations.flatMap(({ Instances = [] }) => Instances), NextToken, $metadata };
};

describe('an answer with many instances', () => {
  it('reads as the SDK alone reads it, but for what nobody asks for, however it arrives', async () => {
    const whole = await ask(EC2Client, new Canned(many));
    expect(whole.instances).toHaveLength(48);
    const wanted = whole.instances.map(
      ({ StateReason, SecurityGroups, BlockDeviceMappings, NetworkInterfaces, ...rest }) => rest,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (cuts) => {
        const { instances, NextToken, $metadata } = await ask(InstancePagesClient, new Canned(many, cuts));
        expect(instances).toEqual(wanted);
        expect(NextToken).toBe('more');
        expect($metadata).toEqual(whole.$metadata);
      }),
      { numRuns: 40 },
    );
  });

  it('is read in bites, also when it arrives at once', async () => {
    const sizes: number[] = [];
    for await (const document of documents(Readable.from([Buffer.from(many)]))) {
      sizes.push(document.match(/<instanceId>/g)?.length ?? 0);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(48);
    expect(sizes.at(-1)).toBe(0);
  });

  it('is refused when it breaks off, wherever the SDK alone refuses it', async () => {
    for (let length = 1; length < many.length; length += 487) {
      const broken = many.slice(0, length);
      const alone = await ask(EC2Client, new Canned(broken)).then(
        () => 'read',
        () => 'refused',
      );
      const ours = await ask(InstancePagesClient, new Canned(broken, [length >> 1])).then(
        () => 'read',
        () => 'refused',
      );
      expect(`${length}: ${ours}`).toBe(`${length}: ${alone}`);
    }
  });

  it('without instances, without anything, and a refusal are what they are', async () => {
    expect((await ask(InstancePagesClient, new Canned(page('', '')))).instances).toEqual([]);
    const none = '<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>';
    expect((await ask(InstancePagesClient, new Canned(none))).instances).toEqual([]);
    await expect(ask(InstancePagesClient, new Canned('no XML at all'))).rejects.toThrow();
    const denied =
      '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>';
    await expect(ask(InstancePagesClient, new Canned(denied, [], 403))).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    });
  });
});
