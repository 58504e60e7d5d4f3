import type { Call } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import { perWorld, type World } from '../world/world.ts';
import { type Engine, evaluationFor, typeLookup } from './engine.ts';
import type { Evaluation, ResourceValues } from './evaluation.ts';
import { checkTemplate } from './graph.ts';
import { bindParameters, type ParameterInput } from './parameters.ts';
import { checkRules } from './rules.ts';
import type { Source, Stack } from './stack.ts';
import { parseTemplate, type Template } from './template.ts';
import { invalid } from './validation-error.ts';
import type { Value } from './value.ts';

/** The most that a template given in a request may have, in bytes. */
const templateLimit = 51_200;

/** Templates that lie in S3, by URL: a template too large for a request is read from there (1 MB at most). */
export const storedTemplates = perWorld(() => new Map<string, string>());

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
export function templateFrom(engine: Engine, world: World, input: TemplateInput, stack?: Stack): Template {
  if (input.UsePreviousTemplate) {
    if (!stack?.source) throw invalid('There is no previous template to use');
    return stack.source.template;
  }
  if (input.TemplateBody === undefined && input.TemplateURL === undefined) {
    throw invalid('Either Template URL or Template Body must be specified.');
  }
  if (input.TemplateBody === undefined) {
    const stored = storedTemplates(world).get(input.TemplateURL ?? '');
    if (stored === undefined) throw invalid('TemplateURL must be a supported URL.');
    return checkedTemplate(engine, stored);
  }
  if (Buffer.byteLength(input.TemplateBody) > templateLimit) {
    throw invalid(
      `1 validation error detected: Value '${input.TemplateBody}' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${templateLimit}`,
    );
  }
  return checkedTemplate(engine, input.TemplateBody);
}

function checkedTemplate(engine: Engine, body: string): Template {
  const template = parseTemplate(body);
  // What a macro would make of it cannot be known here.
  if (template.transforms.length === 0) checkTemplate(template, typeLookup(engine));
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
  const template = templateFrom(engine, call.world, input, previous);
  refuseTransforms(template, call.world, input.Capabilities ?? []);
  const parameters = bindParameters(
    template,
    input.Parameters ?? [],
    engine.lookups(call),
    previous?.source?.parameters,
  );
  checkCapabilities(template, input.Capabilities ?? []);
  checkResourceTypes(template, input.ResourceTypes);
  const tags = (input.Tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  const source: Source = { template, parameters, tags: input.Tags ? tags : (previous?.source?.tags ?? tags) };
  // Whether another stack exports what this one imports shows only when it is made.
  const evaluated = evaluationFor(call.world, stack, source, (name) => name);
  checkRules(evaluated, engine.attributeOf(call));
  checkValues(evaluated);
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

/** A value that needs an attribute of a resource: it cannot be told before the resource is there. */
class NotYetKnown extends Error {}

const notYet: ResourceValues = {
  // Every Ref to a resource gives text, so what is wrong with a value around it shows already.
  reference: (logicalId) => logicalId,
  attribute: () => {
    throw new NotYetKnown();
  },
};

/** Evaluates what can be evaluated before anything is made: a function used wrongly refuses the request. */
function checkValues(evaluated: Evaluation): void {
  const { template, active } = evaluated;
  for (const name of Object.keys(template.conditions)) evaluated.condition(name);
  const look = (value: Value) => {
    try {
      evaluated.evaluate(value, notYet);
    } catch (error) {
      if (!(error instanceof NotYetKnown)) throw error;
    }
  };
  for (const logicalId of active) Object.values(template.resources.get(logicalId)?.properties ?? {}).forEach(look);
  for (const { Condition, Value } of template.outputs.values()) {
    if (typeof Condition !== 'string' || evaluated.condition(Condition) === true) look(Value);
  }
}

/** Refuses types that the caller did not mean to work with: `AWS::EC2::*` stands for all of a service. */
function checkResourceTypes(template: Template, allowed: readonly string[] | undefined): void {
  if (!allowed?.length) return;
  const fits = (type: string) =>
    allowed.some((one) => one === type || (one.endsWith('::*') && type.startsWith(one.slice(0, -1))));
  const strange = [...template.resources.values()].find(({ type }) => !fits(type));
  if (!strange) return;
  throw invalid(`Resource type ${strange.type} is not allowed by parameter ResourceTypes [${allowed.join(', ')}]`);
}

/** No macros run here; without the caller's word that they may, they would not run on AWS either. */
function refuseTransforms({ transforms }: Template, world: World, given: readonly string[]): void {
  const [first] = transforms;
  if (first === undefined) return;
  if (!given.includes('CAPABILITY_AUTO_EXPAND')) {
    throw new ServiceError('InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_AUTO_EXPAND]');
  }
  if (first.startsWith('AWS::')) throw invalid(`Transform ${first} failed with: the sandbox runs no transforms.`);
  throw invalid(`No transform named ${world.settings.account}::${first} found.`);
}

function checkCapabilities(template: Template, given: readonly string[]): void {
  const needed = neededCapability(template);
  if (!needed || given.includes('CAPABILITY_NAMED_IAM') || given.includes(needed.capability)) return;
  throw new ServiceError('InsufficientCapabilitiesException', `Requires capabilities : [${needed.capability}]`);
}
