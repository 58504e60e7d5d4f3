import type { DescribeIamInstanceProfileAssociationsResult, DescribeVolumesResult } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { ec2Demands } from '../../../src/sandbox/wire/access-ec2.ts';
import { runInstances } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { caller, freshRegion, simpleLaunch } from '../world/fresh-region.ts';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

function region() {
  const world = freshRegion();
  const aws = caller(world);
  aws('iam', 'CreateRole', { RoleName: 'host', AssumeRolePolicyDocument: trust });
  aws('iam', 'CreateInstanceProfile', { InstanceProfileName: 'host' });
  aws('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: 'host', RoleName: 'host' });
  const [instance] = runInstances(world, { ...simpleLaunch(world), tags: new Map([['jdci:role', 'host']]) });
  const id = instance?.id ?? '';
  const demanded = (operation: string, input: Record<string, unknown>) =>
    ec2Demands(world, operation, input).map(({ action, targets }) => [action, targets.map(({ resource }) => resource)]);
  const arn = (resource: string) => `arn:aws:ec2:eu-west-1:123456789012:${resource}`;
  return { world, aws, id, demanded, arn };
}

describe('the rights that a change of an instance demands', () => {
  it.each(['ModifyInstanceAttribute', 'ModifyInstanceMetadataOptions', 'DescribeInstanceAttribute'])(
    '%s: on the instance, with its tags',
    (operation) => {
      const { world, id, demanded, arn } = region();
      expect(demanded(operation, { InstanceId: id })).toEqual([[`ec2:${operation}`, [arn(`instance/${id}`)]]]);
      const [target] = ec2Demands(world, operation, { InstanceId: id })[0]?.targets ?? [];
      expect(target && 'tags' in target && target.tags).toEqual(new Map([['jdci:role', 'host']]));
    },
  );

  it('are also on the groups that it is given', () => {
    const { id, demanded, arn } = region();
    expect(demanded('ModifyInstanceAttribute', { InstanceId: id, Groups: ['sg-1'] })).toEqual([
      ['ec2:ModifyInstanceAttribute', [arn(`instance/${id}`), arn('security-group/sg-1')]],
    ]);
  });

  it('are also to hand over the role of the profile, whether the instance or the association is named', () => {
    const { aws, id, demanded, arn } = region();
    const IamInstanceProfile = { Name: 'host' };
    const pass = ['iam:PassRole', ['arn:aws:iam::123456789012:role/host']];
    expect(demanded('AssociateIamInstanceProfile', { InstanceId: id, IamInstanceProfile })).toEqual([
      ['ec2:AssociateIamInstanceProfile', [arn(`instance/${id}`)]],
      pass,
    ]);
    aws('ec2', 'AssociateIamInstanceProfile', { InstanceId: id, IamInstanceProfile });
    const [association] =
      aws<DescribeIamInstanceProfileAssociationsResult>('ec2', 'DescribeIamInstanceProfileAssociations')
        .IamInstanceProfileAssociations ?? [];
    const { AssociationId } = association ?? {};
    expect(demanded('ReplaceIamInstanceProfileAssociation', { AssociationId, IamInstanceProfile })).toEqual([
      ['ec2:ReplaceIamInstanceProfileAssociation', [arn(`instance/${id}`)]],
      pass,
    ]);
    expect(demanded('DisassociateIamInstanceProfile', { AssociationId })).toEqual([
      ['ec2:DisassociateIamInstanceProfile', [arn(`instance/${id}`)]],
    ]);
  });

  it('are on the volume that is deleted', () => {
    const { aws, demanded, arn } = region();
    const [volume] = aws<DescribeVolumesResult>('ec2', 'DescribeVolumes').Volumes ?? [];
    expect(demanded('DeleteVolume', { VolumeId: volume?.VolumeId })).toEqual([
      ['ec2:DeleteVolume', [arn(`volume/${volume?.VolumeId}`)]],
    ]);
  });
});
