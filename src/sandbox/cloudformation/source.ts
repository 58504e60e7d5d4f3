import type { Call } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import { type Engine, evaluationFor, typeLookup } from './engine.ts';
import { checkTemplate } from './graph.ts';
import { bindParameters, type ParameterInput } from './parameters.ts';
import { checkRules } from './rules.ts';
import type { Source, Stack } from './stack.ts';
import { invalid, parseTemplate, type Template } from './template.ts';

/** The most that a template given in a request may have, in bytes. */
const templateLimit = 51_200;

export interface TemplateInput {
  TemplateBody?: string | undefined;
  TemplateURL?: string | undefined;
  UsePreviousTemplate?: boolean | undefined;
}

/** What the operations that make or change a stack have in common. */
export interface SourceInput extends TemplateInput {
  Parameters?: readonly ParameterInput[] | undefined;
  Capabilities?: readonly string[] | undefined;
  Tags?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
  ResourceTypes?: readonly string[] | undefined;
}

/** Reads and checks the template of a request. */
export function templateFrom(engine: Engine, input: TemplateInput, stack?: Stack): Template {
  if (input.UsePreviousTemplate) {
    if (!stack?.source) throw invalid('There is no previous template to use');
    return stack.source.template;
  }
  if (input.TemplateBody === undefined && input.TemplateURL === undefined) {
    throw invalid('Either Template URL or Template Body must be specified.');
  }
  if (input.TemplateBody === undefined) {
    throw invalid('TemplateURL must be a supported URL.');
  }
  if (Buffer.byteLength(input.TemplateBody) > templateLimit) {
    throw invalid(
      `1 validation error detected: Value '<template-body>' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${templateLimit}`,
    );
  }
  const template = parseTemplate(input.TemplateBody);
  checkTemplate(template, typeLookup(engine));
  return template;
}

/**
 * Turns a request into a source: template read, parameters bound and checked, rules held, capabilities given.
 *
 * @throws ServiceError
 */
export function sourceFrom(
  engine: Engine,
  call: Call,
  input: SourceInput,
  stack: Pick<Stack, 'id' | 'name' | 'notificationArns'>,
  previous?: Stack,
): Source {
  const template = templateFrom(engine, input, previous);
  const parameters = bindParameters(
    template,
    input.Parameters ?? [],
    engine.lookups(call),
    previous?.source?.parameters,
  );
  checkCapabilities(template, input.Capabilities ?? []);
  const tags = (input.Tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  const source: Source = { template, parameters, tags: input.Tags ? tags : (previous?.source?.tags ?? tags) };
  checkRules(evaluationFor(call.world, stack, source), engine.attributeOf(call));
  return source;
}

/** The capabilities a template needs: with names of the template's own for IAM resources, the stronger one. */
export function neededCapability(template: Template): { capability: string; because: string[] } | undefined {
  const iam = [...template.resources.values()].filter(({ type }) => type.startsWith('AWS::IAM::'));
  if (iam.length === 0) return undefined;
  const nameProperties = ['RoleName', 'InstanceProfileName', 'UserName', 'GroupName', 'ManagedPolicyName'];
  const named = iam.some(({ properties }) => nameProperties.some((name) => properties[name] !== undefined));
  return {
    capability: named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM',
    because: [...new Set(iam.map(({ type }) => type))],
  };
}

function checkCapabilities(template: Template, given: readonly string[]): void {
  const needed = neededCapability(template);
  if (!needed || given.includes('CAPABILITY_NAMED_IAM') || given.includes(needed.capability)) return;
  throw new ServiceError('InsufficientCapabilitiesException', `Requires capabilities : [${needed.capability}]`);
}
