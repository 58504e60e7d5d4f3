import { HandlerError, type ResourceType } from './resource-type.ts';

/**
 * AWS::CloudFormation::WaitConditionHandle: nothing but a URL, which nobody can call here. Templates have it as the
 * resource that costs nothing, when they need one.
 */
const waitConditionHandle: ResourceType = {
  properties: {},
  required: [],
  attributes: [],
  create: (_properties, { stackId, logicalId, world }) => ({
    physicalId: `https://cloudformation-waitcondition-${world.settings.region}.s3.${world.settings.region}.amazonaws.com/${encodeURIComponent(`${stackId}/${logicalId}`)}`,
  }),
  remove: () => undefined,
};

/** AWS::CloudFormation::Stack: its template lies in S3, of which there is none. */
const nestedStack: ResourceType = {
  properties: {
    NotificationARNs: 'in-place',
    Parameters: 'in-place',
    Tags: 'in-place',
    TemplateURL: 'in-place',
    TimeoutInMinutes: 'in-place',
  },
  required: ['TemplateURL'],
  attributes: [],
  create: () => {
    throw new HandlerError('plain', 'S3 error: The specified bucket does not exist');
  },
  remove: () => undefined,
};

export const cloudformationTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::CloudFormation::Stack': nestedStack,
  'AWS::CloudFormation::WaitConditionHandle': waitConditionHandle,
};
