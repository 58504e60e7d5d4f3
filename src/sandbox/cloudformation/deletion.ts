import type { ResourceStatus } from '@aws-sdk/client-cloudformation';
import type { Call } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import type { Timer } from '../world/world.ts';
import { contextFor, type Engine, failureReason, meetFault } from './engine.ts';
import { HandlerError } from './resources/resource-type.ts';
import { type Stack, type StackResource, setResourceStatus } from './stack.ts';
import { invalid } from './validation-error.ts';

/** How long a deletion is tried again while something else still holds the resource. */
const conflictLimitMs = 15 * 60_000;
/** How long a resource may take to be gone. */
const goneLimitMs = 3600_000;

/**
 * Deletes resources of a stack, each once all that depend on it are gone. A failure ends only the branch it is in, as
 * CloudFormation goes on with the rest.
 */
export class Deletion {
  readonly #engine: Engine;
  readonly #call: Call;
  readonly #stack: Stack;
  readonly #left: Set<StackResource>;
  readonly #done: (failed: string[]) => void;
  readonly #retain: (resource: StackResource) => boolean;
  readonly #cleanUp: boolean;
  readonly #underWay = new Map<StackResource, Timer>();
  readonly #failed: StackResource[] = [];
  #stopped = false;

  /**
   * @param options.retain whether a resource is left alone (DELETE_SKIPPED)
   * @param options.cleanUp whether it follows an update: recorded events are then without the resource's properties
   */
  constructor(
    engine: Engine,
    call: Call,
    stack: Stack,
    resources: readonly StackResource[],
    done: (failed: string[]) => void,
    options: { retain: (resource: StackResource) => boolean; cleanUp?: boolean },
  ) {
    this.#engine = engine;
    this.#call = call;
    this.#stack = stack;
    this.#left = new Set(resources);
    this.#done = done;
    this.#retain = options.retain;
    this.#cleanUp = options.cleanUp ?? false;
  }

  start(): void {
    this.#call.world.schedule(0, () => this.#step());
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#underWay.values()) timer.cancel();
  }

  #step(): void {
    if (this.#stopped) return;
    for (const resource of [...this.#left]) {
      if (this.#underWay.has(resource) || this.#failed.includes(resource) || this.#held(resource)) continue;
      this.#begin(resource);
    }
    if (this.#underWay.size === 0) {
      this.stop();
      this.#done(this.#failed.map(({ logicalId }) => logicalId));
    }
  }

  /** Something that depends on it is still there. */
  #held(resource: StackResource): boolean {
    return [...this.#left].some((other) => other !== resource && other.dependsOn.includes(resource.logicalId));
  }

  #begin(resource: StackResource): void {
    const { world } = this.#call;
    if (this.#retain(resource) || resource.physicalId === undefined) {
      const skipped = resource.physicalId !== undefined;
      this.#status(resource, skipped ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE');
      this.#left.delete(resource);
      // Later, not now: the loop that got here must not be entered again from inside.
      this.#underWay.set(
        resource,
        world.schedule(0, () => this.#next(resource)),
      );
      return;
    }
    this.#status(resource, 'DELETE_IN_PROGRESS');
    this.#later(resource, 1000, () => this.#remove(resource, world.now + conflictLimitMs));
  }

  #remove(resource: StackResource, limit: number): void {
    const { world } = this.#call;
    const type = this.#engine.types[resource.definition.type];
    if (!type) throw invalid(`Unrecognized resource type ${resource.definition.type}`);
    const context = contextFor(this.#engine, this.#call, this.#stack, resource);
    let gone: (() => boolean) | undefined;
    meetFault(world, resource, 'delete');
    try {
      gone = type.remove(resource.physicalId ?? '', resource.properties, context);
    } catch (error) {
      if (!isConflict(error) || world.now >= limit) throw error;
      this.#later(resource, world.settings.cloudformation.pollSeconds * 1000, () => this.#remove(resource, limit));
      return;
    }
    const until = world.now + goneLimitMs;
    const look = (): void => {
      if (gone === undefined || gone()) this.#deleted(resource);
      else if (world.now >= until) throw new HandlerError('NotStabilized', 'Exceeded attempts to wait');
      else this.#later(resource, world.settings.cloudformation.pollSeconds * 1000, look);
    };
    this.#later(resource, world.drawMs(world.settings.cloudformation.resource), look);
  }

  #deleted(resource: StackResource): void {
    this.#status(resource, 'DELETE_COMPLETE');
    this.#left.delete(resource);
    this.#next(resource);
  }

  #status(resource: StackResource, status: ResourceStatus, reason?: string): void {
    setResourceStatus(this.#call.world, this.#stack, resource, status, reason, this.#cleanUp);
  }

  #next(resource: StackResource): void {
    this.#underWay.delete(resource);
    this.#step();
  }

  #later(resource: StackResource, delayMs: number, run: () => void): void {
    const timer = this.#call.world.schedule(delayMs, () => {
      if (this.#stopped) return;
      try {
        run();
      } catch (error) {
        const reason = failureReason(this.#call.world, resource.definition.type, error);
        this.#status(resource, 'DELETE_FAILED', reason);
        this.#failed.push(resource);
        this.#next(resource);
      }
    });
    this.#underWay.set(resource, timer);
  }
}

/** Whether a service says that something still uses what is to be deleted; that passes by itself. */
function isConflict(error: unknown): boolean {
  return (
    error instanceof ServiceError &&
    /DependencyViolation|DeleteConflict|InUse|ScalingActivityInProgress|ClusterContains/.test(error.code)
  );
}
