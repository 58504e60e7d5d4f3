import { findStack, type StackState } from '../aws/cloudformation.ts';
import { masterRepository } from '../aws/ecr.ts';
import { ecsAmiParameter, type MasterImage, readParameter, repositoryImages } from '../aws/images.ts';
import { listRoutes, listSubnets, listVpcs } from '../aws/network-discovery.ts';
import { ProblemError, problemOf } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import type { Field, ParameterForm } from './form.ts';
import { proposedSubnets, proposedVpc, splitList, subnetChoices, vpcChoices, zonesOf } from './network-choice.ts';
import { ownAddress } from './own-address.ts';
import { farmTemplate, type Template, type TemplateParameter } from './template.ts';
import { validated } from './validate.ts';

/** What the operator gave: by `--set`, and in the file of `--params`. */
export interface Given {
  readonly flags: Readonly<Record<string, string>>;
  readonly file: Readonly<Record<string, string>>;
}

/** What was found out about the account; a part that could not be is empty and has a note. */
export interface Discovered {
  readonly stack?: StackState;
  readonly network: ParameterForm['network'];
  readonly images: readonly MasterImage[];
  readonly ami: string;
  readonly address: string;
  readonly notes: readonly string[];
}

/**
 * Fills the template's parameters as far as that can be done without asking: flag > file > previous (the stack's own) >
 * discovered > the template's default. A source that fails leaves a note; only missing credentials are thrown.
 */
export async function discoverForm(session: Session, given: Given, signal?: AbortSignal): Promise<ParameterForm> {
  return buildForm(farmTemplate(), given, await discover(session, given, signal));
}

async function discover(session: Session, given: Given, signal?: AbortSignal): Promise<Discovered> {
  const { aws, farm } = session;
  const notes: string[] = [];
  const isGiven = (name: string): boolean => name in given.flags || name in given.file;
  const orElse = async <T>(what: string, empty: T, ask: Promise<T>): Promise<T> => {
    try {
      return await ask;
    } catch (error) {
      if (signal?.aborted) throw error;
      const problem = problemOf(error);
      // Without credentials nothing else will answer either: that is the one thing to say.
      if (problem.kind === 'auth') throw new ProblemError(problem, { cause: error });
      notes.push(`${what} could not be found out: ${problem.message}`);
      return empty;
    }
  };
  const [stack, vpcs, subnets, routes, images, ami, address] = await Promise.all([
    // Not an empty answer: creating a stack where one may exist would be a guess.
    findStack(aws, farm.stack, signal),
    orElse('the VPCs', [], listVpcs(aws, signal)),
    orElse('the subnets', [], listSubnets(aws, signal)),
    orElse('the ways out of the subnets', undefined, listRoutes(aws, signal)),
    orElse('the images of the masters', [], repositoryImages(aws, masterRepository, signal)),
    orElse('the newest AMI', '', readParameter(aws, ecsAmiParameter, signal)),
    isGiven('OperatorCidr') ? '' : orElse('your own address', '', ownAddress(session, signal)),
  ]);
  const network = { vpcs, subnets, ...(routes ? { routes } : {}) };
  return { ...(stack ? { stack } : {}), network, images, ami, address, notes };
}

/** Pure part of {@link discoverForm}. */
export function buildForm(template: Template, given: Given, found: Discovered): ParameterForm {
  // A stack in REVIEW_IN_PROGRESS has never been anything: its parameters are those of some proposal.
  const stack = found.stack && found.stack.status !== 'REVIEW_IN_PROGRESS' ? found.stack : undefined;
  const value = (name: string): [string, Field['source']] | undefined => {
    const flag = given.flags[name];
    if (flag !== undefined) return [flag, 'flag'];
    const filed = given.file[name];
    if (filed !== undefined) return [filed, 'file'];
    const previous = stack?.parameters[name];
    return previous === undefined ? undefined : [previous, 'previous'];
  };
  const vpcId = value('VpcId')?.[0] ?? proposedVpc(found.network.vpcs);
  const scheme = value('Scheme')?.[0] ?? '';
  const proposals = proposalsFor(found, vpcId, scheme);

  const field = (parameter: TemplateParameter): Field => {
    const proposal = proposals[parameter.name];
    const [text, source] = value(parameter.name) ??
      (proposal ? ([proposal, 'discovered'] as const) : undefined) ??
      (parameter.default === undefined ? undefined : ([parameter.default, 'default'] as const)) ?? ['', 'missing'];
    const many = parameter.type.startsWith('List<') || parameter.type === 'CommaDelimitedList';
    const choices = choicesFor(parameter, found, vpcId);
    return {
      name: parameter.name,
      label: parameter.label,
      description: parameter.description,
      type: parameter.type,
      value: many ? splitList(text).join(',') : text.trim(),
      source,
      required: parameter.default === undefined,
      noEcho: parameter.noEcho,
      many,
      rule: parameter.rule,
      ...(choices ? { choices } : {}),
    };
  };
  return validated({
    groups: template.groups.map((group) => ({ label: group.label, fields: group.parameters.map(field) })),
    notes: [],
    discoveryNotes: found.notes,
    network: found.network,
    ...(stack ? { existing: { id: stack.id, status: stack.status } } : {}),
  });
}

