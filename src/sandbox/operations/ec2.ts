import { catalogueOperations } from './ec2-catalogue.ts';
import { instanceOperations } from './ec2-instances.ts';
import { keyPairOperations } from './ec2-key-pairs.ts';
import { launchTemplateOperations } from './ec2-launch-templates.ts';
import { networkOperations } from './ec2-network.ts';
import { networkInterfaceOperations } from './ec2-network-interfaces.ts';
import { securityGroupOperations } from './ec2-security-groups.ts';
import { tagOperations } from './ec2-tags.ts';
import type { Service } from './operation.ts';

/** Amazon EC2. */
export const ec2: Service = {
  signingName: 'ec2',
  operations: {
    ...catalogueOperations,
    ...instanceOperations,
    ...keyPairOperations,
    ...launchTemplateOperations,
    ...networkOperations,
    ...networkInterfaceOperations,
    ...securityGroupOperations,
    ...tagOperations,
  },
};
