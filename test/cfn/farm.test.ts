import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkTemplate } from '../../src/sandbox/cloudformation/graph.ts';
import { resourceTypes } from '../../src/sandbox/cloudformation/resources/registry.ts';
import { maps, text } from '../../src/sandbox/cloudformation/resources/resource-type.ts';
import { parseTemplate } from '../../src/sandbox/cloudformation/template.ts';
import { isMap, type Value, type ValueMap } from '../../src/sandbox/cloudformation/value.ts';

const body = readFileSync(new URL('../../cfn/farm.yaml', import.meta.url), 'utf8');
const template = parseTemplate(body);
const slots = ['A', 'B', 'C', 'D'];

function resource(logicalId: string) {
  const found = template.resources.get(logicalId);
  if (!found) throw new Error(`no resource ${logicalId}`);
  return found;
}

/** A resource of a slot with the slot's letter taken out. */
function withoutSlot(logicalId: string, slot: string): string {
  return JSON.stringify(resource(`${logicalId}${slot}`).properties)
    .replaceAll(`TaskDefinition${slot}`, 'TaskDefinition?')
    .replaceAll(`master-${slot.toLowerCase()}`, 'master-?')
    .replaceAll(`"${slot.toLowerCase()}"`, '"?"');
}

function choices(parameter: string): number[] {
  const allowed = template.parameters.get(parameter)?.definition.AllowedValues;
  if (!Array.isArray(allowed)) throw new Error(`${parameter} has no allowed values`);
  return allowed.map(Number);
}

/** Every statement that a role's inline policies hold. */
function statements(role: string): ValueMap[] {
  return maps(resource(role).properties.Policies).flatMap((policy) => {
    const document = policy.PolicyDocument;
    return isMap(document) ? maps(document.Statement) : [];
  });
}

function actions({ Action }: ValueMap): string[] {
  return (Array.isArray(Action) ? Action : [Action]).map(text);
}

