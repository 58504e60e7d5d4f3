import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateKeyPairCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DescribeLoadBalancersCommand, ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateHostedZoneCommand, ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Aws } from '../../src/aws/clients.ts';
import { createChangeSet, describeChangeSet, executeChangeSet, findStack } from '../../src/aws/cloudformation.ts';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/debug-log.ts';
import { parseTemplate } from '../../src/sandbox/cloudformation/template.ts';
import { combinations, parametersOf, title } from '../cfn/combinations.ts';
import { template } from '../sandbox/cloudformation/farm-region.ts';
import { pythonTools } from './python.ts';

const tools = await pythonTools();
if (typeof tools === 'string') console.warn(`skipped: ${tools}`);

/**
 * Types that moto's CloudFormation leaves out without a word; nothing is asserted of them. Nor of outputs, which a stack
 * of a change set lacks there, of the balancer's subnets and of the services' balancers, which moto loses.
 */
const skippedTypes = [
  'AWS::SecretsManager::Secret',
  'AWS::EC2::KeyPair',
  'AWS::ECS::CapacityProvider',
  'AWS::ECS::ClusterCapacityProviderAssociations',
];

/**
 * The template as moto can read it. Each change is a fault or a gap of moto's, and the only one of its kind:
 * attributes of what it leaves out, an attribute of a balancer it does not know, and mapping keys, which it compares with
 * a number where CloudFormation compares text.
 */
function readable(body: string): string {
  return body
    .replaceAll(`${'$'}{AgentKeyPair.KeyPairId}`, 'key-0a1b2c3d4e5f60718')
    .replaceAll(`${'$'}{AgentKeyPair}`, 'jdci-agents')
    .replaceAll('!Ref AgentKeyPair', 'jdci-agents')
    .replace('!GetAtt LoadBalancer.CanonicalHostedZoneNameID', 'Z32O12XQLNTSW2')
    .replace(/'(\d)':/g, '$1:');
}

/** The rule of the hosts' security group that holds only with a key pair. */
const sshOfOperators = / {8}- !If\n {10}- HasHostKeyPair\n {10}- Description: SSH[\s\S]*?- !Ref AWS::NoValue\n/;

