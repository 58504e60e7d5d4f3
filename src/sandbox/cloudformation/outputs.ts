import type { Evaluation, ResourceValues } from './evaluation.ts';
import type { StackOutput } from './stack.ts';
import { isMap } from './value.ts';

/** The outputs whose condition holds, evaluated. */
export function outputsOf(evaluated: Evaluation, values: ResourceValues): StackOutput[] {
  return [...evaluated.template.outputs]
    .filter(([, { Condition }]) => typeof Condition !== 'string' || evaluated.condition(Condition) === true)
    .map(([key, { Value, Description, Export }]) => {
      const exported = evaluated.evaluate(Export, values);
      return {
        key,
        value: String(evaluated.evaluate(Value, values)),
        description: typeof Description === 'string' ? Description : undefined,
        exportName: isMap(exported) ? String(exported.Name) : undefined,
      };
    });
}
