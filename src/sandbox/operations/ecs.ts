import { accountSettingOperations } from './ecs-account-settings.ts';
import { attributeOperations } from './ecs-attributes.ts';
import { capacityProviderOperations } from './ecs-capacity-providers.ts';
import { clusterOperations } from './ecs-clusters.ts';
import { containerInstanceOperations } from './ecs-container-instances.ts';
import { serviceDeploymentOperations } from './ecs-service-deployments.ts';
import { serviceOperations } from './ecs-services.ts';
import { tagOperations } from './ecs-tags.ts';
import { taskDefinitionOperations } from './ecs-task-definitions.ts';
import { taskOperations } from './ecs-tasks.ts';
import type { Service } from './operation.ts';

/** Amazon ECS, API version 2014-11-13, launch type EC2. */
export const ecs: Service = {
  signingName: 'ecs',
  operations: {
    ...clusterOperations,
    ...capacityProviderOperations,
    ...taskDefinitionOperations,
    ...serviceOperations,
    ...serviceDeploymentOperations,
    ...taskOperations,
    ...containerInstanceOperations,
    ...attributeOperations,
    ...accountSettingOperations,
    ...tagOperations,
  },
};
