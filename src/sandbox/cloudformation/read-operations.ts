import {
  type Capability,
  DescribeStackEvents$,
  type DescribeStackEventsInput,
  type DescribeStackEventsOutput,
  DescribeStackResource$,
  type DescribeStackResourceInput,
  type DescribeStackResourceOutput,
  DescribeStackResources$,
  type DescribeStackResourcesInput,
  type DescribeStackResourcesOutput,
  DescribeStacks$,
  type DescribeStacksInput,
  type DescribeStacksOutput,
  GetStackPolicy$,
  type GetStackPolicyInput,
  type GetStackPolicyOutput,
  GetTemplate$,
  type GetTemplateInput,
  type GetTemplateOutput,
  GetTemplateSummary$,
  type GetTemplateSummaryInput,
  type GetTemplateSummaryOutput,
  ListStackResources$,
  type ListStackResourcesInput,
  type ListStackResourcesOutput,
  ListStacks$,
  type ListStacksInput,
  type ListStacksOutput,
  ValidateTemplate$,
  type ValidateTemplateInput,
  type ValidateTemplateOutput,
} from '@aws-sdk/client-cloudformation';
import { type Operation, operation } from '../operations/operation.ts';
import { changeSetOf } from './change-set-operations.ts';
import type { Engine } from './engine.ts';
import { page } from './paging.ts';
import { neededCapability, templateFrom } from './source.ts';
import { type Stack, type StackResource, stackOf, stacks } from './stack.ts';
import type { Template } from './template.ts';
import { invalid } from './validation-error.ts';
import { eventShape, resourceShape, resourceSummary, stackShape, stackSummary } from './views.ts';

/** Items on a page of every list: CloudFormation's own page. */
const pageSize = 100;

/** The operations that only read. */
export function readOperations(engine: Engine): Record<string, Operation> {
  return {
    DescribeStacks: operation<DescribeStacksInput, DescribeStacksOutput>(DescribeStacks$, (input, { world }) => {
      if (input.StackName !== undefined) return { Stacks: [stackShape(stackOf(world, input.StackName))] };
      const alive = [...stacks(world).values()].filter(({ status }) => status !== 'DELETE_COMPLETE').reverse();
      const { items, rest } = page(alive, input.NextToken, pageSize);
      return { Stacks: items.map(stackShape), ...rest };
    }),
    ListStacks: operation<ListStacksInput, ListStacksOutput>(ListStacks$, (input, { world }) => {
      const wanted = input.StackStatusFilter;
      const chosen = [...stacks(world).values()]
        .filter(({ status }) => !wanted || wanted.length === 0 || wanted.includes(status))
        .reverse();
      const { items, rest } = page(chosen, input.NextToken, pageSize);
      return { StackSummaries: items.map(stackSummary), ...rest };
    }),
    DescribeStackEvents: operation<DescribeStackEventsInput, DescribeStackEventsOutput>(
      DescribeStackEvents$,
      (input, { world }) => {
        const stack = stackOf(world, input.StackName, 'bracketed');
        const { items, rest } = eventPage(stack, input.NextToken);
        return {
          StackEvents: items.map((event) => eventShape(stack, event)),
          ...rest,
        };
      },
    ),
    ListStackResources: operation<ListStackResourcesInput, ListStackResourcesOutput>(
      ListStackResources$,
      (input, { world }) => {
        const stack = stackOf(world, input.StackName);
        const { items, rest } = page(sorted(stack), input.NextToken, pageSize);
        return {
          StackResourceSummaries: items.map((resource) => resourceSummary(stack, resource)),
          ...rest,
        };
      },
    ),
    DescribeStackResources: operation<DescribeStackResourcesInput, DescribeStackResourcesOutput>(
      DescribeStackResources$,
      (input, { world }) => {
        const stack =
          input.StackName === undefined && input.PhysicalResourceId !== undefined
            ? [...stacks(world).values()].find(
                ({ status, resources }) =>
                  status !== 'DELETE_COMPLETE' &&
                  [...resources.values()].some(({ physicalId }) => physicalId === input.PhysicalResourceId),
              )
            : stackOf(world, input.StackName);
        if (!stack) throw invalid(`Stack for ${input.PhysicalResourceId ?? ''} does not exist`);
        const chosen = sorted(stack).filter(
          ({ logicalId }) => input.LogicalResourceId === undefined || logicalId === input.LogicalResourceId,
        );
        return { StackResources: chosen.map((resource) => resourceShape(stack, resource)) };
      },
    ),
    DescribeStackResource: operation<DescribeStackResourceInput, DescribeStackResourceOutput>(
      DescribeStackResource$,
      (input, { world }) => {
        const name = input.StackName ?? '';
        const stack = stackOf(world, name);
        const resource = stack.resources.get(input.LogicalResourceId ?? '');
        if (!resource) throw invalid(`Resource ${input.LogicalResourceId ?? ''} does not exist for stack ${name}`);
        const { Timestamp, ...shown } = resourceShape(stack, resource);
        const metadata = resource.definition.metadata;
        return {
          StackResourceDetail: {
            ...shown,
            LastUpdatedTimestamp: Timestamp,
            ...(metadata === undefined ? {} : { Metadata: JSON.stringify(metadata) }),
          },
        };
      },
    ),
    GetTemplate: operation<GetTemplateInput, GetTemplateOutput>(GetTemplate$, (input, { world }) => {
      if (input.ChangeSetName !== undefined) {
        const { changeSet } = changeSetOf(world, input);
        return { TemplateBody: changeSet.source.template.body, StagesAvailable: ['Original', 'Processed'] };
      }
      if (input.StackName === undefined) throw invalid('StackName is required if ChangeSetName is not specified.');
      const stack = stackOf(world, input.StackName);
      return { TemplateBody: stack.source?.template.body ?? '', StagesAvailable: ['Original', 'Processed'] };
    }),
    GetStackPolicy: operation<GetStackPolicyInput, GetStackPolicyOutput>(GetStackPolicy$, (input, { world }) => {
      const { policy } = stackOf(world, input.StackName);
      return policy === undefined ? {} : { StackPolicyBody: policy };
    }),
    GetTemplateSummary: operation<GetTemplateSummaryInput, GetTemplateSummaryOutput>(
      GetTemplateSummary$,
      (input, { world }) => {
        if (input.StackName === undefined) return templateSummary(templateFrom(engine, world, input));
        const stack = stackOf(world, input.StackName);
        if (stack.status === 'REVIEW_IN_PROGRESS') {
          throw invalid('GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.');
        }
        if (!stack.source) throw invalid(`Stack with id ${input.StackName} does not exist`);
        return templateSummary(stack.source.template);
      },
    ),
    ValidateTemplate: operation<ValidateTemplateInput, ValidateTemplateOutput>(
      ValidateTemplate$,
      (input, { world }) => {
        const { Parameters, Description, Capabilities, CapabilitiesReason, DeclaredTransforms } = templateSummary(
          templateFrom(engine, world, input),
        );
        return {
          Parameters: (Parameters ?? []).map(({ ParameterKey, DefaultValue, NoEcho, Description: said }) => ({
            ParameterKey,
            DefaultValue,
            NoEcho,
            Description: said,
          })),
          Description,
          Capabilities,
          CapabilitiesReason,
          DeclaredTransforms,
        };
      },
    ),
  };
}

