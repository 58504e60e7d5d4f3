import type { Evaluation } from './evaluation.ts';
import { functionCall } from './intrinsics.ts';
import { parameterType } from './parameter-types.ts';
import { invalid } from './validation-error.ts';
import { isMap, type Value } from './value.ts';

/** Attribute of an object of an AWS-specific parameter type, for instance `VpcId` of a subnet; undefined: unknown. */
export type AttributeLookup = (type: string, id: string, attribute: string) => string | undefined;

/**
 * Checks the Rules section: an assertion that does not hold refuses the operation, before anything is made.
 *
 * @throws ServiceError ValidationError with the assertions' descriptions
 */
export function checkRules(evaluation: Evaluation, lookup: AttributeLookup): void {
  const { rules } = evaluation.template;
  for (const [name, rule] of Object.entries(rules)) {
    if (!isMap(rule) || !Array.isArray(rule.Assertions)) {
      throw invalid(`Template format error: Rule ${name} must contain a list of Assertions`);
    }
    if (rule.RuleCondition !== undefined && truth(rule.RuleCondition, evaluation, lookup) !== true) continue;
    for (const assertion of rule.Assertions) {
      if (!isMap(assertion) || assertion.Assert === undefined) {
        throw invalid(`Template format error: every assertion of rule ${name} must contain an Assert`);
      }
      if (truth(assertion.Assert, evaluation, lookup) === true) continue;
      const said =
        typeof assertion.AssertDescription === 'string' ? assertion.AssertDescription : 'the assertion does not hold';
      throw invalid(`Template validation error: Rule ${name}: ${said}`);
    }
  }
}

function truth(node: Value, evaluation: Evaluation, lookup: AttributeLookup): Value {
  const value = (inner: Value): Value => truth(inner, evaluation, lookup);
  if (Array.isArray(node)) return node.map(value);
  if (!isMap(node)) return node;
  const call = functionCall(node);
  if (!call) return node;
  const list = Array.isArray(call.argument) ? call.argument : [call.argument];
  switch (call.name) {
    case 'Fn::And':
      return list.every((item) => value(item) === true);
    case 'Fn::Or':
      return list.some((item) => value(item) === true);
    case 'Fn::Not':
      return value(list[0]) !== true;
    case 'Fn::Equals':
      return String(value(list[0])) === String(value(list[1]));
    case 'Fn::Contains':
      return words(value(list[0])).includes(String(value(list[1])));
    case 'Fn::EachMemberIn': {
      const among = words(value(list[1]));
      return words(value(list[0])).every((word) => among.includes(word));
    }
    case 'Fn::EachMemberEquals': {
      const wanted = String(value(list[1]));
      return words(value(list[0])).every((word) => word === wanted);
    }
    case 'Fn::RefAll':
      return parametersOfType(evaluation, String(call.argument)).flatMap(({ ids }) => ids);
    case 'Fn::ValueOf': {
      const parameter = evaluation.parameters.get(String(list[0]));
      const type = parameterType(evaluation.template.parameters.get(String(list[0]))?.type ?? '');
      if (!parameter || !type)
        throw invalid(`Template format error: Fn::ValueOf names no parameter: ${String(list[0])}`);
      const found = words(parameter.value).map((id) => lookup(type.item, id, String(list[1])) ?? '');
      return type.list ? found : found[0];
    }
    case 'Fn::ValueOfAll':
      return parametersOfType(evaluation, String(list[0])).flatMap(({ item, ids }) =>
        ids.map((id) => lookup(item, id, String(list[1])) ?? ''),
      );
    case 'Ref': {
      const parameter = evaluation.parameters.get(String(call.argument));
      if (parameter) return parameter.value;
      return evaluation.evaluate(node, {
        reference: (name) => {
          throw invalid(
            `Template format error: Unresolved dependencies [${name}]. Cannot reference resources in the Rules block of the template`,
          );
        },
        attribute: () => undefined,
      });
    }
    default:
      throw invalid(`Template format error: ${call.name} cannot be used in the Rules block of the template`);
  }
}

function words(value: Value): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** The parameters of an AWS-specific type, single or listed, with the ids they hold. */
function parametersOfType(evaluation: Evaluation, type: string): { item: string; ids: string[] }[] {
  return [...evaluation.template.parameters.values()].flatMap((parameter) => {
    const parts = parameterType(parameter.type);
    if (!parts || (parameter.type !== type && parts.item !== type)) return [];
    return [{ item: parts.item, ids: words(evaluation.parameters.get(parameter.name)?.value) }];
  });
}
