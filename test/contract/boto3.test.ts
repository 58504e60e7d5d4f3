import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { services } from '../../src/sandbox/services.ts';
import { type CheckedTools, checkedTools } from './checked-tools.ts';

const checked = await checkedTools();
const template = fileURLToPath(new URL('../../cfn/farm.yaml', import.meta.url));

/** What `reads.py` prints for one operation. */
interface Read {
  shape: Record<string, string>;
  paging?: { items: number; pages: number; size: number | null; same: boolean };
}

/** What `lifecycle.py` prints. */
interface Lifecycle {
  waiters: Record<string, number>;
  errors: Record<string, string | null>;
  seen: Record<string, unknown>;
}

/** How botocore names a service whose requests are signed for `elasticloadbalancing`. */
const botocoreNames: Record<string, string> = { elasticloadbalancing: 'elb' };

describe.skipIf(typeof checked === 'string')('boto3', () => {
  let still: Sandbox;
  let moving: Sandbox;
  let reading: CheckedTools;
  let writing: CheckedTools;
  let reads: Record<string, Read>;
  let lifecycle: Lifecycle;

  beforeAll(async () => {
    if (typeof checked === 'string') return;
    still = await startSandbox({ seed: 12, farm: true, speed: 0 });
    reading = checked(still.environment);
    reads = await reading.script('reads.py', await reading.script('farm_names.py', null, template));
    moving = await startSandbox({ seed: 13, farm: true, speed: 60 });
    writing = checked(moving.environment);
    lifecycle = await writing.script('lifecycle.py', await writing.script('farm_names.py', null, template));
  });

  afterAll(async () => {
    reading?.close();
    writing?.close();
    await still?.close();
    await moving?.close();
  });

  it('finds nothing in any answer that its models do not have', () => {
    expect(reading.answers().length).toBeGreaterThan(150);
    expect(writing.answers().length).toBeGreaterThan(250);
    expect([...reading.problems(), ...writing.problems()]).toEqual([]);
  });

  it('has asked for every operation that the sandbox has', () => {
    const asked = new Set([...reading.answers(), ...writing.answers()].map((one) => `${one.service}:${one.operation}`));
    const had = services.flatMap(({ signingName, operations }) =>
      Object.keys(operations).map((name) => `${botocoreNames[signingName] ?? signingName}:${name}`),
    );
    expect(had.filter((name) => !asked.has(name))).toEqual([]);
  });

  it('gets no server error', () => {
    const failed = [...reading.answers(), ...writing.answers()].filter(({ status }) => status >= 500);
    expect(failed).toEqual([]);
  });

  it('gets the same items in the smallest pages as in one', () => {
    const paging = Object.entries(reads).flatMap(([name, read]) => (read.paging ? [{ name, ...read.paging }] : []));
    expect(paging.length).toBeGreaterThan(35);
    expect(paging.filter(({ same }) => !same)).toEqual([]);
    const cut = paging.filter(({ items, size, pages }) => size !== null && pages < Math.ceil(items / size));
    expect(cut).toEqual([]);
    expect(paging.filter(({ pages }) => pages > 1).length).toBeGreaterThan(15);
  });

  it('finds the farm in what it reads', () => {
    const items = Object.fromEntries(Object.entries(reads).map(([name, { paging }]) => [name, paging?.items]));
    expect(items).toMatchObject({
      'ecs:ListServices': 2,
      'ecs:ListTasks': 2,
      'ecs:ListContainerInstances': 3,
      'elb:DescribeLoadBalancers': 1,
      'autoscaling:DescribeAutoScalingInstances': 3,
      'secretsmanager:ListSecrets': 2,
    });
    const fields = Object.keys(reads['ecs:DescribeTasks']?.shape ?? {});
    expect(fields).toEqual(expect.arrayContaining(['tasks[].startedAt', 'tasks[].containers[].healthStatus']));
  });

  it('is content in the end, with every waiter of the services', () => {
    expect(Object.keys(lifecycle.waiters).sort()).toEqual([
      'cloudformation:change_set_create_complete',
      'cloudformation:stack_create_complete',
      'cloudformation:stack_delete_complete',
      'cloudformation:stack_exists',
      'cloudformation:stack_rollback_complete',
      'cloudformation:stack_update_complete',
      'ec2:image_available',
      'ec2:image_exists',
      'ec2:instance_exists',
      'ec2:instance_running',
      'ec2:instance_status_ok',
      'ec2:instance_stopped',
      'ec2:instance_terminated',
      'ec2:internet_gateway_exists',
      'ec2:key_pair_exists',
      'ec2:security_group_exists',
      'ec2:snapshot_completed',
      'ec2:subnet_available',
      'ec2:system_status_ok',
      'ec2:volume_available',
      'ec2:volume_deleted',
      'ec2:volume_in_use',
      'ec2:vpc_available',
      'ec2:vpc_exists',
      'ecr:image_scan_complete',
      'ecs:services_inactive',
      'ecs:services_stable',
      'ecs:tasks_running',
      'ecs:tasks_stopped',
      'elb:any_instance_in_service',
      'elb:instance_deregistered',
      'elb:instance_in_service',
      'iam:instance_profile_exists',
      'iam:policy_exists',
      'iam:role_exists',
      'route53:resource_record_sets_changed',
    ]);
    // That they waited at all: each of these has something to see on the way.
    const waited = Object.keys(lifecycle.waiters).filter((name) => (lifecycle.waiters[name] ?? 0) > 1);
    expect(waited).toEqual(
      expect.arrayContaining([
        'cloudformation:stack_create_complete',
        'ec2:instance_status_ok',
        'ec2:instance_terminated',
        'ecs:tasks_stopped',
        'elb:any_instance_in_service',
      ]),
    );
  });

  it('reads by their codes why things are refused', () => {
    expect(lifecycle.errors).toEqual({
      'iam role twice': 'EntityAlreadyExists',
      'iam role in use': 'DeleteConflict',
      'iam no such role': 'NoSuchEntity',
      'iam policy twice': 'EntityAlreadyExists',
      'iam policy of AWS': 'AccessDenied',
      'iam policy in use': 'DeleteConflict',
      'iam linked role twice': 'InvalidInput',
      'session without the right': 'AccessDeniedException',
      'ec2 without the right': 'UnauthorizedOperation',
      'sts no such role': 'AccessDenied',
      'sts bad message': 'InvalidAuthorizationMessageException',
      'logs group twice': 'ResourceAlreadyExistsException',
      'logs no such group': 'ResourceNotFoundException',
      'logs stream twice': 'ResourceAlreadyExistsException',
      'query that is over': 'InvalidParameterException',
      'bad query': 'MalformedQueryException',
      'secret twice': 'ResourceExistsException',
      'secret to be deleted': 'InvalidRequestException',
      'secret gone': 'ResourceNotFoundException',
      'stage held elsewhere': 'InvalidParameterException',
      'no rotation': 'InvalidRequestException',
      'parameter twice': 'ParameterAlreadyExists',
      'parameter gone': 'ParameterNotFound',
      'bad paging token': 'InvalidNextToken',
      'repository twice': 'RepositoryAlreadyExistsException',
      'image twice': 'ImageAlreadyExistsException',
      'repository with images': 'RepositoryNotEmptyException',
      'no lifecycle policy': 'LifecyclePolicyNotFoundException',
      'no repository policy': 'RepositoryPolicyNotFoundException',
      'no registry policy': 'RegistryPolicyNotFoundException',
      'no scan': 'ScanNotFoundException',
      'no such image': 'ImageNotFoundException',
      'no such repository': 'RepositoryNotFoundException',
      'record twice': 'InvalidChangeBatch',
      'no such record': 'InvalidChangeBatch',
      'no such zone': 'NoSuchHostedZone',
      'zone twice': 'HostedZoneAlreadyExists',
      'not imported': 'ValidationError',
      'key pair twice': 'InvalidKeyPair.Duplicate',
      'rule twice': 'InvalidPermission.Duplicate',
      'no such rule': 'InvalidSecurityGroupRuleId.NotFound',
      'volume in use': 'VolumeInUse',
      'no such volume': 'InvalidVolume.NotFound',
      'protected instance': 'OperationNotPermitted',
      'type of what runs': 'IncorrectInstanceState',
      'profile twice': 'IncorrectState',
      'only asked': 'DryRunOperation',
      'zones of subnets': 'ValidationError',
      'zones of subnets away': 'InvalidConfigurationRequest',
      'no certificate': 'InvalidConfigurationRequest',
      'no refresh': 'ActiveInstanceRefreshNotFound',
      'refresh twice': 'InstanceRefreshInProgress',
      'group in use': 'DependencyViolation',
      'start what is gone': 'IncorrectInstanceState',
      'no such instance': 'InvalidInstanceID.NotFound',
      'malformed instance': 'InvalidInstanceID.Malformed',
      'bad filter': 'InvalidParameterValue',
      'bad token': 'InvalidParameterValue',
      'no such type': 'InvalidParameterValue',
      'no such instance at elb': 'InvalidInstance',
      'no such balancer': 'LoadBalancerNotFound',
      'service with tasks': 'InvalidParameterException',
      'inactive definition': 'ClientException',
      'no revision': 'InvalidParameterException',
      'no exec': 'InvalidParameterException',
      'host with tasks': 'InvalidParameterException',
      'no newer agent': 'NoUpdateAvailableException',
      'deployment is over': 'ConflictException',
      'no namespace': 'NamespaceNotFoundException',
      'task sets': 'InvalidParameterException',
      'cluster in use': 'ClusterContainsContainerInstancesException',
      'no such cluster': 'ClusterNotFoundException',
      'no such service': 'ServiceNotFoundException',
      'no such task': 'InvalidParameterException',
      'provider twice': 'InvalidParameterException',
      'ecs bad token': 'InvalidParameterException',
      'group with instances': 'ResourceInUse',
      'desired above max': 'ValidationError',
      'no such group': 'ValidationError',
      'asg bad token': 'InvalidNextToken',
      'stack twice': 'AlreadyExistsException',
      protected: 'ValidationError',
      'no updates': 'ValidationError',
      'no such change set': 'ChangeSetNotFound',
      'nothing to continue': 'ValidationError',
      'nothing to cancel': 'ValidationError',
      'no such stack': 'ValidationError',
      'missing parameter': 'ValidationError',
      'no template': 'ValidationError',
      'bad template': 'ValidationError',
    });
  });

  it('sees the states on the way', () => {
    expect(lifecycle.seen).toMatchObject({
      secretVersions: ['second', 'first'],
      secretStages: ['AWSCURRENT', 'AWSPREVIOUS'],
      deletedImages: [1, 'ImageNotFound'],
      queried: 'first x',
      placed: true,
      unplaced: true,
      unprotected: ['TASK_NOT_VALID'],
      parameters: ['2', 'x,y'],
      changeStatus: 'PENDING',
      privateKey: '-----BEGIN RSA PRIVATE KEY-----',
      launched: 'pending',
      rule: ['192.0.2.0/24', 'somebody'],
      disks: [
        ['/dev/xvda', 30, 'gp3'],
        ['/dev/xvdb', 20, 'gp3'],
      ],
      deletedVersions: [3, 'launchTemplateVersionDoesNotExist'],
      kept: [],
      terminating: 'shutting-down',
      registering: 'Instance registration is still in progress.',
      stopped: ['UserInitiated', 'contract', 143],
      missingTask: ['MISSING'],
      emptyChangeSet: ['FAILED', expect.stringMatching(/didn't contain changes/)],
      rolledBack: 'UPDATE_ROLLBACK_COMPLETE',
      policy: [{ Effect: 'Allow', Action: 'Update:*' }],
      drifts: ['IN_SYNC'],
      deleted: 'DELETE_COMPLETE',
      session: 'assumed-role/contract-session/contract',
      decoded: false,
      parameterByLabel: '1',
      parameterHistory: ['1', '2'],
      deletedParameters: ['/contract/c'],
      exports: ['x'],
      imports: ['contract-imports'],
    });
  });
});
