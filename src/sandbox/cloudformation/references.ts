import { attributeTarget, functionCall } from './intrinsics.ts';
import { isMap, type Value } from './value.ts';

/** A name that a value uses; `attribute` when it was asked for one. */
export interface Reference {
  name: string;
  attribute?: string;
}

/**
 * Every name that a value uses by Ref, Fn::GetAtt and Fn::Sub. With `condition`, only in the branch of a Fn::If that
 * holds; without, in both.
 */
export function referencesIn(value: Value, condition?: (name: string) => boolean | undefined): Reference[] {
  const found: Reference[] = [];
  const walk = (node: Value): void => {
    if (Array.isArray(node)) for (const item of node) walk(item);
    if (!isMap(node)) return;
    const call = functionCall(node);
    if (call?.name === 'Ref' && typeof call.argument === 'string') {
      found.push({ name: call.argument });
    } else if (call?.name === 'Fn::GetAtt') {
      const target = attributeTarget(call.argument);
      found.push({
        name: target.logicalId,
        ...(typeof target.attribute === 'string' ? { attribute: target.attribute } : {}),
      });
      walk(target.attribute);
    } else if (call?.name === 'Fn::Sub') {
      walkSub(call.argument);
    } else if (call?.name === 'Fn::If' && condition && Array.isArray(call.argument)) {
      walk(call.argument[condition(String(call.argument[0])) ? 1 : 2]);
    } else {
      for (const item of Object.values(node)) walk(item);
    }
  };
  const walkSub = (argument: Value): void => {
    const [template, variables] = Array.isArray(argument) ? [argument[0], argument[1]] : [argument, {}];
    const own = isMap(variables) ? variables : {};
    for (const [, inner] of String(template).matchAll(/\$\{([^!}][^}]*)\}/g)) {
      const name = (inner ?? '').trim();
      if (own[name] !== undefined) continue;
      const dot = name.indexOf('.');
      found.push(dot < 0 ? { name } : { name: name.slice(0, dot), attribute: name.slice(dot + 1) });
    }
    walk(own);
  };
  walk(value);
  return found;
}

/** Names of the conditions that a value uses. */
export function conditionsIn(value: Value): string[] {
  if (Array.isArray(value)) return value.flatMap(conditionsIn);
  if (!isMap(value)) return [];
  const call = functionCall(value);
  if (call?.name === 'Condition') return [String(call.argument)];
  const own = call?.name === 'Fn::If' && Array.isArray(call.argument) ? [String(call.argument[0])] : [];
  return [...own, ...Object.values(value).flatMap(conditionsIn)];
}
