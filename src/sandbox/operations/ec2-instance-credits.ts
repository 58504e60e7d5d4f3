import {
  DescribeInstanceCreditSpecifications$,
  type DescribeInstanceCreditSpecificationsRequest,
  type DescribeInstanceCreditSpecificationsResult,
  ModifyInstanceCreditSpecification$,
  type ModifyInstanceCreditSpecificationRequest,
  type ModifyInstanceCreditSpecificationResult,
} from '@aws-sdk/client-ec2';
import { type Instance, instanceOf, instances } from '../world/ec2.ts';
import { instanceType } from '../world/ec2-offers.ts';
import { ServiceError } from '../world/service-error.ts';
import { byIds, filtered } from './ec2-filters.ts';
import { ec2Page } from './ec2-operation.ts';
import { type Operation, operation } from './operation.ts';

/** T2 instances begin as `standard`, later burstable types as `unlimited`; the others have no credits. */
export function creditsOf(instance: Instance): 'standard' | 'unlimited' | undefined {
  if (!instanceType(instance.type).burstable) return undefined;
  return instance.cpuCredits ?? (instance.type.startsWith('t2.') ? 'standard' : 'unlimited');
}

function requireBurstable(instance: Instance): Instance {
  if (creditsOf(instance) !== undefined) return instance;
  throw new ServiceError(
    'InvalidInstanceType',
    `Instance ${instance.id} is not a burstable performance instance: its type is ${instance.type}.`,
  );
}

/** How burstable instances use their CPU credits. */
export const instanceCreditOperations: Record<string, Operation> = {
  DescribeInstanceCreditSpecifications: operation<
    DescribeInstanceCreditSpecificationsRequest,
    DescribeInstanceCreditSpecificationsResult
  >(DescribeInstanceCreditSpecifications$, (input, { world }) => {
    const named = (input.InstanceIds?.length ?? 0) > 0;
    const asked = byIds(instances(world).values(), input.InstanceIds, (id) => requireBurstable(instanceOf(world, id)));
    // Without ids only the instances with unlimited credits are told (EC2 API reference).
    const told = asked.filter(
      (instance) => named || (creditsOf(instance) === 'unlimited' && instance.state.name !== 'terminated'),
    );
    const kept = filtered(told, input.Filters, (instance, name) =>
      name === 'instance-id' ? [instance.id] : undefined,
    );
    const { items, rest } = ec2Page(kept, input);
    return {
      InstanceCreditSpecifications: items.map((instance) => ({
        InstanceId: instance.id,
        CpuCredits: creditsOf(instance),
      })),
      ...rest,
    };
  }),

  ModifyInstanceCreditSpecification: operation<
    ModifyInstanceCreditSpecificationRequest,
    ModifyInstanceCreditSpecificationResult
  >(ModifyInstanceCreditSpecification$, (input, { world }) => {
    const done: { InstanceId: string }[] = [];
    const refused: NonNullable<ModifyInstanceCreditSpecificationResult['UnsuccessfulInstanceCreditSpecifications']> =
      [];
    for (const { InstanceId = '', CpuCredits } of input.InstanceCreditSpecifications ?? []) {
      const fail = (Code: 'InvalidInstanceID.NotFound' | 'InstanceCreditSpecification.NotSupported', Message: string) =>
        refused.push({ InstanceId, Error: { Code, Message } });
      const instance = instances(world).get(InstanceId);
      if (!instance) fail('InvalidInstanceID.NotFound', `The instance ID '${InstanceId}' does not exist`);
      else if (creditsOf(instance) === undefined) {
        fail('InstanceCreditSpecification.NotSupported', 'The instance is not a burstable performance instance.');
      } else {
        instance.cpuCredits = CpuCredits === 'unlimited' ? 'unlimited' : 'standard';
        done.push({ InstanceId });
      }
    }
    return {
      SuccessfulInstanceCreditSpecifications: done,
      UnsuccessfulInstanceCreditSpecifications: refused,
    };
  }),
};
