import type {
  DescribeChangeSetOutput,
  DescribeStackResourceDriftsOutput,
  GetStackPolicyOutput,
  GetTemplateOutput,
  ResourceChange,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { type Bench, bench, line } from './fakes.ts';
import { provisioned, region, template } from './farm-region.ts';

type Region = ReturnType<typeof region>;

const things = (more: object = {}, properties: object = {}) =>
  JSON.stringify({
    Parameters: {
      Size: { Type: 'Number', Default: 1 },
      Name: { Type: 'String', Default: 'a' },
      Word: { Type: 'String', Default: 'sesame', NoEcho: true },
    },
    Resources: {
      A: { Type: 'Test::Thing', Properties: { Name: { Ref: 'Name' }, Size: { Ref: 'Size' }, ...properties }, ...more },
      B: { Type: 'Test::Thing', Properties: { Name: 'b', Link: { 'Fn::Sub': '${A}/${A.Address}' } } },
      C: { Type: 'Test::Thing', Properties: { Name: { Ref: 'B' } } },
    },
    Outputs: { Size: { Value: { Ref: 'Size' } } },
  });

function created(): Bench {
  const t = bench();
  t.run('CreateStack', { StackName: 'farm', TemplateBody: things() });
  expect(t.settle('farm')).toBe('CREATE_COMPLETE');
  t.log.length = 0;
  return t;
}

function given(values: Record<string, string>) {
  return Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
}

function propose(t: Bench, input: object, IncludePropertyValues = false): DescribeChangeSetOutput {
  const names = { StackName: 'farm', ChangeSetName: `c${t.world.now}` };
  t.run('CreateChangeSet', { ...names, ...input });
  t.world.advance(10_000);
  return t.run('DescribeChangeSet', { ...names, IncludePropertyValues });
}

const of = (shown: DescribeChangeSetOutput, logicalId: string): ResourceChange => {
  const found = shown.Changes?.find(({ ResourceChange }) => ResourceChange?.LogicalResourceId === logicalId);
  if (!found?.ResourceChange) throw new Error(`no change of ${logicalId}`);
  return found.ResourceChange;
};

describe('a change set with property values', () => {
  it('shows before and after, and both causes of a parameter', () => {
    const t = created();
    const input = { UsePreviousTemplate: true, Parameters: given({ Size: '2' }) };
    const change = of(propose(t, input, true), 'A');
    const Target = {
      Attribute: 'Properties',
      Name: 'Size',
      RequiresRecreation: 'Never',
      Path: '/Properties/Size',
      BeforeValue: '1',
      AfterValue: '2',
      AttributeChangeType: 'Modify',
    };
    expect(change.Details).toEqual([
      { Target, Evaluation: 'Static', ChangeSource: 'ParameterReference', CausingEntity: 'Size' },
      { Target, Evaluation: 'Dynamic', ChangeSource: 'DirectModification' },
    ]);
    expect(JSON.parse(change.BeforeContext ?? '')).toEqual({ Properties: { Name: 'a', Size: '1' } });
    expect(JSON.parse(change.AfterContext ?? '')).toEqual({ Properties: { Name: 'a', Size: '2' } });
  });

  it('says of a replacement what follows from it, as far as it can be known', () => {
    const t = created();
    const shown = propose(t, { UsePreviousTemplate: true, Parameters: given({ Name: 'z' }) }, true);
    expect(of(shown, 'A')).toMatchObject({ Replacement: 'True', PolicyAction: 'ReplaceAndDelete' });
    const b = of(shown, 'B');
    expect(b.Replacement).toBe('False');
    expect(b.Details?.map(({ Target: _target, ...cause }) => cause)).toEqual([
      { Evaluation: 'Static', ChangeSource: 'ResourceReference', CausingEntity: 'A' },
      { Evaluation: 'Dynamic', ChangeSource: 'ResourceAttribute', CausingEntity: 'A.Address' },
    ]);
    expect(b.Details?.[0]?.Target).toMatchObject({
      BeforeValue: 'a-1/a.example',
      AfterValue: '{{changeSet:KNOWN_AFTER_APPLY}}/{{changeSet:KNOWN_AFTER_APPLY}}',
    });
    // B stays what it is, and with it what C refers to.
    expect(shown.Changes).toHaveLength(2);
  });

  it('tells a replacement that hangs on the execution as conditional', () => {
    const t = created();
    const body = (size: number) =>
      JSON.stringify({
        Resources: {
          A: { Type: 'Test::Thing', Properties: { Name: 'a', Size: size } },
          B: { Type: 'Test::Thing', Properties: { Name: { 'Fn::GetAtt': ['A', 'Address'] } } },
          C: { Type: 'Test::Thing', Properties: { Name: { Ref: 'B' } } },
        },
      });
    t.run('UpdateStack', { StackName: 'farm', TemplateBody: body(1) });
    expect(t.settle('farm')).toBe('UPDATE_COMPLETE');
    const replaced = body(1).replace('"Name":"a"', '"Name":"z"');
    const shown = propose(t, { TemplateBody: replaced });
    expect(shown.Changes?.map(({ ResourceChange: c }) => [c?.LogicalResourceId, c?.Replacement])).toEqual([
      ['A', 'True'],
      ['B', 'Conditional'],
      ['C', 'Conditional'],
    ]);
    expect(of(shown, 'B').Details).toEqual([
      {
        Target: { Attribute: 'Properties', Name: 'Name', RequiresRecreation: 'Always' },
        Evaluation: 'Dynamic',
        ChangeSource: 'ResourceAttribute',
        CausingEntity: 'A.Address',
      },
    ]);
  });

  it('goes to the innermost place, and leaves values out when it is not asked for them', () => {
    const t = created();
    const body = things({}, { Data: { x: [1, 2], y: 'z' } });
    const shown = of(propose(t, { TemplateBody: body }, true), 'A');
    expect(shown.Details?.map(({ Target }) => [Target?.Path, Target?.AttributeChangeType, Target?.AfterValue])).toEqual(
      [['/Properties/Data', 'Add', '{"x":[1,2],"y":"z"}']],
    );
    t.run('UpdateStack', { StackName: 'farm', TemplateBody: body });
    t.settle('farm');
    const inner = { TemplateBody: things({}, { Data: { x: [1, 3, 4] } }) };
    expect(
      of(propose(t, inner, true), 'A').Details?.map(({ Target: d }) => [d?.Path, d?.BeforeValue, d?.AfterValue]),
    ).toEqual([
      ['/Properties/Data/x/1', '2', '3'],
      ['/Properties/Data/x/2', undefined, '4'],
      ['/Properties/Data/y', 'z', undefined],
    ]);
    const plain = of(propose(t, inner), 'A');
    expect(plain.Details).toEqual([
      {
        Target: { Attribute: 'Properties', Name: 'Data', RequiresRecreation: 'Never' },
        Evaluation: 'Static',
        ChangeSource: 'DirectModification',
      },
    ]);
    expect(plain.BeforeContext ?? plain.AfterContext).toBeUndefined();
  });

  it('tells an addition, and a removal by its policy', () => {
    const t = created();
    const kept = things({ DeletionPolicy: 'Retain' });
    t.run('UpdateStack', { StackName: 'farm', TemplateBody: kept, Parameters: given({ Size: '2' }) });
    t.settle('farm');
    const TemplateBody = JSON.stringify({ Resources: { D: { Type: 'Test::Thing', Properties: { Name: 'd' } } } });
    const shown = propose(t, { TemplateBody }, true);
    expect(of(shown, 'A')).toMatchObject({ Action: 'Remove', PolicyAction: 'Retain', PhysicalResourceId: 'a-1' });
    expect(of(shown, 'B')).toMatchObject({ Action: 'Remove', PolicyAction: 'Delete' });
    const { AfterContext, ...added } = of(shown, 'D');
    expect(added).toEqual({
      Action: 'Add',
      LogicalResourceId: 'D',
      ResourceType: 'Test::Thing',
      Scope: [],
      Details: [],
    });
    expect(AfterContext).toBe('{"Properties":{"Name":"d"}}');
  });

  it('refuses another type for a logical id', () => {
    const t = created();
    const body = JSON.parse(things()) as { Resources: { C: { Type: string } } };
    body.Resources.C.Type = 'AWS::IAM::Role';
    const shown = propose(t, { TemplateBody: JSON.stringify(body), Capabilities: ['CAPABILITY_IAM'] });
    expect([shown.Status, shown.StatusReason]).toEqual([
      'FAILED',
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: [C]',
    ]);
  });

  it('of the farm names the parameter behind a new revision, and what follows', () => {
    const t = provisioned();
    const { shown } = t.change('UPDATE', { AgentCap: '20' });
    const values: DescribeChangeSetOutput = t.cfn('DescribeChangeSet', {
      StackName: 'jdci',
      ChangeSetName: shown.ChangeSetName,
      IncludePropertyValues: true,
    });
    const [cause] = of(values, 'TaskDefinitionA').Details ?? [];
    expect(cause).toMatchObject({ ChangeSource: 'ParameterReference', CausingEntity: 'AgentCap' });
    expect(cause?.Target).toMatchObject({ BeforeValue: '10', AfterValue: '20', RequiresRecreation: 'Always' });
    expect(cause?.Target?.Path).toMatch(/^\/Properties\/ContainerDefinitions\/0\/Environment\/\d+\/Value$/);
    expect(of(values, 'ServiceA').Details).toMatchObject([
      { ChangeSource: 'ResourceReference', CausingEntity: 'TaskDefinitionA', Evaluation: 'Static' },
    ]);
  });
});

describe('an update', () => {
  it('may consist of an output alone', () => {
    const t = created();
    const body = JSON.parse(things()) as { Outputs: Record<string, unknown> };
    body.Outputs.More = { Value: { Ref: 'A' } };
    const TemplateBody = JSON.stringify(body);
    const shown = propose(t, { TemplateBody });
    expect([shown.Status, shown.ExecutionStatus, shown.Changes]).toEqual(['CREATE_COMPLETE', 'AVAILABLE', []]);
    t.run('UpdateStack', { StackName: 'farm', TemplateBody });
    expect(t.settle('farm')).toBe('UPDATE_COMPLETE');
    expect(t.stack('farm').Outputs?.map(({ OutputKey }) => OutputKey)).toEqual(['Size', 'More']);
    expect(t.log).toEqual([]);
  });

  it('keeps values by UsePreviousValue, and falls back to defaults without it', () => {
    const t = created();
    const next = (Parameters: object[]) => {
      t.run('UpdateStack', { StackName: 'farm', UsePreviousTemplate: true, Parameters });
      t.settle('farm');
      return Object.fromEntries(t.stack('farm').Parameters?.map((p) => [p.ParameterKey, p.ParameterValue]) ?? []);
    };
    expect(next(given({ Size: '7' }))).toMatchObject({ Size: '7', Name: 'a' });
    const keep = { ParameterKey: 'Size', UsePreviousValue: true };
    expect(next([keep, ...given({ Name: 'y' })])).toMatchObject({ Size: '7', Name: 'y' });
    expect(next([])).toMatchObject({ Size: '1', Name: 'a' });
    const body = JSON.parse(things()) as { Parameters: Record<string, unknown> };
    body.Parameters.New = { Type: 'String', Default: 'x' };
    expect(
      t.fails('UpdateStack', {
        StackName: 'farm',
        TemplateBody: JSON.stringify(body),
        Parameters: [{ ParameterKey: 'New', UsePreviousValue: true }],
      }).message,
    ).toBe(
      'Invalid input for parameter key New. Cannot specify usePreviousValue as true for a parameter key not in the previous template',
    );
  });

  it('hides what NoEcho hides wherever it would be seen', () => {
    const t = created();
    const TemplateBody = things({}, { Data: { Ref: 'Word' } });
    const shown = propose(t, { TemplateBody, Parameters: given({ Word: 'open-sesame' }) }, true);
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: shown.ChangeSetName });
    expect(t.settle('farm')).toBe('UPDATE_COMPLETE');
    const seen = JSON.stringify([shown, t.stack('farm'), t.events('farm')]);
    expect(seen).toContain('****');
    expect(seen).not.toMatch(/sesame/);
  });

  it('carries its token in its events, and change sets their own template', () => {
    const t = created();
    const next = things({}, { Data: 'new' });
    const shown = propose(t, { TemplateBody: next });
    const read = (ChangeSetName?: string) =>
      t.run<GetTemplateOutput>('GetTemplate', { StackName: 'farm', ChangeSetName }).TemplateBody;
    expect([read(), read(shown.ChangeSetName)]).toEqual([things(), next]);
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: shown.ChangeSetName, ClientRequestToken: 'mine' });
    t.settle('farm');
    const tokens = t.events('farm').map(({ ClientRequestToken }) => ClientRequestToken);
    expect(new Set(tokens.slice(tokens.indexOf('mine')))).toEqual(new Set(['mine']));
  });

  it('writes its cleaning up as recorded: without properties, under other ids', () => {
    const t = created();
    t.run('UpdateStack', { StackName: 'farm', UsePreviousTemplate: true, Parameters: given({ Name: 'z' }) });
    t.settle('farm');
    const [gone] = t.events('farm').filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_COMPLETE');
    expect(gone?.EventId).toMatch(/^A-[0-9a-f]{8}-/);
    expect(gone?.ResourceProperties).toBeUndefined();
    expect(gone?.PhysicalResourceId).toBe('a-1');
  });

  it('is held back by a stack policy, and let through by one for this update', () => {
    const t = created();
    const policy = (effect: string, action: string) => ({
      Effect: effect,
      Action: action,
      Principal: '*',
      Resource: 'LogicalResourceId/A',
    });
    const all = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
    const StackPolicyBody = JSON.stringify({ Statement: [policy('Deny', 'Update:Replace'), all] });
    t.run('SetStackPolicy', { StackName: 'farm', StackPolicyBody });
    expect(t.run<GetStackPolicyOutput>('GetStackPolicy', { StackName: 'farm' })).toEqual({ StackPolicyBody });
    const update = { StackName: 'farm', UsePreviousTemplate: true, Parameters: given({ Name: 'z' }) };
    t.run('UpdateStack', update);
    expect(t.settle('farm')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(t.events('farm').map(line)).toContain(
      'A UPDATE_FAILED: Action denied by stack policy: Statement [#1] does not allow [Update:Replace] for resource [LogicalResourceId/A];',
    );
    expect([...t.things.keys()].sort()).toEqual(['a-1', 'b-2', 'b-2-3']);
    t.run('UpdateStack', { ...update, StackPolicyDuringUpdateBody: JSON.stringify({ Statement: [all] }) });
    expect(t.settle('farm')).toBe('UPDATE_COMPLETE');
    expect([...t.things.keys()]).not.toContain('a-1');
  });

  it('removes nothing that a stack policy protects from it', () => {
    const t = created();
    const StackPolicyBody = JSON.stringify({
      Statement: [{ Effect: 'Allow', NotAction: 'Update:Delete', Principal: '*', Resource: '*' }],
    });
    t.run('SetStackPolicy', { StackName: 'farm', StackPolicyBody });
    const TemplateBody = JSON.stringify({ Resources: { A: { Type: 'Test::Thing', Properties: { Name: 'a' } } } });
    t.run('UpdateStack', { StackName: 'farm', TemplateBody });
    expect(t.settle('farm')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(t.things.size).toBe(3);
  });
});

