import { resourceTypes } from '../cloudformation/resources/registry.ts';
import { createCloudFormation } from '../cloudformation/service.ts';
import { autoScaling } from './auto-scaling.ts';
import { cloudwatchLogs } from './cloudwatch-logs.ts';
import { ec2 } from './ec2.ts';
import { ecs } from './ecs.ts';
import { elasticLoadBalancing } from './elastic-load-balancing.ts';
import { iam } from './iam.ts';
import type { Service } from './operation.ts';
import { route53 } from './route-53.ts';
import { secretsManager } from './secrets-manager.ts';
import { ssm } from './ssm.ts';

/** CloudFormation, API version 2010-05-15, over the services of this region. */
export const cloudformation: Service = createCloudFormation(
  [autoScaling, cloudwatchLogs, ec2, ecs, elasticLoadBalancing, iam, route53, secretsManager, ssm],
  resourceTypes,
);