/** What discovery proposes, by parameter; empty where it found nothing. */
function proposalsFor(found: Discovered, vpcId: string, scheme: string): Readonly<Record<string, string>> {
  return {
    VpcId: vpcId,
    ...vpcProposals(found.network, vpcId, scheme),
    ImageUri: found.images[0]?.uri ?? '',
    HostAmi: found.ami,
    AgentAmi: found.ami,
    OperatorCidr: found.address === '' ? '' : `${found.address}/32`,
  };
}

/** What follows from the VPC alone. */
function vpcProposals(network: ParameterForm['network'], vpcId: string, scheme: string): Record<string, string> {
  const balancer = proposedSubnets(network, vpcId, 'balancer', scheme);
  // Without a proposal for the balancer its zones are still open.
  const zones = balancer === '' ? undefined : zonesOf(network, balancer);
  return {
    LoadBalancerSubnets: balancer,
    HostSubnets: proposedSubnets(network, vpcId, 'hosts', scheme, zones),
    MasterAccessCidr: network.vpcs.find((vpc) => vpc.id === vpcId)?.cidr ?? '',
  };
}

function choicesFor(parameter: TemplateParameter, found: Discovered, vpcId: string): Field['choices'] {
  const { network } = found;
  if (parameter.rule.allowedValues) return parameter.rule.allowedValues.map((value) => ({ value, label: value }));
  if (parameter.type === 'AWS::EC2::VPC::Id') return network.vpcs.length > 0 ? vpcChoices(network.vpcs) : undefined;
  if (parameter.type === 'List<AWS::EC2::Subnet::Id>') {
    return network.subnets.length > 0 ? subnetChoices(network, vpcId) : undefined;
  }
  if (parameter.name === 'ImageUri' && found.images.length > 0) {
    return found.images.map((image) => ({ value: image.uri, label: imageLabel(image) }));
  }
  return undefined;
}

function imageLabel(image: MasterImage): string {
  const digest = image.uri.split('@sha256:')[1]?.slice(0, 12) ?? image.uri;
  const pushed = new Date(image.pushedAt).toISOString().slice(0, 16).replace('T', ' ');
  return [image.tags.join(', ') || 'untagged', `sha256:${digest}…`, `pushed ${pushed}`].join('  ');
}

/** The field of that name. */
export function fieldOf(form: ParameterForm, name: string): Field | undefined {
  for (const group of form.groups) {
    const found = group.fields.find((field) => field.name === name);
    if (found) return found;
  }
  return undefined;
}

function replace(form: ParameterForm, name: string, change: (field: Field) => Field): ParameterForm {
  return {
    ...form,
    groups: form.groups.map((group) => ({
      ...group,
      fields: group.fields.map((field) => (field.name === name ? change(field) : field)),
    })),
  };
}

/**
 * The form with one value typed or chosen, every field judged anew. Another VPC brings its own subnets to choose from and
 * to propose; an address block that had been taken from the old VPC follows.
 */
export function setField(form: ParameterForm, name: string, value: string): ParameterForm {
  const before = fieldOf(form, name);
  if (!before) return form;
  const text = before.many ? splitList(value).join(',') : value.trim();
  let next = replace(form, name, (field) => ({ ...field, value: text, source: 'typed' }));
  if (name === 'VpcId' && text !== before.value) next = followVpc(next, text);
  return validated(next);
}

function followVpc(form: ParameterForm, vpcId: string): ParameterForm {
  const proposals = vpcProposals(form.network, vpcId, fieldOf(form, 'Scheme')?.value ?? '');
  let next = form;
  for (const name of ['LoadBalancerSubnets', 'HostSubnets']) {
    const value = proposals[name] ?? '';
    next = replace(next, name, (field) => ({
      ...field,
      value,
      source: value === '' ? 'missing' : 'discovered',
      ...(form.network.subnets.length > 0 ? { choices: subnetChoices(form.network, vpcId) } : {}),
    }));
  }
  const cidr = proposals.MasterAccessCidr ?? '';
  if (fieldOf(next, 'MasterAccessCidr')?.source === 'discovered' && cidr !== '') {
    next = replace(next, 'MasterAccessCidr', (field) => ({ ...field, value: cidr }));
  }
  return next;
}

/** Names of the parameters that still need a value. */
export function missing(form: ParameterForm): string[] {
  return form.groups.flatMap((group) =>
    group.fields.filter((field) => field.required && field.value === '').map((field) => field.name),
  );
}

/** Fields whose value cannot be taken. */
export function wrongFields(form: ParameterForm): Field[] {
  return form.groups.flatMap((group) => group.fields.filter((field) => field.problem !== undefined));
}

/** The values by parameter name, as they are sent. */
export function values(form: ParameterForm): Record<string, string> {
  return Object.fromEntries(form.groups.flatMap((group) => group.fields.map((field) => [field.name, field.value])));
}
