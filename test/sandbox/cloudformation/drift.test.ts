import type {
  DescribeStackDriftDetectionStatusOutput,
  DescribeStackResourceDriftsOutput,
  DescribeStackResourcesOutput,
  DetectStackDriftOutput,
  DetectStackResourceDriftOutput,
  ListStackResourcesOutput,
  StackResourceDrift,
} from '@aws-sdk/client-cloudformation';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences } from '../../../src/sandbox/cloudformation/drift.ts';
import { bench } from './fakes.ts';
import { hostedZone, provisioned, refusal, region } from './farm-region.ts';

type Region = ReturnType<typeof region>;

function detect(t: Region, more: object = {}): DescribeStackDriftDetectionStatusOutput {
  const { StackDriftDetectionId } = t.cfn<DetectStackDriftOutput>('DetectStackDrift', { StackName: 'jdci', ...more });
  const status = () =>
    t.cfn<DescribeStackDriftDetectionStatusOutput>('DescribeStackDriftDetectionStatus', { StackDriftDetectionId });
  expect(status().DetectionStatus).toBe('DETECTION_IN_PROGRESS');
  t.world.advanceUntil(() => status().DetectionStatus !== 'DETECTION_IN_PROGRESS', 5 * 60_000);
  return status();
}

function drifts(t: Region, ...statuses: string[]): StackResourceDrift[] {
  return (
    t.cfn<DescribeStackResourceDriftsOutput>('DescribeStackResourceDrifts', {
      StackName: 'jdci',
      ...(statuses.length > 0 ? { StackResourceDriftStatusFilters: statuses } : {}),
    }).StackResourceDrifts ?? []
  );
}

/** `/Path TYPE expected -> actual` of one resource. */
function found(t: Region, logicalId: string): string[] {
  const { StackResourceDrift } = t.cfn<DetectStackResourceDriftOutput>('DetectStackResourceDrift', {
    StackName: 'jdci',
    LogicalResourceId: logicalId,
  });
  return (StackResourceDrift?.PropertyDifferences ?? []).map(
    ({ PropertyPath, DifferenceType, ExpectedValue, ActualValue }) =>
      `${PropertyPath} ${DifferenceType} ${ExpectedValue} -> ${ActualValue}`,
  );
}

describe('differences', () => {
  it.each([
    [{ a: 80 }, { a: '80' }, []],
    [{ a: 1 }, { a: 2 }, ['/a NOT_EQUAL 1 2']],
    [{ a: { b: 1 } }, { a: {} }, ['/a/b REMOVE 1 null']],
    [{ a: ['x', 'y'] }, { a: ['y', 'x'] }, []],
    [{ a: ['x'] }, { a: ['x', 'y'] }, ['/a/1 ADD null y']],
    [
      { a: [{ Key: 'k', Value: '1' }] },
      {
        a: [
          { Key: 'other', Value: '3' },
          { Key: 'k', Value: '2' },
        ],
      },
      ['/a/0/Value NOT_EQUAL 1 2', '/a/0 ADD null {"Key":"other","Value":"3"}'],
    ],
  ])('of %j and %j', (expected, actual, lines) => {
    expect(
      differences(expected, actual).map(
        ({ PropertyPath, DifferenceType, ExpectedValue, ActualValue }) =>
          `${PropertyPath} ${DifferenceType} ${ExpectedValue} ${ActualValue}`,
      ),
    ).toEqual(lines);
  });
});

describe('drift of a type that cannot be read back', () => {
  it('is not checked, and refused when asked for alone', () => {
    const t = bench();
    const A = { Type: 'Test::Thing', Properties: { Name: 'a' } };
    t.run('CreateStack', { StackName: 'farm', TemplateBody: JSON.stringify({ Resources: { A } }) });
    t.settle('farm');
    expect(t.fails('DetectStackResourceDrift', { StackName: 'farm', LogicalResourceId: 'A' }).message).toBe(
      'Drift detection is not supported for the specified ResourceType',
    );
    t.run('DetectStackDrift', { StackName: 'farm' });
    t.world.advance(60_000);
    expect(t.stack('farm').DriftInformation?.StackDriftStatus).toBe('IN_SYNC');
    const { StackResources } = t.run<DescribeStackResourcesOutput>('DescribeStackResources', { StackName: 'farm' });
    expect(StackResources?.map(({ DriftInformation }) => DriftInformation)).toEqual([
      { StackResourceDriftStatus: 'NOT_CHECKED' },
    ]);
  });
});

