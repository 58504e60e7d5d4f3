import type { DescribeTaskDefinitionResponse, ListServicesResponse } from '@aws-sdk/client-ecs';
import type { DescribeAccessPointsOutput } from '@aws-sdk/client-elastic-load-balancing';
import type { ListResourceRecordSetsResponse } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../src/sandbox/cloudformation/template.ts';
import { isMap } from '../../src/sandbox/cloudformation/value.ts';
import { addSubnet, addVpc } from '../../src/sandbox/world/ec2-network.ts';
import { line } from '../sandbox/cloudformation/fakes.ts';
import { hostedZone, hostIds, refusal, region, template } from '../sandbox/cloudformation/farm-region.ts';
import {
  type Combination,
  certificate,
  combination,
  combinations,
  parametersOf,
  sizes,
  title,
} from './combinations.ts';

function deployed(c: Combination) {
  const t = region();
  if (c.keyPair) t.ask('ec2', 'CreateKeyPair', { KeyName: 'ops' });
  t.change('CREATE', parametersOf(c, hostedZone(t))).execute();
  const status = t.settle();
  const failure = t.events().find(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
  expect(status, failure ? line(failure) : '').toBe('CREATE_COMPLETE');
  return t;
}

describe('the template deploys', () => {
  it('in combinations in which every two settings meet', () => {
    const names = Object.keys(sizes) as (keyof Combination)[];
    for (const [index, a] of names.entries()) {
      for (const b of names.slice(index + 1)) {
        expect(new Set(combinations.map((c) => `${c[a]} ${c[b]}`)).size, `${a} and ${b}`).toBe(sizes[a] * sizes[b]);
      }
    }
  });

  it.each(combinations.map((c) => [title(c), c] as const))('with %s', (_title, c) => {
    const t = deployed(c);
    const balancer = t.ask<DescribeAccessPointsOutput>('elasticloadbalancing', 'DescribeLoadBalancers', {
      LoadBalancerNames: [t.resources().get('LoadBalancer') ?? ''],
    }).LoadBalancerDescriptions?.[0];
    const secure = c.door === 'zone and certificate';
    expect(balancer?.Scheme).toBe(c.scheme);
    expect(balancer?.ListenerDescriptions).toHaveLength(1);
    expect(balancer?.ListenerDescriptions?.[0]).toMatchObject({
      Listener: secure
        ? { Protocol: 'HTTPS', LoadBalancerPort: 443, SSLCertificateId: certificate }
        : { Protocol: 'HTTP', LoadBalancerPort: 80 },
      PolicyNames: [...(secure ? ['tls-1-2'] : []), ...(c.sticky ? ['sticky'] : [])],
    });

    const { serviceArns } = t.ask<ListServicesResponse>('ecs', 'ListServices', { cluster: 'jdci' });
    expect(serviceArns).toHaveLength(c.masters);
    expect(hostIds(t)).toHaveLength(c.masters + c.spare);
    const url = `${secure ? 'https' : 'http'}://${c.door === 'its own name' ? balancer?.DNSName : 'ci.build.example'}/`;
    expect(t.stack()?.Outputs?.find(({ OutputKey }) => OutputKey === 'FrontDoorUrl')?.OutputValue).toBe(url);
    const { taskDefinition } = t.ask<DescribeTaskDefinitionResponse>('ecs', 'DescribeTaskDefinition', {
      taskDefinition: 'jdci-master-b',
    });
    const environment = taskDefinition?.containerDefinitions?.[0]?.environment ?? [];
    expect(environment.find(({ name }) => name === 'JDCI_URL')?.value).toBe(url);

    const records = t.ask<ListResourceRecordSetsResponse>('route53', 'ListResourceRecordSets', {
      HostedZoneId: hostedZone(t),
    }).ResourceRecordSets;
    const alias = records?.find(({ Type }) => Type === 'A');
    expect(alias?.AliasTarget?.HostedZoneId).toBe(
      c.door === 'its own name' ? undefined : balancer?.CanonicalHostedZoneNameID,
    );

    const serving = () => t.health().filter(({ State }) => State === 'InService').length;
    expect(
      t.world.advanceUntil(() => serving() === c.masters, 15 * 60_000),
      JSON.stringify(t.health()),
    ).toBe(true);
  });
});

describe('an update', () => {
  it('takes the front door to HTTPS and back', () => {
    const t = deployed(combination(2, 1, 'zone'));
    const door = () =>
      t.ask<DescribeAccessPointsOutput>('elasticloadbalancing', 'DescribeLoadBalancers', {})
        .LoadBalancerDescriptions?.[0];
    const named = { HostedZoneId: hostedZone(t), DnsName: 'ci.build.example' };
    for (const [more, port, policies] of [
      [{ CertificateArn: certificate, Stickiness: 'true' }, 443, ['tls-1-2', 'sticky']],
      [{}, 80, []],
      [{ CertificateArn: certificate }, 443, ['tls-1-2']],
    ] as const) {
      t.change('UPDATE', { ...named, ...more }).execute();
      const status = t.settle();
      expect(status, t.events().map(line).slice(-12).join('\n')).toBe('UPDATE_COMPLETE');
      expect(door()?.ListenerDescriptions).toMatchObject([
        { Listener: { LoadBalancerPort: port }, PolicyNames: policies },
      ]);
      expect([
        ...(door()?.Policies?.OtherPolicies ?? []),
        ...(door()?.Policies?.LBCookieStickinessPolicies ?? []).map(({ PolicyName }) => PolicyName),
      ]).toEqual(policies);
    }
  });
});

describe('a rule refuses what cannot work, in its own words and before anything is made:', () => {
  type Region = ReturnType<typeof region>;
  const cases: Record<string, (t: Region) => Record<string, string>> = {
    SubnetsAreOfTheVpc: (t) => {
      const foreign = addVpc(t.world, '10.9.0.0/16');
      const subnets = t.world.settings.zones.map(
        (zone, index) => addSubnet(t.world, { vpcId: foreign.id, cidr: `10.9.${index}.0/24`, zone }).id,
      );
      return { HostSubnets: subnets.join(',') };
    },
    HostsAreWhereTheBalancerIs: (t) => ({
      LoadBalancerSubnets: (t.values.LoadBalancerSubnets ?? '').split(',').slice(0, 2).join(','),
    }),
    NameNeedsZone: () => ({ DnsName: 'ci.build.example' }),
    ZoneNeedsName: (t) => ({ HostedZoneId: hostedZone(t) }),
    CertificateNeedsName: () => ({ CertificateArn: certificate }),
  };
  const { rules } = parseTemplate(template);

  it('every rule has its case', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(rules).sort());
  });

  it.each(Object.entries(cases))('%s', (name, values) => {
    const t = region();
    const rule = rules[name];
    const [assertion] = isMap(rule) && Array.isArray(rule.Assertions) ? rule.Assertions : [];
    const words = isMap(assertion) ? String(assertion.AssertDescription) : 'no description';
    const more = values(t);
    expect(refusal(() => t.change('CREATE', more))).toContain(words);
    expect(refusal(() => t.stack())).toBe('Stack with id jdci does not exist');
    expect(hostIds(t)).toEqual([]);
  });
});