/** moto wants to know a balancer's certificate. One call does not want another client of the SDK. */
async function requestCertificate(endpoint: string): Promise<string> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'CertificateManager.RequestCertificate',
      authorization: `AWS4-HMAC-SHA256 Credential=moto/20260101/${region}/acm/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ DomainName: 'ci.build.example' }),
  });
  const { CertificateArn } = (await answer.json()) as { CertificateArn: string };
  return CertificateArn;
}

const region = 'eu-west-1';
const credentials = { accessKeyId: 'moto', secretAccessKey: 'moto' };
const digest = `sha256:${'0a'.repeat(32)}`;

describe.skipIf(typeof tools === 'string')(
  'the template on moto_server, provisioned by the program’s own calls',
  () => {
    let server: ChildProcess;
    let config: { region: string; endpoint: string; credentials: typeof credentials };
    let physical: Map<string, string>;
    let changes: string[];
    let subnets: string[];
    let zone: string;
    let common: Record<string, string>;
    let aws: Aws;

    beforeAll(async () => {
      if (typeof tools === 'string') return;
      const port = await freePort();
      server = spawn(tools.path('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await listening(server);
      config = { region, endpoint: `http://127.0.0.1:${port}`, credentials };
      await deploy();
    });
    afterAll(() => {
      server?.kill();
    });

    /** Makes a stack by the program's own calls; the names of what its change set showed. */
    async function provision(aws: Aws, stack: string, body: string, own: Record<string, string>): Promise<string[]> {
      const { id } = await createChangeSet(aws, {
        stack,
        name: 'first',
        kind: 'CREATE',
        templateBody: readable(body),
        parameters: { ...common, ...own },
        previous: [],
        tags: { 'jdci:farm': stack },
      });
      const set = await describeChangeSet(aws, id);
      expect(set.status).toBe('CREATE_COMPLETE');
      await executeChangeSet(aws, id, 'token');
      const made = await findStack(aws, stack);
      expect(made?.status, made?.reason).toBe('CREATE_COMPLETE');
      return set.changes.map((change) => `${change.action} ${change.logicalId}`);
    }

    /** Physical ids by logical id. */
    async function resourcesOf(StackName: string): Promise<Map<string, string>> {
      const listed = await new CloudFormationClient(config).send(new ListStackResourcesCommand({ StackName }));
      return new Map(
        (listed.StackResourceSummaries ?? [])
          .filter(({ LogicalResourceId }) => LogicalResourceId)
          .map((resource) => [resource.LogicalResourceId ?? '', resource.PhysicalResourceId ?? '']),
      );
    }

    async function deploy(): Promise<void> {
      const ec2 = new EC2Client(config);
      const route53 = new Route53Client(config);
      const found = (await ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? [];
      subnets = found.map(({ SubnetId }) => SubnetId ?? '');
      const images = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
      const ami = images.Images?.[0]?.ImageId ?? '';
      await ec2.send(new CreateKeyPairCommand({ KeyName: 'ops' }));
      const made = await route53.send(
        new CreateHostedZoneCommand({ Name: 'build.example', CallerReference: 'a test' }),
      );
      zone = (made.HostedZone?.Id ?? '').replace('/hostedzone/', '');
      aws = new Aws({ ...config, clock: systemClock, log: silentLog });
      common = {
        VpcId: found[0]?.VpcId ?? '',
        LoadBalancerSubnets: subnets.join(','),
        HostSubnets: subnets.join(','),
        OperatorCidr: '203.0.113.7/32',
        MasterAccessCidr: '10.8.0.0/16',
        HostAmi: ami,
        AgentAmi: ami,
        ImageUri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@${digest}`,
      };
      changes = await provision(aws, 'jdci', template, {
        HostKeyPair: 'ops',
        MasterCount: '4',
        SpareHosts: '2',
        HostedZoneId: zone,
        DnsName: 'ci.build.example',
        AgentCap: '25',
        LogRetentionDays: '14',
      });
      physical = await resourcesOf('jdci');
    }

    it.each(combinations.map((c, index) => [title(c), c, `farm-${index}`] as const))(
      'is made with %s',
      async (_title, c, stack) => {
        // moto takes no !Ref AWS::NoValue among the rules of a security group, which is what no key pair gives.
        const body = c.keyPair ? template : template.replace(sshOfOperators, '');
        const own = parametersOf(c, zone);
        if (own.CertificateArn) own.CertificateArn = await requestCertificate(config.endpoint);
        await provision(aws, stack, body, own);
        // moto's change set names resources whose condition does not hold; its stack does not have them.
        const made = [...(await resourcesOf(stack)).keys()];
        expect(made.filter((logicalId) => /^Service[A-D]$/.test(logicalId))).toHaveLength(c.masters);
        expect(made.includes('DnsRecord')).toBe(c.door !== 'its own name');
      },
    );

    const id = (logicalId: string) => physical.get(logicalId) ?? '';

    it('is read whole, and every resource of a known type is made', () => {
      const { resources } = parseTemplate(template);
      const expected = [...resources.values()].filter(({ type }) => !skippedTypes.includes(type));
      expect([...physical.keys()].sort()).toEqual(expected.map(({ logicalId }) => logicalId).sort());
      expect([...physical.values()].filter((name) => name === '')).toEqual([]);
      // The change set names what is skipped as well.
      expect(changes.sort()).toEqual([...resources.keys()].map((logicalId) => `Add ${logicalId}`).sort());
    });

    it('lets in the operators, the balancer and the masters, each to one port', async () => {
      const GroupIds = ['LoadBalancerSecurityGroup', 'HostSecurityGroup', 'AgentSecurityGroup'].map(id);
      const { SecurityGroups } = await new EC2Client(config).send(new DescribeSecurityGroupsCommand({ GroupIds }));
      const rules = Object.fromEntries(
        (SecurityGroups ?? []).map(({ GroupId, IpPermissions }) => [
          GroupId,
          (IpPermissions ?? [])
            .flatMap(({ FromPort, ToPort, IpRanges, UserIdGroupPairs }) => [
              ...(IpRanges ?? []).map(({ CidrIp }) => `${FromPort}-${ToPort} ${CidrIp}`),
              ...(UserIdGroupPairs ?? []).map((pair) => `${FromPort}-${ToPort} ${pair.GroupId}`),
            ])
            .sort(),
        ]),
      );
      const [door, host, agent] = GroupIds;
      expect(rules).toEqual({
        [door ?? '']: ['80-80 203.0.113.7/32'],
        [host ?? '']: ['22-22 10.8.0.0/16', '8080-8080 10.8.0.0/16', `8080-8080 ${door}`].sort(),
        [agent ?? '']: [`22-22 ${host}`],
      });
    });

    it('gives the rights on this farm’s own things', async () => {
      const document = async (role: string, PolicyName: string) => {
        const answer = await new IAMClient(config).send(new GetRolePolicyCommand({ RoleName: id(role), PolicyName }));
        // moto writes a document that it got from CloudFormation as Python does: single quotes, and None for what it
        // left out.
        const written = decodeURIComponent(answer.PolicyDocument ?? '')
          .replaceAll("'", '"')
          .replace(/\bNone\b/g, 'null');
        return JSON.parse(written) as {
          Statement: { Sid: string; Resource: unknown; Condition?: unknown }[];
        };
      };
      const statement = async (role: string, policy: string, sid: string) =>
        (await document(role, policy)).Statement.find(({ Sid }) => Sid === sid);
      const repository = 'arn:aws:ecr:eu-west-1:123456789012:repository/jdci-master';
      expect(await statement('ExecutionRole', 'start-a-master', 'PullTheImage')).toMatchObject({
        Resource: repository,
      });
      expect(await statement('AgentRole', 'push-the-image', 'PullAndPush')).toMatchObject({ Resource: repository });
      expect(await statement('MasterRole', 'agents-of-this-farm', 'RunTaggedAgents')).toMatchObject({
        Resource: 'arn:aws:ec2:eu-west-1:123456789012:instance/*',
        Condition: { StringEquals: { 'aws:RequestTag/jdci:farm': 'jdci', 'aws:RequestTag/jdci:role': 'agent' } },
      });
      expect(await statement('MasterRole', 'agents-of-this-farm', 'GiveAgentsTheirRole')).toMatchObject({
        Resource: expect.stringMatching(new RegExp(`^arn:aws:iam::123456789012:role/${id('AgentRole')}$`)),
        Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
      });
      expect(await statement('HostRole', 'ecs-agent', 'JoinTheCluster')).toMatchObject({
        Resource: 'arn:aws:ecs:eu-west-1:123456789012:cluster/jdci',
      });
    });

    it('starts six hosts over the subnets from a template that keeps containers off the metadata', async () => {
      const { AutoScalingGroups } = await new AutoScalingClient(config).send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [id('HostGroup')] }),
      );
      expect(AutoScalingGroups?.[0]).toMatchObject({
        MinSize: 6,
        MaxSize: 6,
        DesiredCapacity: 6,
        HealthCheckType: 'EC2',
      });
      expect(AutoScalingGroups?.[0]?.VPCZoneIdentifier?.split(',').sort()).toEqual([...subnets].sort());
      expect(AutoScalingGroups?.[0]?.Tags?.map(({ Key, PropagateAtLaunch }) => [Key, PropagateAtLaunch])).toEqual(
        expect.arrayContaining([
          ['jdci:farm', true],
          ['jdci:role', true],
        ]),
      );
      const { LaunchTemplateVersions } = await new EC2Client(config).send(
        new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id('HostLaunchTemplate') }),
      );
      const data = LaunchTemplateVersions?.[0]?.LaunchTemplateData;
      expect(data).toMatchObject({
        KeyName: 'ops',
        InstanceType: 't3.medium',
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        SecurityGroupIds: [id('HostSecurityGroup')],
      });
      const script = Buffer.from(data?.UserData ?? '', 'base64').toString();
      expect(script).toMatch(/^#!\/bin\/bash\n/);
      expect(script).toContain('\nECS_CLUSTER=jdci\n');
    });

    it('checks the masters’ health behind one listener, under the name in the zone', async () => {
      const { LoadBalancerDescriptions } = await new ElasticLoadBalancingClient(config).send(
        new DescribeLoadBalancersCommand({ LoadBalancerNames: [id('LoadBalancer')] }),
      );
      const [balancer] = LoadBalancerDescriptions ?? [];
      expect(balancer?.ListenerDescriptions?.map(({ Listener }) => Listener)).toMatchObject([
        { LoadBalancerPort: 80, Protocol: 'HTTP', InstancePort: 8080 },
      ]);
      expect(balancer?.HealthCheck).toEqual({
        Target: 'HTTP:8080/health/',
        Interval: 10,
        Timeout: 5,
        HealthyThreshold: 2,
        UnhealthyThreshold: 3,
      });
      const { ResourceRecordSets } = await new Route53Client(config).send(
        new ListResourceRecordSetsCommand({ HostedZoneId: zone }),
      );
      const alias = ResourceRecordSets?.find(({ Type }) => Type === 'A');
      expect(alias?.Name).toMatch(/^ci\.build\.example\.?$/);
      expect(alias?.AliasTarget?.DNSName?.replace(/\.$/, '')).toBe(balancer?.DNSName);
    });

    it('gives every slot its service and its environment', async () => {
      const ecs = new ECSClient(config);
      const { services } = await ecs.send(
        new DescribeServicesCommand({
          cluster: id('Cluster'),
          services: ['A', 'B', 'C', 'D'].map((x) => id(`Service${x}`)),
        }),
      );
      expect(services?.map(({ serviceName, desiredCount }) => [serviceName, desiredCount])).toEqual(
        ['a', 'b', 'c', 'd'].map((slot) => [`jdci-master-${slot}`, 1]),
      );
      const { taskDefinition } = await ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: id('TaskDefinitionD') }),
      );
      const [container] = taskDefinition?.containerDefinitions ?? [];
      expect(container?.image).toBe(`123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@${digest}`);
      expect(container?.portMappings).toMatchObject([{ containerPort: 8080, hostPort: 8080 }]);
      expect(Object.fromEntries(container?.environment?.map(({ name, value }) => [name, value]) ?? [])).toMatchObject({
        JDCI_FARM: 'jdci',
        JDCI_SLOT: 'd',
        JDCI_URL: 'http://ci.build.example/',
        JDCI_CLUSTER: 'jdci',
        JDCI_AGENT_SUBNETS: subnets.join(','),
        JDCI_AGENT_SECURITY_GROUP: id('AgentSecurityGroup'),
        JDCI_AGENT_CAP: '25',
      });
      const { logGroups } = await new CloudWatchLogsClient(config).send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: '/jdci/jdci' }),
      );
      expect(logGroups?.map(({ retentionInDays }) => retentionInDays)).toEqual([14]);
    });
  },
);

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** moto_server says on standard error where it runs. */
function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/Running on http/.test(said)) resolve();
    });
    server.once('exit', (code) => reject(new Error(`moto_server ended with ${code}: ${said}`)));
  });
}