describe('drift of the farm', () => {
  let t: Region;
  beforeAll(() => {
    // One seed, so one hosted zone.
    const HostedZoneId = hostedZone(region());
    t = provisioned({ Stickiness: 'true', DnsName: 'jenkins.build.example', HostedZoneId });
    t.world.advance(10 * 60_000);
  });

  it('is none as long as nobody changed anything past the stack', () => {
    expect(t.stack()?.DriftInformation).toEqual({ StackDriftStatus: 'NOT_CHECKED' });
    expect(drifts(t)).toEqual([]);
    const status = detect(t);
    expect(drifts(t, 'MODIFIED', 'DELETED')).toEqual([]);
    expect(status).toMatchObject({
      DetectionStatus: 'DETECTION_COMPLETE',
      StackDriftStatus: 'IN_SYNC',
      DriftedStackResourceCount: 0,
    });
    expect(t.stack()?.DriftInformation).toEqual({ StackDriftStatus: 'IN_SYNC', LastCheckTimestamp: status.Timestamp });
    const { StackResourceSummaries } = t.cfn<ListStackResourcesOutput>('ListStackResources', { StackName: 'jdci' });
    // Every type of this template can be compared.
    expect(
      new Set(StackResourceSummaries?.map(({ DriftInformation }) => DriftInformation?.StackResourceDriftStatus)),
    ).toEqual(new Set(['IN_SYNC']));
  });

  it('is found in what operators change by hand, property by property', () => {
    const id = t.resources();
    const balancer = id.get('LoadBalancer');
    t.ask('ec2', 'AuthorizeSecurityGroupIngress', {
      GroupId: id.get('LoadBalancerSecurityGroup'),
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
    t.ask('ec2', 'RevokeSecurityGroupIngress', {
      GroupId: id.get('AgentSecurityGroup'),
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 22,
          ToPort: 22,
          UserIdGroupPairs: [{ GroupId: id.get('HostSecurityGroup') }],
        },
      ],
    });
    t.ask('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: id.get('HostGroup'),
      MinSize: 1,
      MaxSize: 9,
    });
    t.ask('ecs', 'UpdateService', { cluster: 'jdci', service: id.get('ServiceB'), desiredCount: 0 });
    t.ask('elasticloadbalancing', 'ConfigureHealthCheck', {
      LoadBalancerName: balancer,
      HealthCheck: { Target: 'TCP:8080', Interval: 10, Timeout: 5, HealthyThreshold: 2, UnhealthyThreshold: 3 },
    });
    t.ask('elasticloadbalancing', 'ModifyLoadBalancerAttributes', {
      LoadBalancerName: balancer,
      LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 300 } },
    });
    t.ask('logs', 'DeleteRetentionPolicy', { logGroupName: id.get('LogGroup') });
    t.ask('iam', 'DeleteRolePolicy', { RoleName: id.get('AgentRole'), PolicyName: 'push-the-image' });
    t.ask('iam', 'TagRole', { RoleName: id.get('HostRole'), Tags: [{ Key: 'jdci:farm', Value: 'other' }] });
    t.ask('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateId: id.get('HostLaunchTemplate'),
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 'm7i.large' },
    });
    t.ask('ecs', 'TagResource', { resourceArn: id.get('ServiceA'), tags: [{ key: 'owner', value: 'me' }] });

    expect(found(t, 'LoadBalancerSecurityGroup')).toEqual([
      '/SecurityGroupIngress/1 ADD null -> {"IpProtocol":"tcp","FromPort":80,"ToPort":80,"CidrIp":"0.0.0.0/0"}',
    ]);
    expect(found(t, 'AgentSecurityGroup')).toEqual([
      expect.stringMatching(/^\/SecurityGroupIngress\/0 REMOVE \{"Description":"SSH of the masters",.*\} -> null$/),
    ]);
    expect(found(t, 'HostGroup')).toEqual(['/MaxSize NOT_EQUAL 3 -> 9', '/MinSize NOT_EQUAL 3 -> 1']);
    expect(found(t, 'ServiceB')).toEqual(['/DesiredCount NOT_EQUAL 1 -> 0']);
    expect(found(t, 'LoadBalancer')).toEqual([
      '/ConnectionDrainingPolicy/Timeout NOT_EQUAL 30 -> 300',
      '/HealthCheck/Target NOT_EQUAL HTTP:8080/health/ -> TCP:8080',
    ]);
    expect(found(t, 'LogGroup')).toEqual(['/RetentionInDays REMOVE 30 -> null']);
    expect(found(t, 'AgentRole')).toEqual([expect.stringMatching(/^\/Policies\/0 REMOVE .*push-the-image.* -> null$/)]);
    expect(found(t, 'HostRole')).toEqual(['/Tags/0/Value NOT_EQUAL jdci -> other']);
    expect(found(t, 'HostLaunchTemplate')).toEqual([
      '/LaunchTemplateData/InstanceType NOT_EQUAL t3.medium -> m7i.large',
    ]);
    expect(found(t, 'ServiceA')).toEqual(['/Tags/2 ADD null -> {"Key":"owner","Value":"me"}']);
    expect(detect(t)).toMatchObject({ StackDriftStatus: 'DRIFTED', DriftedStackResourceCount: 10 });
    expect(t.stack()?.DriftInformation?.StackDriftStatus).toBe('DRIFTED');
  });

  it('counts what is gone as deleted, and looks at what was named only', () => {
    t.ask('secretsmanager', 'DeleteSecret', { SecretId: t.resources().get('ViewerSecret'), RecoveryWindowInDays: 7 });
    t.ask('logs', 'DeleteLogGroup', { logGroupName: t.resources().get('LogGroup') });
    detect(t, { LogicalResourceIds: ['LogGroup'] });
    expect(drifts(t, 'DELETED').map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['LogGroup']);
    detect(t);
    const deleted = drifts(t, 'DELETED');
    expect(deleted.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['LogGroup', 'ViewerSecret']);
    expect(deleted[0]?.PropertyDifferences).toBeUndefined();
  });

  it('is refused for what cannot be compared now', () => {
    const detection = { StackName: 'jdci' };
    t.cfn('DetectStackDrift', detection);
    expect(refusal(() => t.cfn('DetectStackDrift', detection))).toMatch(
      /^Drift detection is already in progress for stack \[arn:/,
    );
    expect(refusal(() => t.cfn('DetectStackResourceDrift', { ...detection, LogicalResourceId: 'Nope' }))).toBe(
      'Resource Nope does not exist for stack jdci',
    );
    t.world.advance(60_000);
    t.change('UPDATE', { OperatorCidr: '198.51.100.0/24' }).execute();
    expect(refusal(() => t.cfn('DetectStackDrift', detection))).toMatch(/while it is in UPDATE_IN_PROGRESS state\.$/);
  });
});
