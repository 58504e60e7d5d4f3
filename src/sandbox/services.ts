import { autoScaling } from './operations/auto-scaling.ts';
import { cloudformation } from './operations/cloudformation.ts';
import { cloudwatchLogs } from './operations/cloudwatch-logs.ts';
import { ec2 } from './operations/ec2.ts';
import { ecr } from './operations/ecr.ts';
import { ecs } from './operations/ecs.ts';
import { elasticLoadBalancing } from './operations/elastic-load-balancing.ts';
import { iam } from './operations/iam.ts';
import type { Service } from './operations/operation.ts';
import { route53 } from './operations/route-53.ts';
import { secretsManager } from './operations/secrets-manager.ts';
import { ssm } from './operations/ssm.ts';
import { sts } from './operations/sts.ts';

/** Every service of the simulated region. */
export const services: readonly Service[] = [
  autoScaling,
  cloudformation,
  cloudwatchLogs,
  ec2,
  ecr,
  ecs,
  elasticLoadBalancing,
  iam,
  route53,
  secretsManager,
  ssm,
  sts,
];
