import type { DescribeStackResourceDriftsOutput, ListStackResourcesOutput } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../src/sandbox/cloudformation/template.ts';
import { parseFaultFile } from '../../../src/sandbox/wire/fault-schema.ts';
import { inject, type WorldFault } from '../../../src/sandbox/world/faults.ts';
import type { ResourceStep } from '../../../src/sandbox/world/resource-faults.ts';
import type { World } from '../../../src/sandbox/world/world.ts';
import { bench, line } from './fakes.ts';
import { hostedZone, provisioned, region, template } from './farm-region.ts';

type Region = ReturnType<typeof region>;

function fail(world: World, at: ResourceStep, logicalId: string, count?: number) {
  const fault: WorldFault = { kind: 'resource-fails', at, logicalId, count };
  const injected = inject(world, fault);
  if (typeof injected === 'string') throw new Error(injected);
  return injected;
}

/** Everything in the account that a stack can leave behind, by kind. */
function inventory(t: Region): Record<string, unknown> {
  const names = (service: string, operation: string, list: string, name: string, input: object = {}) => {
    const answer = t.ask<Record<string, Record<string, unknown>[] | undefined>>(service, operation, input);
    return (answer[list] ?? []).map((item) => (typeof item === 'object' ? item[name] : item)).sort();
  };
  const running = { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }] };
  const groups = names('autoscaling', 'DescribeAutoScalingGroups', 'AutoScalingGroups', 'AutoScalingGroupName');
  const HostedZoneId = hostedZone(t);
  return {
    groups,
    balancers: names('elasticloadbalancing', 'DescribeLoadBalancers', 'LoadBalancerDescriptions', 'LoadBalancerName'),
    clusters: names('ecs', 'ListClusters', 'clusterArns', ''),
    definitions: names('ecs', 'ListTaskDefinitions', 'taskDefinitionArns', '', { status: 'ACTIVE' }),
    instances: names('ec2', 'DescribeInstances', 'Reservations', 'ReservationId', running),
    keys: names('ec2', 'DescribeKeyPairs', 'KeyPairs', 'KeyName'),
    launchTemplates: names('ec2', 'DescribeLaunchTemplates', 'LaunchTemplates', 'LaunchTemplateId'),
    logGroups: names('logs', 'DescribeLogGroups', 'logGroups', 'logGroupName'),
    parameters: names('ssm', 'GetParametersByPath', 'Parameters', 'Name', { Path: '/ec2', Recursive: true }),
    profiles: names('iam', 'ListInstanceProfiles', 'InstanceProfiles', 'InstanceProfileName'),
    providers: names('ecs', 'DescribeCapacityProviders', 'capacityProviders', 'name'),
    records: names('route53', 'ListResourceRecordSets', 'ResourceRecordSets', 'Name', { HostedZoneId }),
    roles: names('iam', 'ListRoles', 'Roles', 'RoleName'),
    secrets: names('secretsmanager', 'ListSecrets', 'SecretList', 'Name'),
    securityGroups: names('ec2', 'DescribeSecurityGroups', 'SecurityGroups', 'GroupId'),
  };
}

const everything = [...parseTemplate(template).resources.keys()];
const whole = (t: Region) => ({
  MasterCount: '4',
  SpareHosts: '0',
  DnsName: 'jenkins.build.example',
  HostedZoneId: hostedZone(t),
});

describe('a creation that fails at', () => {
  it.each(everything)('%s leaves nothing behind', (logicalId) => {
    const t = region();
    const before = inventory(t);
    // Every second one fails when it is made already, so that there is something of it to take away.
    const at = everything.indexOf(logicalId) % 2 === 0 ? 'create' : 'stabilize';
    fail(t.world, at, logicalId, 1);
    t.change('CREATE', whole(t)).execute();
    const id = t.stack()?.StackId ?? '';
    expect(t.settle()).toBe('ROLLBACK_COMPLETE');
    const lines = t.events().map(line);
    expect(lines.find((text) => text.startsWith(`${logicalId} CREATE_FAILED`))).toMatch(
      /: Resource handler returned message: "Internal Failure" \(RequestToken: [-0-9a-f]{36}, HandlerErrorCode: \w+\)$/,
    );
    expect(lines.find((text) => text.startsWith('jdci ROLLBACK_IN_PROGRESS'))).toMatch(
      new RegExp(`failed to create: \\[${logicalId}[\\],].* Rollback requested by user\\.$`),
    );
    expect(inventory(t)).toEqual(before);
    // It can only be deleted then, and its name is free again.
    t.cfn('DeleteStack', { StackName: 'jdci' });
    t.world.advanceUntil(() => t.stack(id)?.StackStatus === 'DELETE_COMPLETE', 600_000);
    expect(t.stack(id)?.StackStatus).toBe('DELETE_COMPLETE');
  });
});

