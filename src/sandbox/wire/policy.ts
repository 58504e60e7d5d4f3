import { type Condition, holds, isOperator } from './policy-conditions.ts';
import { type Context, fill, like, resourceLike, type Version } from './policy-patterns.ts';

/** An IAM policy document with its shorthand written out. */
export interface Policy {
  readonly version: Version;
  readonly statements: readonly Statement[];
}

interface Statement {
  readonly allows: boolean;
  readonly action: Patterns;
  readonly resource: Patterns;
  /** All must hold. */
  readonly conditions: readonly Condition[];
}

interface Patterns {
  readonly patterns: readonly string[];
  /** NotAction, NotResource: everything but these. */
  readonly except: boolean;
}

/** Whether a caller may do one thing to one resource. */
export interface Question {
  readonly action: string;
  /** An ARN, or `*` for an action without resource-level permissions. */
  readonly resource: string;
  readonly context: Context;
}

export type Decision = 'allowed' | 'implicitly denied' | 'explicitly denied';

/**
 * The decision of a caller's identity-based policies (IAM User Guide, Policy evaluation logic): an explicit deny beats
 * every allow, and what nothing allows is denied. Organisations, boundaries and resource policies do not exist in the
 * sandbox.
 */
export function decide(policies: readonly Policy[], question: Question): Decision {
  let allowed = false;
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (!applies(statement, question, policy.version)) continue;
      if (!statement.allows) return 'explicitly denied';
      allowed = true;
    }
  }
  return allowed ? 'allowed' : 'implicitly denied';
}

function applies({ action, resource, conditions }: Statement, question: Question, version: Version): boolean {
  if (action.patterns.some((pattern) => like(pattern.toLowerCase(), question.action.toLowerCase())) === action.except) {
    return false;
  }
  const fits = resource.patterns.some((pattern) => {
    const filled = fill(pattern, question.context, version);
    return filled !== undefined && resourceLike(filled, question.resource);
  });
  return fits !== resource.except && conditions.every((condition) => holds(condition, question.context, version));
}

/** Reads a policy document; a string says in one line what is wrong with it. */
export function parsePolicy(value: unknown): Policy | string {
  if (!isRecord(value)) return 'expected a policy document';
  const { Version: version = '2008-10-17', Statement: statements } = value;
  if (version !== '2012-10-17' && version !== '2008-10-17') return 'Version must be 2012-10-17 or 2008-10-17';
  const list = Array.isArray(statements) ? statements : [statements];
  const parsed: Statement[] = [];
  for (const [index, item] of list.entries()) {
    const statement = parseStatement(item);
    if (typeof statement === 'string') return `Statement ${index + 1}: ${statement}`;
    parsed.push(statement);
  }
  return { version, statements: parsed };
}

function parseStatement(value: unknown): Statement | string {
  if (!isRecord(value)) return 'expected an object';
  const { Effect } = value;
  if (Effect !== 'Allow' && Effect !== 'Deny') return 'Effect must be Allow or Deny';
  const action = parsePatterns(value, 'Action');
  if (typeof action === 'string') return action;
  const resource = parsePatterns(value, 'Resource');
  if (typeof resource === 'string') return resource;
  const conditions = parseConditions(value.Condition ?? {});
  if (typeof conditions === 'string') return conditions;
  return { allows: Effect === 'Allow', action, resource, conditions };
}

function parsePatterns(statement: Record<string, unknown>, name: string): Patterns | string {
  const except = statement[`Not${name}`] !== undefined;
  if (except === (statement[name] !== undefined)) return `one of ${name} and Not${name} is needed`;
  const patterns = texts(statement[except ? `Not${name}` : name]);
  return patterns && patterns.length > 0 ? { patterns, except } : `${name} must be a string or a list of strings`;
}

function parseConditions(block: unknown): Condition[] | string {
  if (!isRecord(block)) return 'Condition must be an object';
  const conditions: Condition[] = [];
  for (const [operator, keys] of Object.entries(block)) {
    if (!isOperator(operator)) return `unknown condition operator ${operator}`;
    if (!isRecord(keys)) return `Condition ${operator} must be an object`;
    for (const [key, value] of Object.entries(keys)) {
      const values = texts(value);
      if (!values) return `Condition ${operator} ${key} must be a string or a list of strings`;
      conditions.push({ operator, key, values });
    }
  }
  return conditions;
}

/** One value or a list; numbers and booleans as the texts that IAM takes them for. */
function texts(value: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.every((item) => ['string', 'number', 'boolean'].includes(typeof item)) ? list.map(String) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
