import type { CapacityProviderStrategyItem, PlacementConstraint } from '@aws-sdk/client-ecs';
import { nameIn } from '../world/arn.ts';
import { instanceTest } from '../world/ecs-query.ts';
import type { Cluster } from '../world/ecs-state.ts';
import { invalid } from './ecs-lookup.ts';

/** Refuses constraints of an unknown kind, and expressions that cannot be read. */
export function checkConstraints(constraints: readonly PlacementConstraint[] | undefined): void {
  if ((constraints?.length ?? 0) > 10) throw invalid('Placement constraints cannot have more than 10 elements.');
  for (const { type, expression } of constraints ?? []) {
    if (type === 'memberOf' && expression) instanceTest(expression);
    else if (type !== 'distinctInstance') throw invalid(`Invalid placement constraint: ${type ?? ''}`);
    else if (expression) throw invalid('distinctInstance constraint does not take an expression.');
  }
}

/** Refuses capacity providers that the cluster does not have. */
export function checkProviders(cluster: Cluster, strategy: readonly CapacityProviderStrategyItem[]): void {
  for (const { capacityProvider = '' } of strategy) {
    if (cluster.capacityProviders?.includes(nameIn(capacityProvider))) continue;
    throw invalid(
      `The specified capacity provider '${capacityProvider}' was not found. Specify a valid capacity provider and try again.`,
    );
  }
}
