import type { ResourceStatus } from '@aws-sdk/client-cloudformation';
import type { Call } from '../operations/operation.ts';
import type { Timer } from '../world/world.ts';
import { checkProperties, contextFor, type Engine, evaluationFor, failureReason, valuesOf } from './engine.ts';
import { dependencies } from './graph.ts';
import { HandlerError, type Made, type ResourceType } from './resources/resource-type.ts';
import { type Source, type Stack, type StackResource, setResourceStatus } from './stack.ts';
import { invalid, type ResourceDefinition } from './template.ts';
import { isMap, sameValue, type ValueMap } from './value.ts';

/** How long a resource may take to become stable: three hours, as for an ECS service. */
const settleLimitMs = 3 * 3600_000;

export interface DeploymentResult {
  /** Logical ids that failed by themselves, by what was being done to them. */
  failed: { logicalId: string; verb: 'create' | 'update' }[];
  /** Logical ids that were under way when it ended early. */
  cancelled: { logicalId: string; verb: 'create' | 'update' }[];
  /** Physical resources that an update has replaced: to be deleted once it holds. */
  replaced: StackResource[];
  /** Ended from outside before it was through. */
  ended: boolean;
}

/**
 * Brings a stack's resources to what a source says, each as soon as all that it depends on is complete. One failure
 * cancels what is under way and starts nothing more.
 */
export class Deployment {
  readonly #engine: Engine;
  readonly #call: Call;
  readonly #stack: Stack;
  readonly #done: (result: DeploymentResult) => void;
  readonly #definition: (logicalId: string) => ResourceDefinition;
  readonly #properties: (logicalId: string) => ValueMap;
  readonly #wanted: ReadonlyMap<string, StackResource> | undefined;
  readonly #waiting: Map<string, Set<string>>;
  readonly #dependsOn: ReadonlyMap<string, readonly string[]>;
  readonly #underWay = new Map<
    string,
    { resource: StackResource; timer: Timer | undefined; verb: 'CREATE' | 'UPDATE' }
  >();
  readonly #result: DeploymentResult = { failed: [], cancelled: [], replaced: [], ended: false };
  #stopped = false;

