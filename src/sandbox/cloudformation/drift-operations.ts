import {
  DescribeStackDriftDetectionStatus$,
  type DescribeStackDriftDetectionStatusInput,
  type DescribeStackDriftDetectionStatusOutput,
  DescribeStackResourceDrifts$,
  type DescribeStackResourceDriftsInput,
  type DescribeStackResourceDriftsOutput,
  DetectStackDrift$,
  type DetectStackDriftInput,
  type DetectStackDriftOutput,
  DetectStackResourceDrift$,
  type DetectStackResourceDriftInput,
  type DetectStackResourceDriftOutput,
  type StackDriftDetectionStatus,
} from '@aws-sdk/client-cloudformation';
import { type Call, type Operation, operation } from '../operations/operation.ts';
import { perWorld } from '../world/world.ts';
import { detectDrift, knowsDrift, tryDrift } from './drift.ts';
import type { Engine } from './engine.ts';
import { page } from './paging.ts';
import { type Stack, type StackDrift, type StackResource, stackOf } from './stack.ts';
import { invalid } from './validation-error.ts';

interface Detection {
  readonly id: string;
  readonly stack: Stack;
  readonly startedAt: number;
  status: StackDriftDetectionStatus;
  reason: string | undefined;
}

/** Detections by their id. */
const detections = perWorld(() => new Map<string, Detection>());

/** What a detection takes for each resource: it asks the service of each, one after the other. */
const perResourceMs = 500;

/** In these states alone drift can be detected (user guide, Detect drift on an entire stack). */
const quiet = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED'];

/** Results on a page of DescribeStackResourceDrifts: its maximum. */
const pageSize = 100;

/** The operations on drift: what was changed past CloudFormation. */
export function driftOperations(engine: Engine): Record<string, Operation> {
  return {
    DetectStackDrift: operation<DetectStackDriftInput, DetectStackDriftOutput>(DetectStackDrift$, (input, call) => ({
      StackDriftDetectionId: startDetection(engine, input, call),
    })),
    DescribeStackDriftDetectionStatus: operation<
      DescribeStackDriftDetectionStatusInput,
      DescribeStackDriftDetectionStatusOutput
    >(DescribeStackDriftDetectionStatus$, (input, { world }) => {
      const detection = detections(world).get(input.StackDriftDetectionId ?? '');
      if (!detection) throw invalid(`Drift detection with id ${input.StackDriftDetectionId ?? ''} does not exist`);
      const { id, stack, status, reason, startedAt } = detection;
      const drift = status === 'DETECTION_COMPLETE' ? stack.drift : undefined;
      return {
        StackId: stack.id,
        StackDriftDetectionId: id,
        DetectionStatus: status,
        ...(reason === undefined ? {} : { DetectionStatusReason: reason }),
        ...(drift ? { StackDriftStatus: drift.status, DriftedStackResourceCount: drifted(drift) } : {}),
        Timestamp: new Date(startedAt),
      };
    }),
    DetectStackResourceDrift: operation<DetectStackResourceDriftInput, DetectStackResourceDriftOutput>(
      DetectStackResourceDrift$,
      (input, call) => {
        const stack = stackOf(call.world, input.StackName, 'bracketed');
        requireQuiet(stack);
        const resource = resourceOf(stack, input.LogicalResourceId ?? '');
        const found = detectDrift(engine, call, stack, resource);
        if (!found) throw invalid('Drift detection is not supported for the specified ResourceType');
        note(stack, call.world.now, (drift) => drift.resources.set(resource.logicalId, found));
        return { StackResourceDrift: found };
      },
    ),
    DescribeStackResourceDrifts: operation<DescribeStackResourceDriftsInput, DescribeStackResourceDriftsOutput>(
      DescribeStackResourceDrifts$,
      (input, { world }) => {
        const stack = stackOf(world, input.StackName);
        const wanted: readonly string[] = input.StackResourceDriftStatusFilters ?? [];
        const chosen = [...(stack.drift?.resources.values() ?? [])]
          .filter(({ LogicalResourceId }) => stack.resources.has(LogicalResourceId ?? ''))
          .filter(({ StackResourceDriftStatus }) => {
            return wanted.length === 0 || wanted.includes(StackResourceDriftStatus ?? '');
          })
          .sort((a, b) => ((a.LogicalResourceId ?? '') < (b.LogicalResourceId ?? '') ? -1 : 1));
        const { items, rest } = page(chosen, input.NextToken, Math.min(input.MaxResults ?? pageSize, pageSize));
        return { StackResourceDrifts: items, ...rest };
      },
    ),
  };
}

function resourceOf(stack: Stack, logicalId: string): StackResource {
  const resource = stack.resources.get(logicalId);
  if (!resource) throw invalid(`Resource ${logicalId} does not exist for stack ${stack.name}`);
  return resource;
}

function requireQuiet(stack: Stack): void {
  if (quiet.includes(stack.status)) return;
  throw invalid(`Drift detection cannot be performed on stack [${stack.id}] while it is in ${stack.status} state.`);
}

function startDetection(engine: Engine, input: DetectStackDriftInput, call: Call): string {
  const { world } = call;
  const stack = stackOf(world, input.StackName, 'bracketed');
  requireQuiet(stack);
  if ([...detections(world).values()].some((one) => one.stack === stack && one.status === 'DETECTION_IN_PROGRESS')) {
    throw invalid(`Drift detection is already in progress for stack [${stack.id}]`);
  }
  const named = input.LogicalResourceIds?.map((logicalId) => resourceOf(stack, logicalId));
  const resources = named ?? [...stack.resources.values()];
  const detection: Detection = {
    id: world.uuid(),
    stack,
    startedAt: world.now,
    status: 'DETECTION_IN_PROGRESS',
    reason: undefined,
  };
  detections(world).set(detection.id, detection);
  world.schedule(perResourceMs * resources.length, () =>
    finishDetection(engine, call, detection, named === undefined, resources),
  );
  return detection.id;
}

function finishDetection(
  engine: Engine,
  call: Call,
  detection: Detection,
  whole: boolean,
  resources: readonly StackResource[],
): void {
  const { stack } = detection;
  const failed: string[] = [];
  note(stack, detection.startedAt, (drift) => {
    if (whole) drift.resources.clear();
    for (const { logicalId } of resources) {
      const resource = stack.resources.get(logicalId);
      if (!resource || !knowsDrift(engine, resource)) continue;
      const found = tryDrift(engine, call, stack, resource);
      if (typeof found === 'string') failed.push(`${logicalId}: ${found}`);
      else if (found) drift.resources.set(logicalId, found);
    }
  });
  // What could be compared stays known: so it is documented of a detection that failed.
  detection.status = failed.length === 0 ? 'DETECTION_COMPLETE' : 'DETECTION_FAILED';
  if (failed.length > 0) detection.reason = `Failed to detect drift on resources [${failed.join(', ')}]`;
}

/** Takes results down, and the stack's status with them. */
function note(stack: Stack, checkedAt: number, change: (drift: StackDrift) => void): void {
  const drift: StackDrift = { status: 'IN_SYNC', checkedAt, resources: new Map(stack.drift?.resources) };
  change(drift);
  drift.status = drifted(drift) > 0 ? 'DRIFTED' : 'IN_SYNC';
  stack.drift = drift;
}

function drifted({ resources }: StackDrift): number {
  const statuses = [...resources.values()].map(({ StackResourceDriftStatus }) => StackResourceDriftStatus);
  return statuses.filter((status) => status === 'MODIFIED' || status === 'DELETED').length;
}
