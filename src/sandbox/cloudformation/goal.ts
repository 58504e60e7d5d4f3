import type { World } from '../world/world.ts';
import { evaluationFor, valuesOf } from './engine.ts';
import type { Evaluation } from './evaluation.ts';
import { dependencies } from './graph.ts';
import type { Source, Stack, StackResource, Tag } from './stack.ts';
import { forbiddenBy, type UpdateAction } from './stack-policy.ts';
import type { ResourceDefinition } from './template.ts';
import { invalid } from './validation-error.ts';
import { isMap, type ValueMap } from './value.ts';

export interface GoalOptions {
  /**
   * Resources as they were before a failed update: they are brought back as they were, replacements undone, instead of
   * being evaluated from the source.
   */
  restore?: ReadonlyMap<string, StackResource>;
  /** Logical ids that are taken as restored without anything being done to them. */
  skip?: readonly string[];
  /** Body of the stack policy that says what may be changed. */
  policy?: string | undefined;
}

/** What a deployment wants of each resource of a stack. */
export class Goal {
  /** Whether it is the state before a failed update. */
  readonly restoring: boolean;
  readonly stackTags: readonly Tag[];
  readonly #stack: Stack;
  readonly #source: Source;
  readonly #evaluated: Evaluation;
  readonly #graph: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #options: GoalOptions;

  constructor(world: World, stack: Stack, source: Source, options: GoalOptions) {
    const { restore } = options;
    this.restoring = restore !== undefined;
    this.stackTags = source.tags;
    this.#stack = stack;
    this.#source = source;
    this.#options = options;
    this.#evaluated = evaluationFor(world, stack, source);
    const active = this.#evaluated.active.filter((id) => restore === undefined || restore.has(id));
    this.#graph = dependencies(source.template, active, this.#evaluated.condition);
  }

  /** What each resource waits for, for the caller to strike out. */
  waiting(): Map<string, Set<string>> {
    return new Map([...this.#graph].map(([id, waits]) => [id, new Set(waits)]));
  }

  dependsOn(logicalId: string): readonly string[] {
    return [...(this.#graph.get(logicalId) ?? [])];
  }

  definition(logicalId: string): ResourceDefinition {
    const definition = this.#source.template.resources.get(logicalId);
    if (!definition) throw invalid(`Resource ${logicalId} does not exist in the template`);
    return definition;
  }

  /** The properties wanted, once all that they refer to is there. */
  properties(logicalId: string): ValueMap {
    const before = this.before(logicalId);
    if (before) return before.properties;
    const value = this.#evaluated.evaluate(this.definition(logicalId).properties, valuesOf(this.#stack.resources));
    return isMap(value) ? value : {};
  }

  /** The resource to be restored, when that is the goal. */
  before(logicalId: string): StackResource | undefined {
    return this.#options.restore?.get(logicalId);
  }

  skips(logicalId: string): boolean {
    return this.#options.skip?.includes(logicalId) ?? false;
  }

  /** Why the stack policy does not let this be done. */
  forbids(action: UpdateAction, { logicalId, definition: { type } }: StackResource): string | undefined {
    return forbiddenBy(this.#options.policy, action, { logicalId, type });
  }

  /** Resources of the stack that the goal has no more, and whose removal the stack policy is asked about. */
  removed(): StackResource[] {
    if (this.#options.policy === undefined) return [];
    return [...this.#stack.resources.values()].filter(({ logicalId }) => !this.#graph.has(logicalId));
  }
}
