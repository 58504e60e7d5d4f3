import { accountOperations } from './ec2-account.ts';
import { catalogueOperations } from './ec2-catalogue.ts';
import { instanceAttributeOperations } from './ec2-instance-attributes.ts';
import { instanceCreditOperations } from './ec2-instance-credits.ts';
import { instanceProfileOperations } from './ec2-instance-profiles.ts';
import { instanceOperations } from './ec2-instances.ts';
import { keyPairOperations } from './ec2-key-pairs.ts';
import { launchTemplateOperations } from './ec2-launch-templates.ts';
import { networkOperations } from './ec2-network.ts';
import { networkInterfaceOperations } from './ec2-network-interfaces.ts';
import { withDryRun } from './ec2-operation.ts';
import { securityGroupRuleOperations } from './ec2-security-group-rules.ts';
import { securityGroupOperations } from './ec2-security-groups.ts';
import { tagOperations } from './ec2-tags.ts';
import { volumeOperations } from './ec2-volumes.ts';
import { vpcDetailOperations } from './ec2-vpc-details.ts';
import type { Service } from './operation.ts';

/** Amazon EC2. */
export const ec2: Service = {
  signingName: 'ec2',
  operations: withDryRun({
    ...accountOperations,
    ...catalogueOperations,
    ...instanceOperations,
    ...instanceAttributeOperations,
    ...instanceCreditOperations,
    ...instanceProfileOperations,
    ...keyPairOperations,
    ...launchTemplateOperations,
    ...networkOperations,
    ...networkInterfaceOperations,
    ...securityGroupOperations,
    ...securityGroupRuleOperations,
    ...tagOperations,
    ...volumeOperations,
    ...vpcDetailOperations,
  }),
};
