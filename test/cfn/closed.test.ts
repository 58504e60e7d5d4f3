import { describe, expect, it } from 'vitest';
import { maps, text } from '../../src/sandbox/cloudformation/resources/resource-type.ts';
import { parseTemplate } from '../../src/sandbox/cloudformation/template.ts';
import { isMap, type Value, type ValueMap } from '../../src/sandbox/cloudformation/value.ts';
import { template as body } from '../sandbox/cloudformation/farm-region.ts';

const template = parseTemplate(body);
const lines = body.split('\n');

/** Every text in a value, with the path to it. */
function texts(value: Value, path: string): [path: string, text: string][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => texts(item, `${path}[${index}]`));
  if (isMap(value)) return Object.entries(value).flatMap(([key, item]) => texts(item, `${path}.${key}`));
  return typeof value === 'string' ? [[path, value]] : [];
}

const everything = [...template.resources.values()].flatMap(({ logicalId, properties }) =>
  texts(properties, logicalId),
);

/** Every statement of the inline policies of every role, with the role's name. */
const statements = [...template.resources.values()]
  .filter(({ type }) => type === 'AWS::IAM::Role')
  .flatMap(({ logicalId, properties }) =>
    maps(properties.Policies).flatMap(({ PolicyDocument }) =>
      (isMap(PolicyDocument) ? maps(PolicyDocument.Statement) : []).map((statement) => ({
        role: logicalId,
        statement,
      })),
    ),
  );

