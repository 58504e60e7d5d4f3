import { describe, expect, it } from 'vitest';
import { farmTemplate, largestBodyBytes, parseTemplate } from '../../src/provision/template.ts';

describe('the farm template', () => {
  const template = farmTemplate();
  const parameters = template.groups.flatMap((group) => group.parameters);

  it('has exactly the parameters of the contract', () => {
    expect(parameters.map((parameter) => parameter.name).sort()).toEqual(
      [
        'VpcId LoadBalancerSubnets HostSubnets Scheme OperatorCidr MasterAccessCidr MasterCount SpareHosts',
        'HostInstanceType HostAmi AgentInstanceType AgentAmi AgentCap AgentIdleMinutes HostKeyPair HostedZoneId DnsName',
        'CertificateArn Stickiness ImageUri LogRetentionDays',
      ]
        .join(' ')
        .split(' ')
        .sort(),
    );
  });

  it('groups and labels every one of them', () => {
    expect(template.groups.map((group) => group.label)).not.toContain('Other');
    expect(parameters.filter((parameter) => parameter.label === parameter.name)).toEqual([]);
    expect(parameters.filter((parameter) => parameter.description === '')).toEqual([]);
  });

  it('fits into a request', () => {
    expect(Buffer.byteLength(template.body)).toBeLessThanOrEqual(largestBodyBytes);
  });

  it('asks for the addresses that may come in instead of having a default', () => {
    const closed = parameters.filter((parameter) => /Cidr$/.test(parameter.name));
    expect(closed).toHaveLength(2);
    for (const parameter of closed) expect(parameter.default).toBeUndefined();
  });

  it('knows the types of the resources', () => {
    expect(template.resourceTypes).toMatchObject({
      Cluster: 'AWS::ECS::Cluster',
      HostGroup: 'AWS::AutoScaling::AutoScalingGroup',
      LoadBalancer: 'AWS::ElasticLoadBalancing::LoadBalancer',
      ServiceA: 'AWS::ECS::Service',
    });
  });
});

describe('parseTemplate', () => {
  it('reads rules, numbers as text and short forms of every kind', () => {
    const template = parseTemplate(`
Parameters:
  Count: { Type: Number, Default: 2, MinValue: '1', MaxValue: 4 }
  Sticky: { Type: String, Default: false, AllowedValues: [true, false] }
Resources:
  Thing:
    Type: AWS::ECS::Cluster
    Properties: { A: !Ref Count, B: !If [X, !Sub '\${Count}', !GetAtt A.B], C: !Sub [a, { b: c }], D: !FindInMap [A, b, c] }
`);
    expect(template.groups).toEqual([
      {
        label: 'Other',
        parameters: [
          expect.objectContaining({ name: 'Count', default: '2', rule: { minValue: 1, maxValue: 4 } }),
          expect.objectContaining({ name: 'Sticky', default: 'false', rule: { allowedValues: ['true', 'false'] } }),
        ],
      },
    ]);
    expect(template.resourceTypes).toEqual({ Thing: 'AWS::ECS::Cluster' });
  });
});