  /**
   * @param restore resources as they were before a failed update: they are brought back as they were, replacements
   *   undone, instead of being evaluated from the source
   */
  constructor(
    engine: Engine,
    call: Call,
    stack: Stack,
    source: Source,
    done: (result: DeploymentResult) => void,
    restore?: ReadonlyMap<string, StackResource>,
  ) {
    const evaluated = evaluationFor(call.world, stack, source);
    const active = restore ? evaluated.active.filter((id) => restore.has(id)) : evaluated.active;
    this.#engine = engine;
    this.#call = call;
    this.#stack = stack;
    this.#done = done;
    this.#wanted = restore;
    this.#waiting = dependencies(source.template, active, evaluated.condition);
    this.#dependsOn = new Map([...this.#waiting].map(([id, waits]) => [id, [...waits]]));
    this.#definition = (logicalId) => {
      const definition = source.template.resources.get(logicalId);
      if (!definition) throw invalid(`Resource ${logicalId} does not exist in the template`);
      return definition;
    };
    this.#properties = (logicalId) => {
      const value = evaluated.evaluate(this.#definition(logicalId).properties, valuesOf(stack.resources));
      return isMap(value) ? value : {};
    };
  }

  start(): void {
    // In an event of its own, so that whoever starts a deployment can note that it runs before it may be over.
    this.#call.world.schedule(0, () => this.#step());
  }

  /** Ends it where it stands; nothing of it happens any more. */
  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#underWay.values()) timer?.cancel();
  }

  /** Ends it as a failure of its own, as a user's cancelling or a time-out does. */
  cancel(): void {
    if (this.#stopped) return;
    this.#result.ended = true;
    this.#finish();
  }

  #step(): void {
    if (this.#stopped) return;
    if (this.#waiting.size === 0 && this.#underWay.size === 0) {
      this.#finish();
      return;
    }
    for (const [logicalId, waits] of [...this.#waiting]) {
      if (waits.size > 0) continue;
      this.#waiting.delete(logicalId);
      this.#begin(logicalId);
      if (this.#stopped) return;
    }
  }

  #finish(): void {
    for (const { resource, verb } of this.#underWay.values()) {
      const what = verb === 'CREATE' ? 'Resource creation cancelled' : 'Resource update cancelled';
      setResourceStatus(this.#call.world, this.#stack, resource, `${verb}_FAILED`, what);
      this.#result.cancelled.push({ logicalId: resource.logicalId, verb: verb === 'CREATE' ? 'create' : 'update' });
    }
    this.stop();
    this.#done(this.#result);
  }

  #begin(logicalId: string): void {
    const definition = this.#definition(logicalId);
    const existing = this.#stack.resources.get(logicalId);
    const wanted = this.#wanted?.get(logicalId);
    const type = this.#engine.types[definition.type];
    if (!type) throw invalid(`Unrecognized resource type ${definition.type}`);
    let properties: ValueMap;
    try {
      properties = wanted ? wanted.properties : this.#properties(logicalId);
    } catch (error) {
      const resource = existing ?? this.#add(logicalId, definition, {});
      this.#fail(resource, existing ? 'UPDATE' : 'CREATE', error);
      return;
    }
    if (wanted && existing && isReplacement(type, existing, wanted)) this.#reinstate(existing, wanted);
    else if (!existing) this.#create(type, this.#add(logicalId, definition, properties), 'CREATE');
    else if (existing.definition.type === definition.type && this.#unchanged(existing, properties, definition)) {
      this.#complete(logicalId);
    } else if (needsReplacement(type, existing, definition, properties))
      this.#replace(type, existing, definition, properties);
    else this.#update(type, existing, definition, properties);
  }

  #unchanged(existing: StackResource, properties: ValueMap, definition: ResourceDefinition): boolean {
    if (existing.status.endsWith('_FAILED') || !sameValue(existing.properties, properties)) return false;
    this.#stack.resources.set(existing.logicalId, {
      ...existing,
      definition,
      dependsOn: this.#dependsOn.get(existing.logicalId) ?? [],
    });
    return true;
  }

  #add(logicalId: string, definition: ResourceDefinition, properties: ValueMap): StackResource {
    const resource: StackResource = {
      logicalId,
      definition,
      physicalId: undefined,
      status: 'CREATE_IN_PROGRESS',
      statusReason: undefined,
      updatedAt: this.#call.world.now,
      properties,
      attributes: {},
      dependsOn: this.#dependsOn.get(logicalId) ?? [],
    };
    this.#stack.resources.set(logicalId, resource);
    return resource;
  }

  #create(type: ResourceType, resource: StackResource, verb: 'CREATE' | 'UPDATE'): void {
    if (verb === 'CREATE') this.#status(resource, 'CREATE_IN_PROGRESS');
    this.#later(resource, verb, 1000, () => {
      checkProperties(type, resource.properties);
      const made = type.create(resource.properties, contextFor(this.#engine, this.#call, this.#stack, resource));
      resource.physicalId = made.physicalId;
      resource.attributes = made.attributes ?? {};
      this.#status(resource, `${verb}_IN_PROGRESS`, 'Resource creation Initiated');
      this.#settle(resource, verb, made);
    });
  }

  #replace(type: ResourceType, existing: StackResource, definition: ResourceDefinition, properties: ValueMap): void {
    const resource: StackResource = {
      ...existing,
      definition,
      properties,
      dependsOn: this.#dependsOn.get(existing.logicalId) ?? [],
    };
    this.#stack.resources.set(existing.logicalId, resource);
    this.#result.replaced.push(existing);
    this.#status(
      resource,
      'UPDATE_IN_PROGRESS',
      'Requested update requires the creation of a new physical resource; hence creating one.',
    );
    this.#create(type, resource, 'UPDATE');
  }

  #update(type: ResourceType, existing: StackResource, definition: ResourceDefinition, properties: ValueMap): void {
    const previous = existing.properties;
    const resource: StackResource = {
      ...existing,
      definition,
      properties,
      dependsOn: this.#dependsOn.get(existing.logicalId) ?? [],
    };
    this.#stack.resources.set(existing.logicalId, resource);
    this.#status(resource, 'UPDATE_IN_PROGRESS');
    this.#later(resource, 'UPDATE', 1000, () => {
      checkProperties(type, properties);
      const context = contextFor(this.#engine, this.#call, this.#stack, resource);
      const made = type.update?.(resource.physicalId ?? '', properties, previous, context);
      if (!made) throw new HandlerError('NotUpdatable', `Resource ${resource.logicalId} cannot be updated`);
      resource.attributes = made.attributes ?? resource.attributes;
      this.#settle(resource, 'UPDATE', made);
    });
  }

  /** Undoes a replacement: the old resource is still there, and the new one becomes what is to be deleted. */
  #reinstate(existing: StackResource, wanted: StackResource): void {
    if (existing.physicalId !== wanted.physicalId) this.#result.replaced.push(existing);
    const resource = { ...wanted };
    this.#stack.resources.set(wanted.logicalId, resource);
    this.#status(resource, 'UPDATE_IN_PROGRESS');
    this.#later(resource, 'UPDATE', 1000, () =>
      this.#settle(resource, 'UPDATE', { physicalId: wanted.physicalId ?? '' }),
    );
  }

  #settle(resource: StackResource, verb: 'CREATE' | 'UPDATE', made: Made): void {
    const { world } = this.#call;
    const finish = () => {
      this.#underWay.delete(resource.logicalId);
      this.#status(resource, `${verb}_COMPLETE`);
      this.#complete(resource.logicalId);
      this.#step();
    };
    const { settled } = made;
    if (!settled) {
      this.#later(resource, verb, world.drawMs(world.settings.cloudformation.resource), finish);
      return;
    }
    const limit = world.now + settleLimitMs;
    const look = () => {
      if (settled()) finish();
      else if (world.now >= limit) throw new HandlerError('NotStabilized', 'Exceeded attempts to wait');
      else this.#later(resource, verb, world.settings.cloudformation.pollSeconds * 1000, look);
    };
    this.#later(resource, verb, world.settings.cloudformation.pollSeconds * 1000, look);
  }

  #later(resource: StackResource, verb: 'CREATE' | 'UPDATE', delayMs: number, run: () => void): void {
    const timer = this.#call.world.schedule(delayMs, () => {
      if (this.#stopped) return;
      try {
        run();
      } catch (error) {
        this.#fail(resource, verb, error);
      }
    });
    this.#underWay.set(resource.logicalId, { resource, timer, verb });
  }

  #fail(resource: StackResource, verb: 'CREATE' | 'UPDATE', error: unknown): void {
    this.#underWay.delete(resource.logicalId);
    const reason = failureReason(this.#call.world, resource.definition.type, error);
    this.#status(resource, `${verb}_FAILED`, reason);
    this.#result.failed.push({ logicalId: resource.logicalId, verb: verb === 'CREATE' ? 'create' : 'update' });
    this.#finish();
  }

  #complete(logicalId: string): void {
    for (const waits of this.#waiting.values()) waits.delete(logicalId);
    // Resources that had nothing to do free others without any event of their own.
    if (this.#underWay.size === 0 || [...this.#waiting.values()].some((waits) => waits.size === 0)) {
      this.#call.world.schedule(0, () => this.#step());
    }
  }

  #status(resource: StackResource, status: ResourceStatus, reason?: string): void {
    setResourceStatus(this.#call.world, this.#stack, resource, status, reason);
  }
}

/** Whether an update replaced the physical resource, or failed at making the new one. */
function isReplacement(type: ResourceType, existing: StackResource, wanted: StackResource): boolean {
  if (existing.physicalId !== wanted.physicalId) return true;
  return (
    !sameValue(existing.properties, wanted.properties) &&
    needsReplacement(type, existing, wanted.definition, wanted.properties)
  );
}

/** Whether going from what a resource is to what is wanted takes a new physical resource. */
export function needsReplacement(
  type: ResourceType,
  existing: Pick<StackResource, 'definition' | 'properties'>,
  definition: ResourceDefinition,
  properties: ValueMap,
): boolean {
  if (existing.definition.type !== definition.type || !type.update) return true;
  return changedProperties(existing.properties, properties).some((name) => type.properties[name] === 'replace');
}

export function changedProperties(before: ValueMap, after: ValueMap): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !sameValue(before[name], after[name]));
}
