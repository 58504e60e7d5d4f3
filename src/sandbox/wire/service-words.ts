import type { Rule, Violation } from './codec.ts';
import { constraintSentence, demand, memberPath } from './violation-words.ts';

/**
 * ECR tells of one mistake: `Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must have length greater
 * than or equal to 2'`; a pattern stands in quotation marks of its own.
 */
export function ecrSentence([first]: readonly Violation[]): string {
  if (!first) return '';
  const { rule, path } = first;
  // The first item's rule, of a list whose items break theirs.
  const inner: Rule = rule.kind === 'items' ? (mostTelling(rule.rules) ?? rule) : rule;
  const words =
    inner.kind === 'pattern'
      ? `must satisfy regular expression '${inner.pattern}'`
      : demand(inner).replace(/^Member /, '');
  return `Invalid parameter at '${memberPath(path)}' failed to satisfy constraint: '${words}'`;
}

function mostTelling(rules: readonly Rule[]): Rule | undefined {
  return rules.find(({ kind }) => kind === 'pattern') ?? rules[0];
}

/** The models' patterns that IAM checks by itself, after the framework's checks, and in words of its own. */
const iamOwn: Readonly<Record<string, string>> = {
  '[\\w+=,.@-]+': 'It must contain only alphanumeric characters and/or the following: +=,.@_-',
  '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)':
    'It must begin and end with / and contain only alphanumeric characters and/or / characters.',
};

/** IAM's words: the framework's, but for names and paths: `The specified value for roleName is invalid. It must …`. */
export function iamSentence(violations: readonly Violation[]): string {
  const own = ({ rule }: Violation) => (rule.kind === 'pattern' ? iamOwn[rule.pattern] : undefined);
  const framework = violations.filter((one) => own(one) === undefined);
  const [first] = violations;
  if (!first || framework.length > 0) return constraintSentence(framework);
  return `The specified value for ${memberPath(first.path)} is invalid. ${own(first)}`;
}