describe('the template', () => {
  it('fits into a request and resolves', () => {
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(51_200);
    expect(() => checkTemplate(template, (type) => resourceTypes[type])).not.toThrow();
  });

  it('uses only properties that the sandbox knows', () => {
    const strange = [...template.resources.values()].flatMap(({ logicalId, type, properties }) =>
      Object.keys(properties)
        .filter((name) => !(name in (resourceTypes[type]?.properties ?? {})))
        .map((name) => `${logicalId}.${name}`),
    );
    expect(strange).toEqual([]);
  });

  it('has the logical ids and outputs that its clients look for', () => {
    const wanted =
      'Cluster HostGroup HostLaunchTemplate LoadBalancer ServiceA ServiceB ServiceC ServiceD TaskDefinitionA TaskDefinitionB TaskDefinitionC TaskDefinitionD ViewerSecret OperatorSecret AgentKeyPair LogGroup DnsRecord ExecutionRole MasterRole HostRole AgentRole HostInstanceProfile AgentInstanceProfile LoadBalancerSecurityGroup HostSecurityGroup AgentSecurityGroup';
    expect(wanted.split(' ').filter((id) => !template.resources.has(id))).toEqual([]);
    expect([...template.outputs.keys()].sort()).toEqual([
      'ClusterName',
      'FrontDoorUrl',
      'HostGroupName',
      'LoadBalancerDnsName',
      'OperatorSecretArn',
      'ViewerSecretArn',
    ]);
  });

  it('says the same of every slot', () => {
    for (const kind of ['TaskDefinition', 'Service']) {
      const [first, ...others] = slots.map((slot) => withoutSlot(kind, slot));
      for (const other of others) expect(other).toBe(first);
    }
  });

  it('chains the services, so that an update takes one slot at a time', () => {
    expect(slots.map((slot) => resource(`Service${slot}`).dependsOn)).toEqual([
      ['HostCapacityAssociation'],
      ['ServiceA'],
      ['ServiceB'],
      ['ServiceC'],
    ]);
  });

  it('lets a task leave its port before the next comes', () => {
    for (const slot of slots) {
      expect(resource(`Service${slot}`).properties).toMatchObject({
        DesiredCount: 1,
        DeploymentConfiguration: { MinimumHealthyPercent: 0, MaximumPercent: 100 },
        AvailabilityZoneRebalancing: 'DISABLED',
        HealthCheckGracePeriodSeconds: 300,
      });
    }
  });

  it('registers hosts by the services alone', () => {
    expect(resource('HostGroup').properties).not.toHaveProperty('LoadBalancerNames');
    expect(resource('HostGroup').properties.HealthCheckType).toBe('EC2');
  });

  it('knows a number of hosts for every choice of masters and spare hosts', () => {
    const mapping = template.mappings.HostCount;
    for (const masters of choices('MasterCount')) {
      for (const spare of choices('SpareHosts')) {
        const row = isMap(mapping) ? mapping[String(masters)] : undefined;
        expect(isMap(row) ? row[String(spare)] : undefined).toBe(masters + spare);
      }
    }
  });

  it('opens nothing to everybody', () => {
    expect(body).not.toContain('0.0.0.0/0');
    for (const name of ['OperatorCidr', 'MasterAccessCidr']) {
      const definition = template.parameters.get(name)?.definition ?? {};
      expect(definition.Default).toBeUndefined();
      const pattern = new RegExp(text(definition.AllowedPattern));
      expect(['203.0.113.7/32', '10.0.0.0/8', '172.31.0.0/16'].every((block) => pattern.test(block))).toBe(true);
      expect(
        ['0.0.0.0/0', '10.0.0.0/7', '10.0.0.0', '256.0.0.0/8', '10.0.0.0/33'].some((block) => pattern.test(block)),
      ).toBe(false);
    }
  });

  it('keeps containers away from the instance metadata', () => {
    const data = resource('HostLaunchTemplate').properties.LaunchTemplateData as ValueMap;
    expect(data.MetadataOptions).toEqual({
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
  });
});

describe('the rights', () => {
  it('let a master run, tag and end only agents of its farm', () => {
    const changing = statements('MasterRole').filter((statement) =>
      actions(statement).some((action) => !/:(Describe|List)/.test(action)),
    );
    const open = changing.filter(({ Resource }) => Resource === '*');
    expect(open).toEqual([]);
    const tagged = (key: string): Value => ({
      [`aws:${key}/jdci:farm`]: { Ref: 'AWS::StackName' },
      [`aws:${key}/jdci:role`]: 'agent',
    });
    for (const sid of ['OperateAgents', 'RetagAgents', 'UntagAgents']) {
      const statement = changing.find(({ Sid }) => Sid === sid);
      expect((statement?.Condition as ValueMap | undefined)?.StringEquals, sid).toEqual(tagged('ResourceTag'));
    }
    const run = changing.find(({ Sid }) => Sid === 'RunTaggedAgents');
    expect((run?.Condition as ValueMap | undefined)?.StringEquals).toEqual(tagged('RequestTag'));
  });

  it('let a master pass the agents’ role only, and only to EC2', () => {
    const passing = statements('MasterRole').filter((statement) => actions(statement).includes('iam:PassRole'));
    expect(passing).toHaveLength(1);
    expect(passing[0]).toMatchObject({
      Resource: { 'Fn::GetAtt': ['AgentRole', 'Arn'] },
      Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    });
  });

  it('let a master copy no disk of the account but the farm’s own', () => {
    const copying = statements('MasterRole').filter(({ Resource }) => JSON.stringify(Resource).includes('::snapshot/'));
    expect(copying.map(({ Condition }) => Condition)).toEqual([
      { StringNotEquals: { 'ec2:Owner': { Ref: 'AWS::AccountId' } } },
      { StringEquals: { 'aws:ResourceTag/jdci:farm': { Ref: 'AWS::StackName' } } },
    ]);
  });

  it('have no wildcard among their actions', () => {
    for (const role of ['ExecutionRole', 'MasterRole', 'HostRole', 'AgentRole']) {
      expect(
        statements(role)
          .flatMap(actions)
          .filter((action) => action.includes('*')),
      ).toEqual([]);
    }
  });

  it('let agents see no secret', () => {
    expect(
      statements('AgentRole')
        .flatMap(actions)
        .every((action) => action.startsWith('ecr:')),
    ).toBe(true);
  });

  it('stay within what IAM takes inline: 10,240 characters a role, white space not counted', () => {
    for (const role of ['ExecutionRole', 'MasterRole', 'HostRole', 'AgentRole']) {
      // Long forms are longer than what they stand for, except names; half of the limit leaves room for those.
      expect(JSON.stringify(resource(role).properties.Policies).length).toBeLessThan(10_240);
    }
  });
});