function sorted(stack: Stack): StackResource[] {
  return [...stack.resources.values()].sort((a, b) => (a.logicalId < b.logicalId ? -1 : 1));
}

/**
 * A page of events, newest first. The token counts from the oldest, so that events written between two pages neither
 * shift nor repeat what is still to come.
 */
function eventPage(stack: Stack, token: string | undefined) {
  const end = token === undefined ? stack.events.length : Number(token);
  if (!Number.isInteger(end) || end < 0 || end > stack.events.length) throw invalid('Invalid NextToken');
  const start = Math.max(0, end - pageSize);
  return { items: stack.events.slice(start, end).reverse(), rest: start > 0 ? { NextToken: String(start) } : {} };
}

function templateSummary(template: Template): GetTemplateSummaryOutput {
  const needed = neededCapability(template);
  const { transforms } = template;
  return {
    Parameters: [...template.parameters.values()].map(({ name, type, definition }) => ({
      ParameterKey: name,
      ParameterType: type,
      ...(definition.Default === undefined ? {} : { DefaultValue: String(definition.Default) }),
      NoEcho: String(definition.NoEcho ?? 'false') === 'true',
      ...(definition.Description === undefined ? {} : { Description: String(definition.Description) }),
      ParameterConstraints: Array.isArray(definition.AllowedValues)
        ? { AllowedValues: definition.AllowedValues.map(String) }
        : {},
    })),
    ...(template.description === undefined ? {} : { Description: template.description }),
    ...(transforms.length > 0
      ? {
          Capabilities: ['CAPABILITY_AUTO_EXPAND'] satisfies Capability[],
          CapabilitiesReason: `The following resource(s) require capabilities: [${transforms.join(', ')}]`,
          DeclaredTransforms: [...transforms],
        }
      : {}),
    ...(needed
      ? {
          Capabilities: [needed.capability as Capability],
          CapabilitiesReason: `The following resource(s) require capabilities: [${needed.because.join(', ')}]`,
        }
      : {}),
    ResourceTypes: [...new Set([...template.resources.values()].map(({ type }) => type))],
    Version: '2010-09-09',
    ...(template.metadata === undefined ? {} : { Metadata: JSON.stringify(template.metadata) }),
  };
}
