import type { ResourceStatus } from '@aws-sdk/client-cloudformation';
import type { Call } from '../operations/operation.ts';
import type { Timer } from '../world/world.ts';
import { Deletion } from './deletion.ts';
import { withReferences } from './dynamic-references.ts';
import { checkProperties, contextFor, type Engine, failureReason, meetFault } from './engine.ts';
import { Goal, type GoalOptions } from './goal.ts';
import { isReplacement, needsReplacement } from './replacement.ts';
import { HandlerError, type Made, type ResourceContext, type ResourceType } from './resources/resource-type.ts';
import { asItStands, type Source, type Stack, type StackResource, setResourceStatus, type Tag } from './stack.ts';
import type { UpdateAction } from './stack-policy.ts';
import { retag, sameStackTags } from './stack-tags.ts';
import type { ResourceDefinition } from './template.ts';
import { invalid } from './validation-error.ts';
import { sameValue, type ValueMap } from './value.ts';

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
  readonly #goal: Goal;
  readonly #waiting: Map<string, Set<string>>;
  readonly #underWay = new Map<
    string,
    { resource: StackResource; timer: Timer | undefined; verb: 'CREATE' | 'UPDATE' }
  >();
  readonly #result: DeploymentResult = { failed: [], cancelled: [], replaced: [], ended: false };
  #stopped = false;

  constructor(
    engine: Engine,
    call: Call,
    stack: Stack,
    source: Source,
    done: (result: DeploymentResult) => void,
    options: GoalOptions = {},
  ) {
    this.#engine = engine;
    this.#call = call;
    this.#stack = stack;
    this.#done = done;
    this.#goal = new Goal(call.world, stack, source, options);
    this.#waiting = this.#goal.waiting();
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
    if (this.#protectedFromRemoval()) return;
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

  /** Removals come last, but one that the stack policy forbids fails the update before anything is done. */
  #protectedFromRemoval(): boolean {
    return this.#goal.removed().some((resource) => this.#forbidden(resource, 'Update:Delete'));
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
    const definition = this.#goal.definition(logicalId);
    const found = this.#stack.resources.get(logicalId);
    const existing = found && !this.#goal.restoring ? asItStands(this.#stack, found) : found;
    const wanted = this.#goal.before(logicalId);
    const type = this.#engine.types[definition.type];
    if (!type) throw invalid(`Unrecognized resource type ${definition.type}`);
    let properties: ValueMap;
    try {
      properties = this.#goal.properties(logicalId);
    } catch (error) {
      if (existing) this.#failAsItIs(existing, error);
      else this.#fail(this.#add(logicalId, definition, {}), 'CREATE', error);
      return;
    }
    if (wanted && this.#goal.skips(logicalId)) this.#skipOver(wanted);
    else if (wanted && existing && isReplacement(type, existing, wanted)) this.#reinstate(existing, wanted);
    else if (!existing || existing.physicalId === undefined) {
      this.#create(type, this.#add(logicalId, definition, properties), 'CREATE');
    } else if (existing.status === 'CREATE_FAILED') this.#recreate(type, existing, definition, properties);
    else if (existing.definition.type === definition.type && this.#unchanged(type, existing, properties, definition)) {
      this.#complete(logicalId);
    } else {
      const tagsOnly = !existing.status.endsWith('_FAILED') && sameValue(existing.properties, properties);
      const replace = !tagsOnly && needsReplacement(type, existing, definition, properties);
      if (this.#forbidden(existing, replace ? 'Update:Replace' : 'Update:Modify')) return;
      if (replace) this.#replace(type, existing, definition, properties);
      else this.#update(type, existing, definition, properties);
    }
  }

  /** Fails a resource that the stack policy protects; it stays what it is. */
  #forbidden(existing: StackResource, action: UpdateAction): boolean {
    const why = this.#goal.forbids(action, existing);
    if (why === undefined) return false;
    this.#failAsItIs(existing, new HandlerError('plain', why));
    return true;
  }

  /** Fails a resource to which nothing was done; what is remembered of it from before the update is not touched. */
  #failAsItIs(existing: StackResource, error: unknown): void {
    const resource = { ...existing };
    this.#stack.resources.set(existing.logicalId, resource);
    this.#fail(resource, 'UPDATE', error);
  }

  /** An existing resource, as it is to be from now on. */
  #renewed(
    existing: StackResource,
    definition: ResourceDefinition,
    properties: ValueMap,
    stackTags: readonly Tag[],
  ): StackResource {
    const { logicalId } = existing;
    const dependsOn = this.#goal.dependsOn(logicalId);
    const resource = { ...existing, definition, properties, dependsOn, stackTags };
    this.#stack.resources.set(logicalId, resource);
    return resource;
  }

  #unchanged(
    type: ResourceType,
    existing: StackResource,
    properties: ValueMap,
    definition: ResourceDefinition,
  ): boolean {
    if (existing.status.endsWith('_FAILED') || !sameValue(existing.properties, properties)) return false;
    if (type.tag && !sameStackTags(existing.stackTags, this.#goal.stackTags)) return false;
    this.#renewed(existing, definition, properties, existing.stackTags);
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
      dependsOn: this.#goal.dependsOn(logicalId),
      stackTags: this.#goal.stackTags,
    };
    this.#stack.resources.set(logicalId, resource);
    return resource;
  }

  #create(type: ResourceType, resource: StackResource, verb: 'CREATE' | 'UPDATE'): void {
    if (verb === 'CREATE') this.#status(resource, 'CREATE_IN_PROGRESS');
    this.#later(resource, verb, 1000, () => {
      checkProperties(type, resource.properties);
      meetFault(this.#call.world, resource, verb === 'CREATE' ? 'create' : 'update');
      const context = contextFor(this.#engine, this.#call, this.#stack, resource);
      const made = type.create(withReferences(resource.properties, context.aws), context);
      resource.physicalId = made.physicalId;
      resource.attributes = made.attributes ?? {};
      this.#status(resource, `${verb}_IN_PROGRESS`, 'Resource creation Initiated');
      this.#settle(resource, verb, made);
    });
  }

  /** What is left of a creation that failed is deleted first: it has no state worth keeping, but it may have the name. */
  #recreate(type: ResourceType, existing: StackResource, definition: ResourceDefinition, properties: ValueMap): void {
    const { logicalId } = existing;
    const deletion = new Deletion(
      this.#engine,
      this.#call,
      this.#stack,
      [existing],
      (failed) => {
        this.#underWay.delete(logicalId);
        if (failed.length === 0) this.#create(type, this.#add(logicalId, definition, properties), 'CREATE');
        else {
          this.#result.failed.push({ logicalId, verb: 'update' });
          this.#finish();
        }
      },
      { retain: () => false },
    );
    this.#underWay.set(logicalId, { resource: existing, timer: { cancel: () => deletion.stop() }, verb: 'UPDATE' });
    deletion.start();
  }

  #replace(type: ResourceType, existing: StackResource, definition: ResourceDefinition, properties: ValueMap): void {
    const resource = this.#renewed(existing, definition, properties, this.#goal.stackTags);
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
    const tagsOnly = !existing.status.endsWith('_FAILED') && sameValue(previous, properties);
    const stackTags = type.tag ? this.#goal.stackTags : existing.stackTags;
    const resource = this.#renewed(existing, definition, properties, stackTags);
    this.#status(resource, 'UPDATE_IN_PROGRESS');
    this.#later(resource, 'UPDATE', 1000, () => {
      checkProperties(type, properties);
      meetFault(this.#call.world, resource, this.#goal.restoring ? 'rollback' : 'update');
      const context = contextFor(this.#engine, this.#call, this.#stack, resource);
      const physicalId = resource.physicalId ?? '';
      const made = tagsOnly ? { physicalId } : this.#updated(type, physicalId, properties, previous, context);
      if (!made) throw new HandlerError('NotUpdatable', `Resource ${resource.logicalId} cannot be updated`);
      retag(type, resource, existing, context);
      resource.attributes = made.attributes ?? resource.attributes;
      this.#settle(resource, 'UPDATE', made);
    });
  }

  #updated(type: ResourceType, physicalId: string, properties: ValueMap, previous: ValueMap, context: ResourceContext) {
    const wanted = withReferences(properties, context.aws);
    return type.update?.(physicalId, wanted, previous, context);
  }

  /** Undoes a replacement: the old resource is still there, and the new one becomes what is to be deleted. */
  #reinstate(existing: StackResource, wanted: StackResource): void {
    if (existing.physicalId !== wanted.physicalId) this.#result.replaced.push(existing);
    const resource = { ...wanted };
    this.#stack.resources.set(wanted.logicalId, resource);
    this.#status(resource, 'UPDATE_IN_PROGRESS');
    this.#later(resource, 'UPDATE', 1000, () => {
      meetFault(this.#call.world, resource, 'rollback');
      this.#settle(resource, 'UPDATE', { physicalId: wanted.physicalId ?? '' });
    });
  }

  /** Takes a resource as restored whatever it is, as the caller of ContinueUpdateRollback wants it. */
  #skipOver(wanted: StackResource): void {
    const resource = { ...wanted };
    this.#stack.resources.set(wanted.logicalId, resource);
    this.#status(resource, 'UPDATE_COMPLETE');
    this.#complete(wanted.logicalId);
  }

  #settle(resource: StackResource, verb: 'CREATE' | 'UPDATE', made: Made): void {
    const { world } = this.#call;
    const finish = () => {
      if (!this.#goal.restoring) meetFault(world, resource, 'stabilize');
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
