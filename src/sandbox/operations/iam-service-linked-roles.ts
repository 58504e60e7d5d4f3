import {
  CreateServiceLinkedRole$,
  type CreateServiceLinkedRoleRequest,
  type CreateServiceLinkedRoleResponse,
  DeleteServiceLinkedRole$,
  type DeleteServiceLinkedRoleRequest,
  type DeleteServiceLinkedRoleResponse,
  GetServiceLinkedRoleDeletionStatus$,
  type GetServiceLinkedRoleDeletionStatusRequest,
  type GetServiceLinkedRoleDeletionStatusResponse,
} from '@aws-sdk/client-iam';
import { iam, iamId, type Role, roleOf } from '../world/iam.ts';
import { ServiceError } from '../world/service-error.ts';
import { roleView } from './iam-views.ts';
import { type Operation, operation } from './operation.ts';

/** Role and policy of the services of a farm (IAM User Guide, Services that work with IAM). */
const linked: Readonly<Record<string, { role: string; policy: string }>> = {
  'autoscaling.amazonaws.com': { role: 'AWSServiceRoleForAutoScaling', policy: 'AutoScalingServiceRolePolicy' },
  'ecs.amazonaws.com': { role: 'AWSServiceRoleForECS', policy: 'AmazonECSServiceRolePolicy' },
  'elasticloadbalancing.amazonaws.com': {
    role: 'AWSServiceRoleForElasticLoadBalancing',
    policy: 'AWSElasticLoadBalancingServiceRolePolicy',
  },
  'spot.amazonaws.com': { role: 'AWSServiceRoleForEC2Spot', policy: 'AWSEC2SpotServiceRolePolicy' },
};

/** Roles that only a service of AWS takes on. The services here do without them; they can be made, as setups do. */
export const serviceLinkedRoleOperations: Readonly<Record<string, Operation>> = {
  CreateServiceLinkedRole: operation<CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse>(
    CreateServiceLinkedRole$,
    (input, { world }) => {
      const service = input.AWSServiceName ?? '';
      const known = linked[service];
      if (!known)
        throw new ServiceError('AccessDenied', 'Service role can only be created by services that have one here.', 403);
      if (input.CustomSuffix !== undefined && service !== 'autoscaling.amazonaws.com') {
        throw new ServiceError('InvalidInput', `Custom suffix is not allowed for ${service}`);
      }
      const name = input.CustomSuffix === undefined ? known.role : `${known.role}_${input.CustomSuffix}`;
      if (iam(world).roles.has(name)) {
        throw new ServiceError(
          'InvalidInput',
          `Service role name ${name} has been taken in this account, please try a different suffix.`,
        );
      }
      const path = `/aws-service-role/${service}/`;
      const role: Role = {
        id: iamId(world, 'AROA'),
        name,
        path,
        arn: world.arn('iam', `role${path}${name}`, ''),
        trustPolicy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: [service] } }],
        }),
        ...(input.Description === undefined ? {} : { description: input.Description }),
        maxSessionSeconds: 3600,
        createdAt: world.now,
        inline: new Map(),
        attached: [`arn:aws:iam::aws:policy/aws-service-role/${known.policy}`],
        tags: new Map(),
      };
      iam(world).roles.set(name, role);
      return { Role: roleView(role) };
    },
  ),
  DeleteServiceLinkedRole: operation<DeleteServiceLinkedRoleRequest, DeleteServiceLinkedRoleResponse>(
    DeleteServiceLinkedRole$,
    (input, { world }) => {
      const role = roleOf(world, input.RoleName ?? '');
      if (!role.path.startsWith('/aws-service-role/')) {
        throw new ServiceError('NoSuchEntity', `The role with name ${role.name} is not a service-linked role.`, 404);
      }
      iam(world).roles.delete(role.name);
      return { DeletionTaskId: `task${role.path}${role.name}/${world.uuid()}` };
    },
  ),
  GetServiceLinkedRoleDeletionStatus: operation<
    GetServiceLinkedRoleDeletionStatusRequest,
    GetServiceLinkedRoleDeletionStatusResponse
  >(GetServiceLinkedRoleDeletionStatus$, (input) => {
    const service = /^task\/aws-service-role\/([^/]+)\//.exec(input.DeletionTaskId ?? '')?.[1];
    if (service === undefined) {
      throw new ServiceError('NoSuchEntity', 'The deletion task cannot be found.', 404);
    }
    return { Status: 'SUCCEEDED' };
  }),
};
