import {
  AddTagsToResource$,
  type AddTagsToResourceRequest,
  type AddTagsToResourceResult,
  DeleteParameters$,
  type DeleteParametersRequest,
  type DeleteParametersResult,
  DescribeInstanceInformation$,
  type DescribeInstanceInformationRequest,
  type DescribeInstanceInformationResult,
  DescribeParameters$,
  type DescribeParametersRequest,
  type DescribeParametersResult,
  GetParameterHistory$,
  type GetParameterHistoryRequest,
  type GetParameterHistoryResult,
  LabelParameterVersion$,
  type LabelParameterVersionRequest,
  type LabelParameterVersionResult,
  ListTagsForResource$,
  type ListTagsForResourceRequest,
  type ListTagsForResourceResult,
  RemoveTagsFromResource$,
  type RemoveTagsFromResourceRequest,
  type RemoveTagsFromResourceResult,
  UnlabelParameterVersion$,
  type UnlabelParameterVersionRequest,
  type UnlabelParameterVersionResult,
} from '@aws-sdk/client-ssm';
import { ServiceError } from '../world/service-error.ts';
import { nameOf, type Parameter, parameterOf, parameters, versionsOf } from '../world/ssm.ts';
import { type Tags, tagList, tagsFrom } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { type Operation, operation } from './operation.ts';
import { filtering, validation } from './ssm-filters.ts';
import { managedInstances } from './ssm-instances.ts';
import { ssmPage } from './ssm-page.ts';
import { historyView, metadataView } from './ssm-views.ts';

/** Items of a page, at most and unasked. */
const pageSize = 50;

/** The account's own parameters: AWS's public ones are not listed, only found by their names. */
function own(world: World): Parameter[] {
  return [...parameters(world).values()]
    .filter(({ name }) => !name.startsWith('/aws/service/'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The version of a request, or the newest. */
function versionOf(parameter: Parameter, version: number | undefined): Parameter {
  if (version === undefined) return parameter;
  const found = versionsOf(parameter).find((one) => one.version === version);
  if (found) return found;
  throw new ServiceError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${parameter.name}. Verify the version and try again.`,
  );
}

/** What a label may not be (user guide, Working with parameter labels). */
function badLabel(label: string): boolean {
  return !/^[\w.-]{1,100}$/.test(label) || /^(\d|aws|ssm)/i.test(label);
}

/** The tags of what a request names: only parameters have any here. */
function tagsOf(world: World, input: { ResourceType?: string | undefined; ResourceId?: string | undefined }): Tags {
  const parameter =
    input.ResourceType === 'Parameter' ? parameters(world).get(nameOf(input.ResourceId ?? '')) : undefined;
  if (!parameter) {
    throw new ServiceError(
      'InvalidResourceId',
      "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
    );
  }
  return parameter.tags;
}

/** What tells and marks parameters, beyond their values. */
export const describingOperations: Readonly<Record<string, Operation>> = {
  DescribeParameters: operation<DescribeParametersRequest, DescribeParametersResult>(
    DescribeParameters$,
    (input, { world }) => {
      if (input.Filters?.length && input.ParameterFilters?.length) {
        throw validation('You can use either Filters or ParameterFilters in a single request.');
      }
      const keys = ['Path', 'Name', 'Type', 'KeyId', 'tag:', 'Label', 'Tier', 'DataType'];
      const older = input.Filters?.map(({ Key, Values }) => ({
        Key: Key ?? '',
        Option: Key === 'Name' ? 'BeginsWith' : 'Equals',
        Values,
      }));
      const { items, rest } = ssmPage(
        own(world).filter(filtering(older ?? input.ParameterFilters, keys)),
        input,
        pageSize,
      );
      return { Parameters: items.map((parameter) => metadataView(world, parameter)), ...rest };
    },
  ),
  GetParameterHistory: operation<GetParameterHistoryRequest, GetParameterHistoryResult>(
    GetParameterHistory$,
    (input, { world }) => {
      const { items, rest } = ssmPage(versionsOf(parameterOf(world, input.Name ?? '')), input, pageSize);
      return { Parameters: items.map((version) => historyView(version, input.WithDecryption)), ...rest };
    },
  ),
  LabelParameterVersion: operation<LabelParameterVersionRequest, LabelParameterVersionResult>(
    LabelParameterVersion$,
    (input, { world }) => {
      const parameter = parameterOf(world, input.Name ?? '');
      const version = versionOf(parameter, input.ParameterVersion);
      const labels = input.Labels ?? [];
      const good = labels.filter((label) => !badLabel(label));
      if (new Set([...version.labels, ...good]).size > 10) {
        throw new ServiceError(
          'ParameterVersionLabelLimitExceeded',
          `A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.`,
        );
      }
      // A label is on one version at a time.
      for (const label of good) {
        for (const other of versionsOf(parameter)) other.labels.delete(label);
        version.labels.add(label);
      }
      return { InvalidLabels: labels.filter(badLabel), ParameterVersion: version.version };
    },
  ),
  UnlabelParameterVersion: operation<UnlabelParameterVersionRequest, UnlabelParameterVersionResult>(
    UnlabelParameterVersion$,
    (input, { world }) => {
      const version = versionOf(parameterOf(world, input.Name ?? ''), input.ParameterVersion);
      const labels = input.Labels ?? [];
      const RemovedLabels = labels.filter((label) => version.labels.delete(label));
      return { RemovedLabels, InvalidLabels: labels.filter((label) => !RemovedLabels.includes(label)) };
    },
  ),
  DeleteParameters: operation<DeleteParametersRequest, DeleteParametersResult>(
    DeleteParameters$,
    (input, { world }) => {
      const names = [...new Set(input.Names ?? [])];
      const DeletedParameters = names.filter((name) => parameters(world).delete(nameOf(name)));
      return { DeletedParameters, InvalidParameters: names.filter((name) => !DeletedParameters.includes(name)) };
    },
  ),
  AddTagsToResource: operation<AddTagsToResourceRequest, AddTagsToResourceResult>(
    AddTagsToResource$,
    (input, { world }) => {
      const tags = tagsOf(world, input);
      const added = tagsFrom(input.Tags);
      if (new Set([...tags.keys(), ...added.keys()]).size > 50) {
        throw new ServiceError(
          'TooManyTagsError',
          'The Targets parameter includes too many tags. Remove one or more tags and try the command again.',
        );
      }
      for (const [key, value] of added) tags.set(key, value);
      return {};
    },
  ),
  RemoveTagsFromResource: operation<RemoveTagsFromResourceRequest, RemoveTagsFromResourceResult>(
    RemoveTagsFromResource$,
    (input, { world }) => {
      const tags = tagsOf(world, input);
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
  ),
  ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResult>(
    ListTagsForResource$,
    (input, { world }) => ({ TagList: tagList(tagsOf(world, input)) }),
  ),
  DescribeInstanceInformation: operation<DescribeInstanceInformationRequest, DescribeInstanceInformationResult>(
    DescribeInstanceInformation$,
    (input, { world }) => {
      const { items, rest } = ssmPage(managedInstances(world, input), input, pageSize);
      return { InstanceInformationList: items, ...rest };
    },
  ),
};
