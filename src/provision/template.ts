import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CollectionTag, parse, type ScalarTag, type Tags } from 'yaml';
import { packageRoot } from '../core/package-root.ts';
import type { Field } from './form.ts';

/** One parameter as the template declares it. */
export interface TemplateParameter {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: string;
  /** Absent: the parameter must be given. */
  readonly default?: string;
  readonly noEcho: boolean;
  readonly rule: Field['rule'];
}

export interface Template {
  /** The text that is sent to CloudFormation. */
  readonly body: string;
  /** In the order of AWS::CloudFormation::Interface; parameters that it leaves out come last, in a group of their own. */
  readonly groups: readonly { readonly label: string; readonly parameters: readonly TemplateParameter[] }[];
  /** Logical id → resource type. */
  readonly resourceTypes: Readonly<Record<string, string>>;
}

/** CloudFormation takes a template in the request up to this size; a larger one would have to be put into S3. */
export const largestBodyBytes = 51_200;

const shortForms = [
  '!Ref',
  '!Sub',
  '!GetAtt',
  '!If',
  '!Not',
  '!Equals',
  '!And',
  '!Or',
  '!Condition',
  '!Select',
  '!GetAZs',
  '!Join',
  '!Split',
  '!FindInMap',
  '!Base64',
  '!Cidr',
  '!ImportValue',
];

// The form reads only what is literal (parameters, labels, types): a short form need not be evaluated, only be readable.
const customTags: Tags = shortForms.flatMap((tag): (ScalarTag | CollectionTag)[] => [
  { tag, resolve: (text: string) => text },
  { tag, collection: 'seq', resolve: (node) => node },
  { tag, collection: 'map', resolve: (node) => node },
]);

type Node = Readonly<Record<string, unknown>>;

function mapping(value: unknown): Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : {};
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/** A number written as YAML number or as text, as CloudFormation takes both. */
function numeric(value: unknown): number | undefined {
  const number = Number(text(value) ?? 'none');
  return Number.isFinite(number) ? number : undefined;
}

function ruleOf(declared: Node): Field['rule'] {
  const rule = {
    allowedValues: Array.isArray(declared.AllowedValues) ? declared.AllowedValues.map(String) : undefined,
    allowedPattern: text(declared.AllowedPattern),
    minLength: numeric(declared.MinLength),
    maxLength: numeric(declared.MaxLength),
    minValue: numeric(declared.MinValue),
    maxValue: numeric(declared.MaxValue),
    constraintDescription: text(declared.ConstraintDescription),
  };
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

/** Reads a template's text. Throws what the YAML parser throws when it is not well-formed. */
export function parseTemplate(body: string): Template {
  const document = mapping(parse(body, { customTags, logLevel: 'error' }));
  const view = mapping(mapping(document.Metadata)['AWS::CloudFormation::Interface']);
  const labels = mapping(view.ParameterLabels);
  const declared = mapping(document.Parameters);

  const parameters = new Map(
    Object.entries(declared).map(([name, raw]): [string, TemplateParameter] => {
      const node = mapping(raw);
      const standard = text(node.Default);
      return [
        name,
        {
          name,
          label: text(mapping(labels[name]).default) ?? name,
          description: text(node.Description)?.trim() ?? '',
          type: text(node.Type) ?? 'String',
          ...(standard === undefined ? {} : { default: standard }),
          noEcho: String(node.NoEcho) === 'true',
          rule: ruleOf(node),
        },
      ];
    }),
  );

  const groups = (Array.isArray(view.ParameterGroups) ? view.ParameterGroups : []).map((raw) => {
    const group = mapping(raw);
    const names = Array.isArray(group.Parameters) ? group.Parameters.map(String) : [];
    const listed = names.flatMap((name) => {
      const parameter = parameters.get(name);
      parameters.delete(name);
      return parameter ? [parameter] : [];
    });
    return { label: text(mapping(group.Label).default) ?? '', parameters: listed };
  });
  if (parameters.size > 0) groups.push({ label: 'Other', parameters: [...parameters.values()] });

  const resourceTypes = Object.fromEntries(
    Object.entries(mapping(document.Resources)).map(([id, raw]) => [id, text(mapping(raw).Type) ?? '']),
  );
  return { body, groups, resourceTypes };
}

let farm: Template | undefined;

/** The farm's own template, `cfn/farm.yaml` of this package; read once. */
export function farmTemplate(): Template {
  farm ??= parseTemplate(readFileSync(join(packageRoot(), 'cfn', 'farm.yaml'), 'utf8'));
  return farm;
}
