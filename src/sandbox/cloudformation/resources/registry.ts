import { autoScalingLive } from '../live/auto-scaling.ts';
import { ec2Live } from '../live/ec2.ts';
import { ecsLive } from '../live/ecs.ts';
import { iamLive } from '../live/iam.ts';
import type { LiveType } from '../live/live-type.ts';
import { loadBalancingLive } from '../live/load-balancing.ts';
import { logsLive } from '../live/logs.ts';
import { route53Live } from '../live/route-53.ts';
import { secretsManagerLive } from '../live/secrets-manager.ts';
import { autoScalingTypes } from './auto-scaling.ts';
import { cloudformationTypes } from './cloudformation.ts';
import { ec2Types } from './ec2.ts';
import { ecsTypes } from './ecs.ts';
import { ecsCapacityTypes } from './ecs-capacity-providers.ts';
import { iamTypes } from './iam.ts';
import { loadBalancingTypes } from './load-balancing.ts';
import { logsTypes } from './logs.ts';
import type { ResourceType } from './resource-type.ts';
import { route53Types } from './route-53.ts';
import { secretsManagerTypes } from './secrets-manager.ts';
import { securityGroupTypes } from './security-group.ts';
import { ssmTypes } from './ssm.ts';

const handlers: Readonly<Record<string, ResourceType>> = {
  ...autoScalingTypes,
  ...cloudformationTypes,
  ...ec2Types,
  ...ecsTypes,
  ...ecsCapacityTypes,
  ...iamTypes,
  ...loadBalancingTypes,
  ...logsTypes,
  ...route53Types,
  ...secretsManagerTypes,
  ...securityGroupTypes,
  ...ssmTypes,
};

const live: Readonly<Record<string, LiveType>> = {
  ...autoScalingLive,
  ...ec2Live,
  ...ecsLive,
  ...iamLive,
  ...loadBalancingLive,
  ...logsLive,
  ...route53Live,
  ...secretsManagerLive,
};

/** Every resource type that the sandbox's CloudFormation knows. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = Object.fromEntries(
  Object.entries(handlers).map(([name, type]) => [name, { ...type, ...live[name] }]),
);
