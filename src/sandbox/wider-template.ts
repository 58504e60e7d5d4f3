import { readTemplate } from './cloudformation/template-text.ts';
import { isMap, type Value, type ValueMap } from './cloudformation/value.ts';
import type { LargeFarm } from './world/settings.ts';

/** The slot whose resources stand for every other one. */
const modelSlot = 'a';

/**
 * The farm's template for more masters than it allows, as JSON: one service and task definition per slot, made after slot
 * a's, all created at once rather than one after the other, and an AgentCap as high as asked for.
 */
export function widerTemplate(body: string, size: LargeFarm): string {
  const root = map(readTemplate(body));
  const resources = map(root.Resources);
  const model = { service: map(resources.ServiceA), definition: map(resources.TaskDefinitionA) };
  const kept = Object.entries(resources).filter(([name]) => !/^(?:Service|TaskDefinition)[A-Z]$/.test(name));
  const slots = Array.from({ length: size.masters }, (_, index) => slotName(index)).flatMap((slot) => {
    const suffix = slot.toUpperCase();
    return [
      [`TaskDefinition${suffix}`, forSlot(model.definition, slot)],
      [`Service${suffix}`, forSlot(model.service, slot)],
    ] as const;
  });
  const parameters = map(root.Parameters);
  const hosts = { '0': size.masters, '1': size.masters + 1, '2': size.masters + 2 };
  return JSON.stringify({
    ...root,
    Resources: { ...Object.fromEntries(kept), ...Object.fromEntries(slots) },
    Parameters: {
      ...parameters,
      MasterCount: { ...map(parameters.MasterCount), Default: size.masters, AllowedValues: [size.masters] },
      AgentCap: { ...map(parameters.AgentCap), Default: size.agents, MaxValue: size.agents },
    },
    Mappings: { ...map(root.Mappings), HostCount: { [size.masters]: hosts } },
  });
}

/** `a` to `z`, then `aa`, `ab`, …: what the template would call its further slots. */
export function slotName(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26));
  return index < 26 ? letter : slotName(Math.floor(index / 26) - 1) + letter;
}

/** A resource of the model's slot with every name of that slot changed. */
function forSlot(value: Value, slot: string): Value {
  if (Array.isArray(value)) return value.map((item) => forSlot(item, slot));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, forSlot(item, slot)]));
  if (value === modelSlot) return slot;
  if (value === 'TaskDefinitionA') return `TaskDefinition${slot.toUpperCase()}`;
  return typeof value === 'string' ? value.replace(/-master-a$/, `-master-${slot}`) : value;
}

function map(value: Value): ValueMap {
  if (!isMap(value)) throw new Error('the template has not the form of a farm');
  return value;
}
