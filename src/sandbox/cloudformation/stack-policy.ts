import { isMap, type Value } from './value.ts';

export type UpdateAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

/**
 * Why a stack policy forbids an action on a resource; undefined: it does not. A stack with a policy lets through only
 * what a statement allows, and a denial wins (user guide, Prevent updates to stack resources).
 */
export function forbiddenBy(
  policy: string | undefined,
  action: UpdateAction,
  { logicalId, type }: { logicalId: string; type: string },
): string | undefined {
  if (policy === undefined) return undefined;
  const resource = `LogicalResourceId/${logicalId}`;
  const parsed = JSON.parse(policy) as Value;
  const statements = isMap(parsed) && Array.isArray(parsed.Statement) ? parsed.Statement : [];
  let allowed = false;
  for (const [index, statement] of statements.entries()) {
    if (!isMap(statement) || !concerns(statement, action, resource, type)) continue;
    if (statement.Effect === 'Deny') {
      return `Action denied by stack policy: Statement [#${index + 1}] does not allow [${action}] for resource [${resource}];`;
    }
    if (statement.Effect === 'Allow') allowed = true;
  }
  return allowed ? undefined : `Action not allowed by stack policy: [${action}] for resource [${resource}]`;
}

function concerns(statement: { [key: string]: Value }, action: string, resource: string, type: string): boolean {
  const one = (name: string, text: string) => {
    if (statement[name] !== undefined) return fits(statement[name], text);
    return !fits(statement[`Not${name}`], text);
  };
  return one('Action', action) && one('Resource', resource) && holds(statement.Condition, type);
}

/** The one condition key that stack policies know is ResourceType. */
function holds(condition: Value, type: string): boolean {
  if (!isMap(condition)) return true;
  return ['StringEquals', 'StringLike'].every((operator) => {
    const test = condition[operator];
    return !isMap(test) || test.ResourceType === undefined || fits(test.ResourceType, type);
  });
}

function fits(patterns: Value, text: string): boolean {
  const list = Array.isArray(patterns) ? patterns : patterns === undefined ? [] : [patterns];
  return list.some((pattern) => {
    const parts = String(pattern)
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(text);
  });
}
