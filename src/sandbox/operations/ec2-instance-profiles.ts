import {
  AssociateIamInstanceProfile$,
  type AssociateIamInstanceProfileRequest,
  type AssociateIamInstanceProfileResult,
  DescribeIamInstanceProfileAssociations$,
  type DescribeIamInstanceProfileAssociationsRequest,
  type DescribeIamInstanceProfileAssociationsResult,
  DisassociateIamInstanceProfile$,
  type DisassociateIamInstanceProfileRequest,
  type DisassociateIamInstanceProfileResult,
  type IamInstanceProfileAssociation,
  type IamInstanceProfileSpecification,
  ReplaceIamInstanceProfileAssociation$,
  type ReplaceIamInstanceProfileAssociationRequest,
  type ReplaceIamInstanceProfileAssociationResult,
} from '@aws-sdk/client-ec2';
import { type Instance, instanceOf, instances } from '../world/ec2.ts';
import { instanceProfileByArn } from '../world/iam.ts';
import { profileNamed } from '../world/launch-templates.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { byIds, filtered } from './ec2-filters.ts';
import { profileView } from './ec2-instance-view.ts';
import { ec2Page } from './ec2-operation.ts';
import { type Operation, operation } from './operation.ts';

type State = 'associating' | 'associated' | 'disassociating';

function view(world: World, instance: Instance, state: State): IamInstanceProfileAssociation {
  return {
    AssociationId: instance.profileAssociationId,
    InstanceId: instance.id,
    IamInstanceProfile: profileView(world, instance.iamInstanceProfileArn ?? ''),
    State: state,
    // Only who asks for all of them is not told since when.
    ...(state === 'associated' ? {} : { Timestamp: new Date(instance.profileAssociatedAt) }),
  };
}

function associated(world: World): Instance[] {
  return [...instances(world).values()].filter(
    ({ state, iamInstanceProfileArn }) => state.name !== 'terminated' && iamInstanceProfileArn !== undefined,
  );
}

function instanceOfAssociation(world: World, id: string | undefined): Instance {
  const found = associated(world).find(({ profileAssociationId }) => profileAssociationId === id);
  if (found) return found;
  throw new ServiceError('NoSuchAssociation', `An invalid association-id of '${id ?? ''}' was given`);
}

function arnOf(world: World, profile: IamInstanceProfileSpecification | undefined): string {
  if (profile?.Arn === undefined) return profileNamed(world, profile?.Name ?? '');
  if (instanceProfileByArn(world, profile.Arn)) return profile.Arn;
  throw new ServiceError(
    'InvalidParameterValue',
    `Value (${profile.Arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
  );
}

function associate(world: World, instance: Instance, arn: string): IamInstanceProfileAssociation {
  instance.iamInstanceProfileArn = arn;
  instance.profileAssociationId = world.id('iip-assoc');
  instance.profileAssociatedAt = world.now;
  return view(world, instance, 'associating');
}

/** Which instance has which profile. */
export const instanceProfileOperations: Record<string, Operation> = {
  DescribeIamInstanceProfileAssociations: operation<
    DescribeIamInstanceProfileAssociationsRequest,
    DescribeIamInstanceProfileAssociationsResult
  >(DescribeIamInstanceProfileAssociations$, (input, { world }) => {
    const asked = byIds(associated(world), input.AssociationIds, (id) => instanceOfAssociation(world, id));
    const kept = filtered(asked, input.Filters, (instance, name) => {
      if (name === 'instance-id') return [instance.id];
      if (name === 'state') return ['associated'];
      return undefined;
    });
    const { items, rest } = ec2Page(kept, input);
    return {
      IamInstanceProfileAssociations: items.map((instance) => view(world, instance, 'associated')),
      ...rest,
    };
  }),

  AssociateIamInstanceProfile: operation<AssociateIamInstanceProfileRequest, AssociateIamInstanceProfileResult>(
    AssociateIamInstanceProfile$,
    (input, { world }) => {
      const instance = instanceOf(world, input.InstanceId ?? '');
      const arn = arnOf(world, input.IamInstanceProfile);
      if (instance.iamInstanceProfileArn !== undefined) {
        throw new ServiceError('IncorrectState', `There is an existing association for instance ${instance.id}`);
      }
      return { IamInstanceProfileAssociation: associate(world, instance, arn) };
    },
  ),

  ReplaceIamInstanceProfileAssociation: operation<
    ReplaceIamInstanceProfileAssociationRequest,
    ReplaceIamInstanceProfileAssociationResult
  >(ReplaceIamInstanceProfileAssociation$, (input, { world }) => {
    const instance = instanceOfAssociation(world, input.AssociationId);
    return {
      IamInstanceProfileAssociation: associate(world, instance, arnOf(world, input.IamInstanceProfile)),
    };
  }),

  DisassociateIamInstanceProfile: operation<
    DisassociateIamInstanceProfileRequest,
    DisassociateIamInstanceProfileResult
  >(DisassociateIamInstanceProfile$, (input, { world }) => {
    const instance = instanceOfAssociation(world, input.AssociationId);
    const answer = view(world, instance, 'disassociating');
    delete instance.iamInstanceProfileArn;
    return { IamInstanceProfileAssociation: answer };
  }),
};
