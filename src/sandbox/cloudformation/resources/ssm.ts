import type {
  GetParameterRequest,
  GetParameterResult,
  PutParameterRequest,
  PutParameterResult,
} from '@aws-sdk/client-ssm';
import { isMap, type Value, type ValueMap } from '../value.ts';
import { optionalText, type ResourceContext, type ResourceType, text, unlessGone } from './resource-type.ts';

/** This type writes its tags as a map; those of the stack go with them. */
function tagList(value: Value, context: ResourceContext): { Key: string; Value: string }[] {
  const own = isMap(value) ? Object.entries(value).map(([Key, item]) => ({ Key, Value: text(item) })) : [];
  return [...context.stackTags.filter(({ Key }) => own.every((tag) => tag.Key !== Key)), ...own];
}

function put(name: string, properties: ValueMap, context: ResourceContext, extra: Partial<PutParameterRequest>) {
  context.aws<PutParameterRequest, PutParameterResult>('ssm', 'PutParameter', {
    Name: name,
    Value: text(properties.Value),
    Type: text(properties.Type) === 'StringList' ? 'StringList' : 'String',
    Description: optionalText(properties.Description),
    AllowedPattern: optionalText(properties.AllowedPattern),
    ...extra,
  });
  return { physicalId: name, attributes: { Type: text(properties.Type), Value: text(properties.Value) } };
}

/** AWS::SSM::Parameter: the physical id is its name. It cannot be a SecureString. */
const parameter: ResourceType = {
  properties: {
    AllowedPattern: 'in-place',
    DataType: 'in-place',
    Description: 'in-place',
    Name: 'replace',
    Policies: 'in-place',
    Tags: 'in-place',
    Tier: 'in-place',
    Type: 'in-place',
    Value: 'in-place',
  },
  required: ['Type', 'Value'],
  attributes: ['Type', 'Value'],
  volatile: ['Value'],
  create: (properties, context) => {
    const name = optionalText(properties.Name) ?? `CFN-${context.generatedName(120)}`;
    return put(name, properties, context, { Tags: tagList(properties.Tags, context) });
  },
  update: (physicalId, properties, _previous, context) => put(physicalId, properties, context, { Overwrite: true }),
  remove: (physicalId, _properties, { aws }) => {
    unlessGone(() => aws('ssm', 'DeleteParameter', { Name: physicalId }));
    return undefined;
  },
  read: (physicalId, _expected, { aws }) => {
    let found: GetParameterResult['Parameter'];
    unlessGone(() => {
      found = aws<GetParameterRequest, GetParameterResult>('ssm', 'GetParameter', { Name: physicalId }).Parameter;
    });
    return found && { Name: found.Name, Type: found.Type, Value: found.Value };
  },
};

export const ssmTypes: Readonly<Record<string, ResourceType>> = { 'AWS::SSM::Parameter': parameter };