describe('an update of the farm that fails', () => {
  const update = { AgentCap: '20', LogRetentionDays: '7' };
  const statuses = (t: Region) =>
    new Map(
      (t.cfn<ListStackResourcesOutput>('ListStackResources', { StackName: 'jdci' }).StackResourceSummaries ?? []).map(
        ({ LogicalResourceId, ResourceStatus }) => [LogicalResourceId, ResourceStatus],
      ),
    );

  it.each(['TaskDefinitionA', 'TaskDefinitionB', 'ServiceA', 'ServiceB'])(
    'at %s goes back to the revisions it had',
    (logicalId) => {
      const t = provisioned();
      const before = [inventory(t), [...t.resources()], t.stack()?.Outputs];
      fail(t.world, 'update', logicalId, 1);
      t.change('UPDATE', update).execute();
      expect(t.settle()).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect([inventory(t), [...t.resources()], t.stack()?.Outputs]).toEqual(before);
      const parameter = t.stack()?.Parameters?.find(({ ParameterKey }) => ParameterKey === 'AgentCap');
      expect(parameter?.ParameterValue).toBe('10');
    },
  );

  const wide = {
    AgentCap: '20',
    HostInstanceType: 't3.large',
    LogRetentionDays: '7',
    MasterAccessCidr: '10.0.0.0/8',
    MasterCount: '3',
    OperatorCidr: '198.51.100.0/24',
    SpareHosts: '0',
    Stickiness: 'true',
  };
  const touched = [
    'HostGroup',
    'HostLaunchTemplate',
    'HostSecurityGroup',
    'LoadBalancer',
    'LoadBalancerSecurityGroup',
    'LogGroup',
    'ServiceA',
    'ServiceB',
    'ServiceC',
    'TaskDefinitionA',
    'TaskDefinitionB',
    'TaskDefinitionC',
  ];
  const drifted = (t: Region) => {
    t.cfn('DetectStackDrift', { StackName: 'jdci' });
    t.world.advance(60_000);
    return t
      .cfn<DescribeStackResourceDriftsOutput>('DescribeStackResourceDrifts', {
        StackName: 'jdci',
        StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'],
      })
      .StackResourceDrifts?.map((one) => [one.LogicalResourceId, one.PropertyDifferences]);
  };

  it.each(touched)('after much else at %s leaves no trace', (logicalId) => {
    const t = provisioned();
    const before = [...t.resources()];
    const added = logicalId.endsWith('C');
    fail(t.world, added ? 'create' : 'stabilize', logicalId, 1);
    const { shown, execute } = t.change('UPDATE', wide);
    expect(shown.Changes?.map(({ ResourceChange: c }) => c?.LogicalResourceId)).toEqual(touched);
    execute();
    expect(t.settle()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...t.resources()]).toEqual(before);
    expect(drifted(t)).toEqual([]);
  });

  it('leaves nothing behind when the stack is deleted in the middle of it', () => {
    const t = region();
    const before = inventory(t);
    t.change('CREATE').execute();
    expect(t.settle()).toBe('CREATE_COMPLETE');
    const id = t.stack()?.StackId ?? '';
    // Stuck on the way back, with both revisions of the first slot in the account.
    fail(t.world, 'update', 'ServiceB', 1);
    fail(t.world, 'rollback', 'LogGroup');
    t.change('UPDATE', update).execute();
    expect(t.settle()).toBe('UPDATE_ROLLBACK_FAILED');
    t.cfn('DeleteStack', { StackName: 'jdci' });
    t.world.advanceUntil(() => t.stack(id)?.StackStatus !== 'DELETE_IN_PROGRESS', 3600_000);
    expect(t.stack(id)?.StackStatus).toBe('DELETE_COMPLETE');
    expect(inventory(t)).toEqual(before);
  });

  it('and whose rollback fails is continued past what cannot be restored', () => {
    const t = provisioned();
    const before = t.resources();
    fail(t.world, 'update', 'ServiceB', 1);
    fail(t.world, 'rollback', 'LogGroup');
    t.change('UPDATE', update).execute();
    expect(t.settle()).toBe('UPDATE_ROLLBACK_FAILED');
    expect(t.stack()?.StackStatusReason).toContain('The following resource(s) failed to update: [LogGroup');
    expect(statuses(t).get('LogGroup')).toBe('UPDATE_FAILED');
    const resume = (ResourcesToSkip?: string[]) =>
      t.cfn('ContinueUpdateRollback', { StackName: 'jdci', ResourcesToSkip });
    expect(() => resume(['Cluster'])).toThrow('Resource [Cluster] cannot be skipped');
    resume();
    expect(t.settle()).toBe('UPDATE_ROLLBACK_FAILED');
    resume(['LogGroup']);
    expect(t.settle()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(t.resources()).toEqual(before);
    // Skipped is not restored: the stack believes 30 days, the group has 7.
    const { logGroups } = t.ask<{ logGroups: { retentionInDays: number }[] }>('logs', 'DescribeLogGroups', {});
    expect(logGroups.map(({ retentionInDays }) => retentionInDays)).toEqual([7]);
    expect(drifted(t)?.map(([logicalId]) => logicalId)).toEqual(['LogGroup']);
  });

  it('stays as it is where rollback is disabled, and goes on or back from there', () => {
    for (const goOn of [true, false]) {
      const t = provisioned();
      const before = [inventory(t), [...t.resources()]];
      fail(t.world, 'update', 'ServiceB', 1);
      const { shown } = t.change('UPDATE', update);
      t.cfn('ExecuteChangeSet', {
        StackName: 'jdci',
        ChangeSetName: shown.ChangeSetName,
        DisableRollback: true,
      });
      expect(t.settle()).toBe('UPDATE_FAILED');
      expect(statuses(t).get('TaskDefinitionA')).toBe('UPDATE_COMPLETE');
      if (goOn) {
        t.change('UPDATE', update).execute();
        expect(t.settle()).toBe('UPDATE_COMPLETE');
        // The revisions of before are gone: one for each slot is left.
        expect(inventory(t).definitions).toHaveLength(2);
      } else {
        t.cfn('RollbackStack', { StackName: 'jdci' });
        expect(t.settle()).toBe('UPDATE_ROLLBACK_COMPLETE');
        expect([inventory(t), [...t.resources()]]).toEqual(before);
      }
    }
  });
});

