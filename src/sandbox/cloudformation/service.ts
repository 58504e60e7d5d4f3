import { type Call, invoke, type Service } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import { attributeLookup, parameterLookups } from './account.ts';
import { accountOperations } from './account-operations.ts';
import { changeSetOperations } from './change-set-operations.ts';
import { driftOperations } from './drift-operations.ts';
import type { Engine } from './engine.ts';
import { readOperations } from './read-operations.ts';
import type { Aws, ResourceType } from './resources/resource-type.ts';
import { stackOperations } from './stack-operations.ts';

/**
 * CloudFormation over other services: it makes nothing itself, but calls their operations as anybody else does.
 *
 * @param peers the services that its resource types call
 */
export function createCloudFormation(
  peers: readonly Service[],
  types: Readonly<Record<string, ResourceType>>,
): Service {
  const byName = new Map(peers.map((service) => [service.signingName, service]));
  const awsFor =
    (call: Call): Aws =>
    (signingName, name, input) => {
      const service = byName.get(signingName);
      if (!service) throw new ServiceError('InvalidAction', `There is no service ${signingName}`);
      return invoke(service, name, input, call);
    };
  const engine: Engine = {
    types,
    aws: awsFor,
    lookups: (call) => parameterLookups(awsFor(call)),
    attributeOf: (call) => attributeLookup(awsFor(call)),
  };
  return {
    signingName: 'cloudformation',
    operations: {
      ...readOperations(engine),
      ...stackOperations(engine),
      ...changeSetOperations(engine),
      ...driftOperations(engine),
      ...accountOperations,
    },
  };
}
