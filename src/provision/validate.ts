import type { Field, ParameterForm } from './form.ts';
import { splitList, zonesOf } from './network-choice.ts';
import { preflight } from './preflight.ts';

const idPatterns: Readonly<Record<string, [pattern: RegExp, word: string]>> = {
  'AWS::EC2::VPC::Id': [/^vpc-[0-9a-f]{8,17}$/, 'the id of a VPC'],
  'AWS::EC2::Subnet::Id': [/^subnet-[0-9a-f]{8,17}$/, 'the id of a subnet'],
  'AWS::EC2::Image::Id': [/^ami-[0-9a-f]{8,17}$/, 'the id of an AMI'],
  'AWS::EC2::SecurityGroup::Id': [/^sg-[0-9a-f]{8,17}$/, 'the id of a security group'],
};

/**
 * Why a value cannot be taken, by the template's own rules and by what discovery found; undefined when it can.
 * An AllowedPattern has to match the whole value, as CloudFormation takes it.
 */
export function validateField(field: Field, value: string): string | undefined {
  if (value.trim() === '' && field.required) return 'a value is needed';
  const items = field.many ? splitList(value) : [value];
  for (const item of items) {
    const problem = validateItem(field, item);
    if (problem !== undefined) return field.many ? `${item}: ${problem}` : problem;
  }
  const twice = items.find((item, index) => items.indexOf(item) !== index);
  return twice === undefined ? undefined : `${twice} is there twice`;
}

function validateItem(field: Field, value: string): string | undefined {
  const { rule } = field;
  const worded = (fallback: string): string => rule.constraintDescription ?? fallback;
  if (rule.allowedValues && !rule.allowedValues.includes(value)) {
    return worded(`must be one of ${rule.allowedValues.join(', ')}`);
  }
  if (field.type === 'Number') {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (!Number.isFinite(number)) return worded('must be a number');
    if (rule.minValue !== undefined && number < rule.minValue) return worded(`must be ${rule.minValue} or more`);
    if (rule.maxValue !== undefined && number > rule.maxValue) return worded(`must be ${rule.maxValue} or less`);
    return undefined;
  }
  if (rule.minLength !== undefined && value.length < rule.minLength) {
    return worded(`must have ${rule.minLength} characters or more`);
  }
  if (rule.maxLength !== undefined && value.length > rule.maxLength) {
    return worded(`must have ${rule.maxLength} characters or less`);
  }
  if (rule.allowedPattern !== undefined && !new RegExp(`^(?:${rule.allowedPattern})$`).test(value)) {
    return worded(`must look like ${rule.allowedPattern}`);
  }
  const id = idPatterns[field.type.replace(/^List<(.*)>$/, '$1')];
  if (id && !id[0].test(value)) return `must be ${id[1]}`;
  if (id && field.choices && !field.choices.some((choice) => choice.value === value)) return 'is not among the choices';
  return undefined;
}

/** What the values together break: parameter name → why. Mirrors the template's Rules, and what AWS finds out too late. */
function crossProblems(form: ParameterForm): ReadonlyMap<string, string> {
  const value = new Map(form.groups.flatMap((group) => group.fields.map((field) => [field.name, field.value])));
  const is = (name: string): boolean => (value.get(name) ?? '') !== '';
  const problems = new Map<string, string>();
  for (const name of ['LoadBalancerSubnets', 'HostSubnets']) {
    const zones = zonesOf(form.network, value.get(name) ?? '');
    if (form.network.subnets.length === 0 || !is(name)) continue;
    if (new Set(zones).size < 2)
      problems.set(name, 'must be in at least two zones: one zone lost would be the farm lost');
    else if (name === 'LoadBalancerSubnets' && new Set(zones).size < zones.length) {
      problems.set(name, 'must be one a zone: a classic load balancer takes no second subnet in a zone');
    }
  }
  const doors = zonesOf(form.network, value.get('LoadBalancerSubnets') ?? '');
  const shut = zonesOf(form.network, value.get('HostSubnets') ?? '').find((zone) => !doors.includes(zone));
  if (shut !== undefined && doors.length > 0 && !problems.has('HostSubnets')) {
    problems.set('HostSubnets', `${shut} has no subnet of the load balancer, which sends nothing to hosts there`);
  }
  if (is('DnsName') && !is('HostedZoneId')) problems.set('HostedZoneId', 'DnsName needs the zone in which it is made');
  if (is('HostedZoneId') && !is('DnsName')) problems.set('DnsName', 'HostedZoneId needs the name to make in it');
  if (is('CertificateArn') && !is('DnsName')) {
    problems.set('DnsName', 'CertificateArn needs it: no certificate names the load balancer itself');
  }
  return problems;
}

/** The form with each field's problem and the notes up to date; a field's own rules come before those that concern several fields. */
export function validated(form: ParameterForm): ParameterForm {
  const together = crossProblems(form);
  const groups = form.groups.map((group) => ({
    ...group,
    fields: group.fields.map((field) => {
      const problem = validateField(field, field.value) ?? together.get(field.name);
      const { problem: _before, ...rest } = field;
      return problem === undefined ? rest : { ...rest, problem };
    }),
  }));
  return { ...form, groups, notes: [...form.discoveryNotes, ...preflight(form)] };
}