describe('tags of the stack', () => {
  const update = (t: Region, Tags: object[]) => {
    const names = { StackName: 'jdci', ChangeSetName: `t-${t.world.hex(6)}` };
    t.cfn('CreateChangeSet', {
      ...names,
      UsePreviousTemplate: true,
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: Object.keys(t.values).map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
      Tags,
    });
    t.world.advance(10_000);
    const shown: DescribeChangeSetOutput = t.cfn('DescribeChangeSet', names);
    t.cfn('ExecuteChangeSet', names);
    expect(t.settle()).toBe('UPDATE_COMPLETE');
    return shown;
  };
  /** Values of the tag `team` on everything of the farm that answers for its tags. */
  const seen = (t: Region) => {
    const id = t.resources();
    const lower = (tags: { key?: string; value?: string }[] = []) =>
      tags.map(({ key, value }) => ({ Key: key, Value: value }));
    const ecs = (resourceArn = '') =>
      lower(t.ask<{ tags?: object[] }>('ecs', 'ListTagsForResource', { resourceArn }).tags);
    const first = <T>(list: T[] | undefined): Partial<T> => list?.[0] ?? {};
    type Tagged = { Tags?: { Key?: string; Value?: string }[] };
    const group = t.ask<{ SecurityGroups?: Tagged[] }>('ec2', 'DescribeSecurityGroups', {
      GroupIds: [id.get('HostSecurityGroup')],
    });
    const hosts = t.ask<{ AutoScalingGroups?: Tagged[] }>('autoscaling', 'DescribeAutoScalingGroups', {});
    const balancer = t.ask<{ TagDescriptions?: Tagged[] }>('elasticloadbalancing', 'DescribeTags', {
      LoadBalancerNames: [id.get('LoadBalancer')],
    });
    const role = t.ask<Tagged>('iam', 'ListRoleTags', { RoleName: id.get('HostRole') });
    const secret = t.ask<Tagged>('secretsmanager', 'DescribeSecret', { SecretId: id.get('ViewerSecret') });
    const logs = t.ask<{ tags?: Record<string, string> }>('logs', 'ListTagsForResource', {
      resourceArn: t.world.arn('logs', `log-group:${id.get('LogGroup')}`),
    });
    const all = {
      group: first(group.SecurityGroups).Tags,
      hosts: first(hosts.AutoScalingGroups).Tags,
      balancer: first(balancer.TagDescriptions).Tags,
      role: role.Tags,
      secret: secret.Tags,
      service: ecs(id.get('ServiceA')),
      definition: ecs(id.get('TaskDefinitionA')),
      cluster: ecs(t.world.arn('ecs', 'cluster/jdci')),
      logs: [{ Key: 'team', Value: logs.tags?.team }],
    };
    const team = ([kind, tags]: [string, Tagged['Tags']]) => [kind, tags?.find(({ Key }) => Key === 'team')?.Value];
    return new Set(Object.entries(all).map((entry) => team(entry)[1]));
  };

  it('reach every resource that can be tagged, and leave it again', () => {
    const t = provisioned();
    const shown = update(t, [{ Key: 'team', Value: 'ci' }]);
    expect(of(shown, 'HostRole')).toMatchObject({
      Action: 'Modify',
      Replacement: 'False',
      Scope: ['Tags'],
      Details: [
        {
          Target: { Attribute: 'Tags', RequiresRecreation: 'Never' },
          Evaluation: 'Static',
          ChangeSource: 'DirectModification',
        },
      ],
    });
    // Nothing is replaced or restarted by a tag.
    expect(shown.Changes?.filter(({ ResourceChange: c }) => c?.Replacement !== 'False')).toEqual([]);
    expect(seen(t)).toEqual(new Set(['ci']));
    expect(t.stack()?.Tags).toEqual([{ Key: 'team', Value: 'ci' }]);
    update(t, [{ Key: 'team', Value: 'build' }]);
    expect(seen(t)).toEqual(new Set(['build']));
    update(t, []);
    expect(seen(t)).toEqual(new Set([undefined]));
    expect(drifted(t)).toEqual([]);
  });

  const drifted = (t: Region) => {
    t.cfn('DetectStackDrift', { StackName: 'jdci' });
    t.world.advance(60_000);
    const { StackResourceDrifts } = t.cfn<DescribeStackResourceDriftsOutput>('DescribeStackResourceDrifts', {
      StackName: 'jdci',
      StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'],
    });
    return StackResourceDrifts;
  };

  it('stay what they are when a request says nothing of them', () => {
    const t = region();
    t.cfn('CreateStack', {
      StackName: 'jdci',
      TemplateBody: template,
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: given(t.values),
      Tags: [{ Key: 'team', Value: 'ci' }],
    });
    expect(t.settle()).toBe('CREATE_COMPLETE');
    t.change('UPDATE', { LogRetentionDays: '7' }).execute();
    expect(t.settle()).toBe('UPDATE_COMPLETE');
    expect(seen(t)).toEqual(new Set(['ci']));
  });
});
