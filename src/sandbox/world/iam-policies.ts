import { iam, type ManagedPolicy } from './iam.ts';
import { ServiceError } from './service-error.ts';
import type { World } from './world.ts';

interface Known {
  path: string;
  version: string;
  createdAt: string;
  updatedAt: string;
  statements: readonly object[];
}

const all = (...Action: string[]) => ({ Effect: 'Allow', Action, Resource: '*' });

/** Policies of AWS itself that hosts, tasks and operators of a farm have (AWS managed policy reference). */
const known: Readonly<Record<string, Known>> = {
  AdministratorAccess: {
    path: '/',
    version: 'v1',
    createdAt: '2015-02-06T18:39:46Z',
    updatedAt: '2015-02-06T18:39:46Z',
    statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  },
  AmazonEC2ContainerRegistryReadOnly: {
    path: '/',
    version: 'v3',
    createdAt: '2015-12-21T17:04:15Z',
    updatedAt: '2019-12-10T20:56:32Z',
    statements: [
      all(
        'ecr:GetAuthorizationToken',
        'ecr:BatchCheckLayerAvailability',
        'ecr:GetDownloadUrlForLayer',
        'ecr:GetRepositoryPolicy',
        'ecr:DescribeRepositories',
        'ecr:ListImages',
        'ecr:DescribeImages',
        'ecr:BatchGetImage',
        'ecr:GetLifecyclePolicy',
        'ecr:GetLifecyclePolicyPreview',
        'ecr:ListTagsForResource',
        'ecr:DescribeImageScanFindings',
      ),
    ],
  },
  AmazonEC2ContainerServiceforEC2Role: {
    path: '/service-role/',
    version: 'v10',
    createdAt: '2015-03-19T18:45:18Z',
    updatedAt: '2026-02-12T17:59:52Z',
    statements: [
      all(
        'ec2:DescribeTags',
        'ecs:CreateCluster',
        'ecs:DeregisterContainerInstance',
        'ecs:DiscoverPollEndpoint',
        'ecs:Poll',
        'ecs:RegisterContainerInstance',
        'ecs:StartTelemetrySession',
        'ecs:UpdateContainerInstancesState',
        'ecs:Submit*',
        'ecr:GetAuthorizationToken',
        'ecr:BatchCheckLayerAvailability',
        'ecr:GetDownloadUrlForLayer',
        'ecr:BatchGetImage',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ),
      {
        Effect: 'Allow',
        Action: 'ecs:TagResource',
        Resource: '*',
        Condition: { StringEquals: { 'ecs:CreateAction': ['CreateCluster', 'RegisterContainerInstance'] } },
      },
      {
        Effect: 'Allow',
        Action: ['ecs:ListTagsForResource'],
        Resource: ['arn:aws:ecs:*:*:task/*/*', 'arn:aws:ecs:*:*:container-instance/*/*'],
      },
    ],
  },
  AmazonECSTaskExecutionRolePolicy: {
    path: '/service-role/',
    version: 'v1',
    createdAt: '2017-11-16T18:48:22Z',
    updatedAt: '2017-11-16T18:48:22Z',
    statements: [
      all(
        'ecr:GetAuthorizationToken',
        'ecr:BatchCheckLayerAvailability',
        'ecr:GetDownloadUrlForLayer',
        'ecr:BatchGetImage',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ),
    ],
  },
  AmazonSSMManagedInstanceCore: {
    path: '/',
    version: 'v2',
    createdAt: '2019-03-15T17:22:12Z',
    updatedAt: '2019-05-23T16:54:21Z',
    statements: [
      all(
        'ssm:DescribeAssociation',
        'ssm:GetDeployablePatchSnapshotForInstance',
        'ssm:GetDocument',
        'ssm:DescribeDocument',
        'ssm:GetManifest',
        'ssm:GetParameter',
        'ssm:GetParameters',
        'ssm:ListAssociations',
        'ssm:ListInstanceAssociations',
        'ssm:PutInventory',
        'ssm:PutComplianceItems',
        'ssm:PutConfigurePackageResult',
        'ssm:UpdateAssociationStatus',
        'ssm:UpdateInstanceAssociationStatus',
        'ssm:UpdateInstanceInformation',
      ),
      all(
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ),
      all(
        'ec2messages:AcknowledgeMessage',
        'ec2messages:DeleteMessage',
        'ec2messages:FailMessage',
        'ec2messages:GetEndpoint',
        'ec2messages:GetMessages',
        'ec2messages:SendReply',
      ),
    ],
  },
};

/** AWS's own policies, of which only the default version is known. */
export const awsPolicies: ReadonlyMap<string, ManagedPolicy> = new Map(
  Object.entries(known).map(([name, { path, version, createdAt, updatedAt, statements }]) => {
    const arn = `arn:aws:iam::aws:policy${path}${name}`;
    const document = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    const policy: ManagedPolicy = {
      id: policyId(name),
      name,
      path,
      arn,
      createdAt: Date.parse(createdAt),
      updatedAt: Date.parse(updatedAt),
      versions: new Map([[version, { document, createdAt: Date.parse(updatedAt) }]]),
      defaultVersion: version,
      versionCount: Number(version.slice(1)),
      tags: new Map(),
    };
    return [arn, policy];
  }),
);

/** An id of the right form; which one AWS gave is of no use to anybody. */
function policyId(name: string): string {
  return `ANPA${Buffer.from(name).toString('hex').toUpperCase().slice(-17)}`;
}

/** A managed policy of the account or of AWS; undefined when there is none, or none that is known. */
export function findPolicy(world: World, arn: string): ManagedPolicy | undefined {
  return iam(world).policies.get(arn) ?? awsPolicies.get(arn);
}

/** The policy, or IAM's `NoSuchEntity` (404). */
export function policyOf(world: World, arn: string): ManagedPolicy {
  const policy = findPolicy(world, arn);
  if (!policy) throw new ServiceError('NoSuchEntity', `Policy ${arn} was not found.`, 404);
  return policy;
}

/** The JSON text that is in force of a managed policy; undefined when it is not known. */
export function policyDocument(world: World, arn: string): string | undefined {
  const policy = findPolicy(world, arn);
  return policy?.versions.get(policy.defaultVersion)?.document;
}