describe('an injected failure', () => {
  const body = (size = 1) =>
    JSON.stringify({
      Resources: {
        A: { Type: 'Test::Thing', Properties: { Name: 'a', Size: size } },
        B: { Type: 'Test::Thing', DependsOn: 'A', Properties: { Name: 'b', Size: size } },
      },
    });
  const create = { StackName: 'farm', TemplateBody: body() };

  it('is put in by a fault file, by type or logical id', () => {
    const fault = { kind: 'resource-fails', at: 'create', resourceType: 'Test::Thing', reason: 'no more', count: 1 };
    const file = parseFaultFile(fault);
    if (typeof file === 'string') throw new Error(file);
    expect(file.faults).toEqual([fault]);
    expect(parseFaultFile({ kind: 'resource-fails', at: 'lunch' })).toBe(
      'fault 1: at must be one of create, update, rollback, delete, stabilize',
    );
    const t = bench();
    inject(t.world, fault as WorldFault);
    t.run('CreateStack', create);
    expect(t.settle('farm')).toBe('ROLLBACK_COMPLETE');
    expect(t.events('farm').map(line).join('\n')).toMatch(/A CREATE_FAILED: .*"no more".*GeneralServiceException/);
    // Its count is used up.
    t.run('DeleteStack', { StackName: 'farm' });
    t.world.advance(60_000);
    t.run('CreateStack', create);
    expect(t.settle('farm')).toBe('CREATE_COMPLETE');
  });

  it.each([
    ['ROLLBACK', 'ROLLBACK_COMPLETE', 0],
    ['DO_NOTHING', 'CREATE_FAILED', 2],
  ])('meets OnFailure %s', (OnFailure, status, left) => {
    const t = bench();
    fail(t.world, 'stabilize', 'B');
    t.run('CreateStack', { ...create, OnFailure });
    expect(t.settle('farm')).toBe(status);
    expect(t.things.size).toBe(left);
  });

  it.each([
    ['Retain', false, 1],
    ['Retain', true, 0],
    ['RetainExceptOnCreate', false, 0],
  ])('of a creation under %s with RetainExceptOnCreate %s leaves %i', (DeletionPolicy, RetainExceptOnCreate, left) => {
    const t = bench();
    const A = { Type: 'Test::Thing', DeletionPolicy, Properties: { Name: 'a' } };
    const B = { Type: 'Test::Thing', DependsOn: 'A', Properties: { Name: 'b' } };
    fail(t.world, 'create', 'B');
    t.run('CreateStack', {
      StackName: 'farm',
      TemplateBody: JSON.stringify({ Resources: { A, B } }),
      RetainExceptOnCreate,
    });
    expect(t.settle('farm')).toBe('ROLLBACK_COMPLETE');
    expect(t.things.size).toBe(left);
  });

  it('with OnFailure DELETE ends with the stack', () => {
    const t = bench();
    fail(t.world, 'create', 'B');
    t.run('CreateStack', { ...create, OnFailure: 'DELETE' });
    const id = t.stack('farm').StackId ?? '';
    t.world.advance(600_000);
    expect(t.stack(id).StackStatus).toBe('DELETE_COMPLETE');
    expect(t.things.size).toBe(0);
  });

  it('in a creation that is kept is mended by an update, which makes the failed one anew', () => {
    const t = bench();
    const fault = fail(t.world, 'stabilize', 'B');
    t.run('CreateStack', { ...create, DisableRollback: true });
    expect(t.settle('farm')).toBe('CREATE_FAILED');
    fault.end();
    t.log.length = 0;
    t.run('UpdateStack', { StackName: 'farm', TemplateBody: body(2) });
    expect(t.settle('farm')).toBe('UPDATE_COMPLETE');
    expect(t.log).toEqual(['update a to 2', 'remove b-2', 'create b']);
    expect([...t.things.keys()]).toEqual(['a-1', 'b-3']);
  });

  it('in a creation that is kept is rolled back when asked', () => {
    const t = bench();
    fail(t.world, 'create', 'B');
    t.run('CreateStack', { ...create, DisableRollback: true });
    t.settle('farm');
    t.run('RollbackStack', { StackName: 'farm' });
    expect(t.settle('farm')).toBe('ROLLBACK_COMPLETE');
    expect(t.things.size).toBe(0);
    expect(t.fails('RollbackStack', { StackName: 'farm' }).message).toMatch(/is in ROLLBACK_COMPLETE state/);
  });

  it('of a deletion fails the rollback or the deletion, until it is retained or forced', () => {
    const t = bench();
    fail(t.world, 'create', 'B', 1);
    const stuck = fail(t.world, 'delete', 'A');
    t.run('CreateStack', create);
    expect(t.settle('farm')).toBe('ROLLBACK_FAILED');
    expect(t.stack('farm').StackStatusReason).toBe('The following resource(s) failed to delete: [A]. ');
    const id = t.stack('farm').StackId ?? '';
    expect(t.fails('DeleteStack', { StackName: 'farm', DeletionMode: 'FORCE_DELETE_STACK' }).message).toMatch(
      /only when the stack is in the DELETE_FAILED state\.$/,
    );
    t.run('DeleteStack', { StackName: 'farm' });
    expect(t.settle('farm')).toBe('DELETE_FAILED');
    t.run('DeleteStack', { StackName: 'farm', DeletionMode: 'FORCE_DELETE_STACK' });
    t.world.advance(600_000);
    expect(t.stack(id).StackStatus).toBe('DELETE_COMPLETE');
    expect([...t.things.keys()]).toEqual(['a-1']);
    expect(stuck.over()).toBe(false);
  });
});