describe('the template is closed:', () => {
  it('nothing is open to the whole internet, in either family', () => {
    expect(body).not.toMatch(/0\.0\.0\.0\/0|::\/0/);
    // Who may come in is what the operator says, and nothing else.
    const blocks = everything.filter(([path]) => /Cidr/.test(path));
    expect(new Set(blocks.map(([path, value]) => `${path.replace(/^.*\./, '')} ${value}`))).toEqual(
      new Set(['Ref OperatorCidr', 'Ref MasterAccessCidr']),
    );
    expect(blocks).toHaveLength(3);
  });

  it('no secret is written into it, and none is a parameter', () => {
    const names = [...template.parameters.keys()].filter((name) => /secret|password|token|privatekey/i.test(name));
    expect(names).toEqual([]);
    // An access key's id, a private key, or 32 hexadecimal digits, which a token here has.
    const looks = /\bA[KS]IA[A-Z0-9]{16}\b|-----BEGIN|\b[0-9a-f]{32}\b/;
    expect(body).not.toMatch(looks);
    for (const [path, value] of everything) {
      // A secret is named, or pointed at; it never is a text of its own.
      if (/\.SecretString$|Password$|MasterUserPassword|\.SecretKey$/.test(path))
        expect([path, value]).toEqual([path, '']);
    }
    const given = everything.filter(([path]) => /Environment\[\d+\]\.Name$/.test(path)).map(([, name]) => name);
    expect(given.filter((name) => /SECRET|TOKEN|PASSWORD|SSH_KEY/.test(name))).toEqual([]);
  });

  it('every resource written as * says why on its line', () => {
    const open = lines.filter((line) => /^\s*(-|Resource:) '\*'/.test(line));
    const counted = statements.filter(({ statement }) => statement.Resource === '*');
    expect(open).toHaveLength(counted.length);
    expect(open.filter((line) => !/'\*' # any: \S.{9,}/.test(line))).toEqual([]);
  });

  it('every resource that ends in * is held by a condition, or says why on its line', () => {
    let found = 0;
    for (const { role, statement } of statements) {
      const { Resource } = statement;
      if (Resource === '*') continue;
      for (const [, arn] of texts(Resource, role)) {
        if (!arn.includes('*')) continue;
        found += 1;
        const reason = lines.some((line) => line.includes(`'${arn}' # any: `));
        expect([role, text(statement.Sid), arn, isMap(statement.Condition) || reason]).toEqual([
          role,
          text(statement.Sid),
          arn,
          true,
        ]);
      }
    }
    expect(found).toBeGreaterThan(5);
  });

  it('no statement allows by leaving out, and every statement has a name', () => {
    for (const { role, statement } of statements) {
      const keys = Object.keys(statement);
      expect([role, keys.filter((key) => /^Not/.test(key)), statement.Effect]).toEqual([role, [], 'Allow']);
      expect(text(statement.Sid)).toMatch(/^[A-Za-z0-9]+$/);
    }
  });

  it('roles are for the services that need them, and carry no policy of AWS', () => {
    const roles = [...template.resources.values()].filter(({ type }) => type === 'AWS::IAM::Role');
    expect(
      Object.fromEntries(
        roles.map(({ logicalId, properties }) => {
          expect(properties.ManagedPolicyArns).toBeUndefined();
          const [trust, ...more] = maps((properties.AssumeRolePolicyDocument as ValueMap).Statement);
          expect(more).toEqual([]);
          return [logicalId, (trust?.Principal as ValueMap | undefined)?.Service];
        }),
      ),
    ).toEqual({
      ExecutionRole: 'ecs-tasks.amazonaws.com',
      MasterRole: 'ecs-tasks.amazonaws.com',
      HostRole: 'ec2.amazonaws.com',
      AgentRole: 'ec2.amazonaws.com',
    });
  });
});

describe('the contract:', () => {
  const contract =
    'VpcId LoadBalancerSubnets HostSubnets Scheme OperatorCidr MasterAccessCidr MasterCount SpareHosts HostInstanceType HostAmi AgentInstanceType AgentAmi AgentCap AgentIdleMinutes HostKeyPair HostedZoneId DnsName CertificateArn Stickiness ImageUri LogRetentionDays'.split(
      ' ',
    );

  it('every parameter of it and no other, each grouped, labelled, described and bounded', () => {
    expect([...template.parameters.keys()].sort()).toEqual([...contract].sort());
    const written = parseInterface();
    expect(written.grouped.sort()).toEqual([...contract].sort());
    expect(written.labelled.sort()).toEqual([...contract].sort());
    for (const [name, { type, definition }] of template.parameters) {
      expect([name, text(definition.Description).length > 15]).toEqual([name, true]);
      // AWS checks the values of its own types; every other parameter says what it takes.
      const bounded = ['AllowedValues', 'AllowedPattern', 'MinValue', 'MaxLength'].some((key) => key in definition);
      expect([name, bounded || type.includes('AWS::')]).toEqual([name, true]);
      if ('AllowedPattern' in definition)
        expect([name, text(definition.ConstraintDescription)]).not.toEqual([name, '']);
    }
  });

  it('the environment of a master', () => {
    const plain =
      'JDCI_FARM JDCI_SLOT JDCI_URL JDCI_REGION JDCI_CLUSTER JDCI_AGENT_SUBNETS JDCI_AGENT_SECURITY_GROUP JDCI_AGENT_INSTANCE_PROFILE JDCI_AGENT_KEY_PAIR JDCI_AGENT_AMI JDCI_AGENT_TYPE JDCI_AGENT_CAP JDCI_AGENT_IDLE_MINUTES';
    for (const slot of ['A', 'B', 'C', 'D']) {
      const [container, ...others] = maps(
        template.resources.get(`TaskDefinition${slot}`)?.properties.ContainerDefinitions,
      );
      expect(others).toEqual([]);
      expect(container).toMatchObject({ Name: 'master', PortMappings: [{ ContainerPort: 8080, HostPort: 8080 }] });
      expect(maps(container?.Environment).map(({ Name }) => Name)).toEqual(plain.split(' '));
      expect(maps(container?.Secrets).map(({ Name }) => Name)).toEqual([
        'JDCI_VIEWER_SECRET',
        'JDCI_OPERATOR_SECRET',
        'JDCI_AGENT_SSH_KEY',
      ]);
    }
  });

  function parseInterface(): { grouped: string[]; labelled: string[] } {
    const written = isMap(template.metadata) ? template.metadata['AWS::CloudFormation::Interface'] : undefined;
    if (!isMap(written)) throw new Error('no interface metadata');
    return {
      grouped: maps(written.ParameterGroups).flatMap(({ Parameters }) =>
        (Array.isArray(Parameters) ? Parameters : []).map(text),
      ),
      labelled: isMap(written.ParameterLabels) ? Object.keys(written.ParameterLabels) : [],
    };
  }
});
