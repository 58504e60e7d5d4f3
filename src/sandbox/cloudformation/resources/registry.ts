import { autoScalingTypes } from './auto-scaling.ts';
import { ec2Types } from './ec2.ts';
import { ecsTypes } from './ecs.ts';
import { iamTypes } from './iam.ts';
import { loadBalancingTypes } from './load-balancing.ts';
import { logsTypes } from './logs.ts';
import type { ResourceType } from './resource-type.ts';
import { route53Types } from './route-53.ts';
import { secretsManagerTypes } from './secrets-manager.ts';
import { securityGroupTypes } from './security-group.ts';

/** Every resource type that the sandbox's CloudFormation knows. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  ...autoScalingTypes,
  ...ec2Types,
  ...ecsTypes,
  ...iamTypes,
  ...loadBalancingTypes,
  ...logsTypes,
  ...route53Types,
  ...secretsManagerTypes,
  ...securityGroupTypes,
};
