import {
  CreateLaunchTemplate$,
  type CreateLaunchTemplateRequest,
  type CreateLaunchTemplateResult,
  CreateLaunchTemplateVersion$,
  type CreateLaunchTemplateVersionRequest,
  type CreateLaunchTemplateVersionResult,
  DeleteLaunchTemplate$,
  type DeleteLaunchTemplateRequest,
  type DeleteLaunchTemplateResult,
  DeleteLaunchTemplateVersions$,
  type DeleteLaunchTemplateVersionsRequest,
  type DeleteLaunchTemplateVersionsResult,
  DescribeLaunchTemplates$,
  type DescribeLaunchTemplatesRequest,
  type DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersions$,
  type DescribeLaunchTemplateVersionsRequest,
  type DescribeLaunchTemplateVersionsResult,
  GetLaunchTemplateData$,
  type GetLaunchTemplateDataRequest,
  type GetLaunchTemplateDataResult,
  ModifyLaunchTemplate$,
  type ModifyLaunchTemplateRequest,
  type ModifyLaunchTemplateResult,
  type RequestLaunchTemplateData,
  type ResponseLaunchTemplateData,
  type LaunchTemplate as WireTemplate,
  type LaunchTemplateVersion as WireVersion,
} from '@aws-sdk/client-ec2';
import { instanceOf } from '../world/ec2.ts';
import {
  type LaunchTemplate,
  type LaunchTemplateVersion,
  launchTemplateOf,
  launchTemplates,
  launchTemplateVersion,
} from '../world/launch-templates.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { byIds, filtered } from './ec2-filters.ts';
import { launchTemplateDataOf } from './ec2-launch-template-data.ts';
import { ec2Page, wholeSecond } from './ec2-operation.ts';
import { tagsFor } from './ec2-tags.ts';
import { type Operation, operation } from './operation.ts';

function templateView(template: LaunchTemplate): WireTemplate {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: wholeSecond(template.createdAt),
    CreatedBy: template.createdBy,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.versions.at(-1)?.number,
    Tags: tagList(template.tags),
  };
}

function versionView(template: LaunchTemplate, version: LaunchTemplateVersion): WireVersion {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: version.number,
    ...(version.description === undefined ? {} : { VersionDescription: version.description }),
    CreateTime: wholeSecond(version.createdAt),
    CreatedBy: template.createdBy,
    DefaultVersion: version.number === template.defaultVersion,
    // What was requested and what is answered have the same members, spelled in two types.
    LaunchTemplateData: version.data as ResponseLaunchTemplateData,
  };
}

function requireData(data: RequestLaunchTemplateData | undefined): RequestLaunchTemplateData {
  if (data && Object.values(data).some((value) => value !== undefined)) return data;
  throw new ServiceError('MissingParameter', 'The request must contain the parameter LaunchTemplateData');
}

const wanted = (input: { LaunchTemplateId?: string | undefined; LaunchTemplateName?: string | undefined }) => ({
  id: input.LaunchTemplateId,
  name: input.LaunchTemplateName,
});

interface Told {
  template: LaunchTemplate;
  version: LaunchTemplateVersion;
}

/** Without a template only the latest and the default versions can be asked for, of all templates. */
function ofEveryTemplate(world: World, versions: readonly string[] | undefined): Told[] {
  if (!versions?.length || versions.some((version) => version !== '$Latest' && version !== '$Default')) {
    throw new ServiceError(
      'MissingParameter',
      'The request must contain the parameter LaunchTemplateId or LaunchTemplateName, or only the versions $Latest and $Default.',
    );
  }
  return [...launchTemplates(world).values()].flatMap((template) =>
    [...new Set(versions.map((version) => launchTemplateVersion(template, version)))].map((version) => ({
      template,
      version,
    })),
  );
}

function ofOneTemplate(world: World, input: DescribeLaunchTemplateVersionsRequest): Told[] {
  const template = launchTemplateOf(world, wanted(input));
  const min = Number(input.MinVersion ?? 0);
  const max = Number(input.MaxVersion ?? Number.MAX_SAFE_INTEGER);
  const versions = input.Versions?.length
    ? input.Versions.map((version) => launchTemplateVersion(template, version))
    : template.versions.filter(({ number }) => number >= min && number <= max).toReversed();
  return versions.map((version) => ({ template, version }));
}

/** Deletes versions; the default one stays, and what cannot be deleted does not keep the others. */
function deleteVersions(world: World, input: DeleteLaunchTemplateVersionsRequest): DeleteLaunchTemplateVersionsResult {
  const template = launchTemplateOf(world, wanted(input));
  const gone: DeleteLaunchTemplateVersionsResult['SuccessfullyDeletedLaunchTemplateVersions'] = [];
  const kept: DeleteLaunchTemplateVersionsResult['UnsuccessfullyDeletedLaunchTemplateVersions'] = [];
  for (const asked of new Set((input.Versions ?? []).map(Number))) {
    const told = { LaunchTemplateId: template.id, LaunchTemplateName: template.name, VersionNumber: asked };
    if (asked === template.defaultVersion) {
      throw new ServiceError(
        'InvalidParameterValue',
        'You cannot delete the default version of a launch template. Make another version the default first.',
      );
    }
    if (!template.versions.some(({ number }) => number === asked)) {
      const Message = `Could not find the specified version ${asked} for the launch template with ID ${template.id}.`;
      kept.push({ ...told, ResponseError: { Code: 'launchTemplateVersionDoesNotExist', Message } });
      continue;
    }
    gone.push(told);
  }
  const numbers = new Set(gone.map(({ VersionNumber }) => VersionNumber));
  template.versions = template.versions.filter(({ number }) => !numbers.has(number));
  return {
    SuccessfullyDeletedLaunchTemplateVersions: gone,
    UnsuccessfullyDeletedLaunchTemplateVersions: kept,
  };
}

/** Launch templates and their versions. */
export const launchTemplateOperations: Record<string, Operation> = {
  CreateLaunchTemplate: operation<CreateLaunchTemplateRequest, CreateLaunchTemplateResult>(
    CreateLaunchTemplate$,
    (input, { world, caller }) => {
      const name = input.LaunchTemplateName ?? '';
      if (!/^[A-Za-z0-9().\-/_]{3,128}$/.test(name)) {
        throw new ServiceError(
          'InvalidLaunchTemplateName.MalformedException',
          'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.',
        );
      }
      if ([...launchTemplates(world).values()].some((other) => other.name === name)) {
        throw new ServiceError(
          'InvalidLaunchTemplateName.AlreadyExistsException',
          'Launch template name already in use.',
        );
      }
      const data = requireData(input.LaunchTemplateData);
      const tags = tagsFor('launch-template', input.TagSpecifications);
      const template: LaunchTemplate = {
        id: world.id('lt'),
        name,
        createdAt: world.now,
        createdBy: caller.arn,
        defaultVersion: 1,
        lastNumber: 1,
        versions: [
          {
            number: 1,
            ...(input.VersionDescription === undefined ? {} : { description: input.VersionDescription }),
            createdAt: world.now,
            data,
          },
        ],
        tags,
      };
      launchTemplates(world).set(template.id, template);
      return { LaunchTemplate: templateView(template) };
    },
  ),

  CreateLaunchTemplateVersion: operation<CreateLaunchTemplateVersionRequest, CreateLaunchTemplateVersionResult>(
    CreateLaunchTemplateVersion$,
    (input, { world }) => {
      const template = launchTemplateOf(world, wanted(input));
      const source = input.SourceVersion === undefined ? {} : launchTemplateVersion(template, input.SourceVersion).data;
      const version: LaunchTemplateVersion = {
        number: template.lastNumber + 1,
        ...(input.VersionDescription === undefined ? {} : { description: input.VersionDescription }),
        createdAt: world.now,
        data: { ...source, ...requireData(input.LaunchTemplateData) },
      };
      template.lastNumber = version.number;
      template.versions.push(version);
      return { LaunchTemplateVersion: versionView(template, version) };
    },
  ),

  ModifyLaunchTemplate: operation<ModifyLaunchTemplateRequest, ModifyLaunchTemplateResult>(
    ModifyLaunchTemplate$,
    (input, { world }) => {
      const template = launchTemplateOf(world, wanted(input));
      if (input.DefaultVersion !== undefined) {
        template.defaultVersion = launchTemplateVersion(template, input.DefaultVersion).number;
      }
      return { LaunchTemplate: templateView(template) };
    },
  ),

  DeleteLaunchTemplate: operation<DeleteLaunchTemplateRequest, DeleteLaunchTemplateResult>(
    DeleteLaunchTemplate$,
    (input, { world }) => {
      const template = launchTemplateOf(world, wanted(input));
      launchTemplates(world).delete(template.id);
      return { LaunchTemplate: templateView(template) };
    },
  ),

  DeleteLaunchTemplateVersions: operation<DeleteLaunchTemplateVersionsRequest, DeleteLaunchTemplateVersionsResult>(
    DeleteLaunchTemplateVersions$,
    (input, { world }) => deleteVersions(world, input),
  ),

  GetLaunchTemplateData: operation<GetLaunchTemplateDataRequest, GetLaunchTemplateDataResult>(
    GetLaunchTemplateData$,
    (input, { world }) => ({
      LaunchTemplateData: launchTemplateDataOf(world, instanceOf(world, input.InstanceId ?? '')),
    }),
  ),

  DescribeLaunchTemplates: operation<DescribeLaunchTemplatesRequest, DescribeLaunchTemplatesResult>(
    DescribeLaunchTemplates$,
    (input, { world }) => {
      const byId = byIds(launchTemplates(world).values(), input.LaunchTemplateIds, (id) =>
        launchTemplateOf(world, { id }),
      );
      const asked = byIds(byId, input.LaunchTemplateNames, (name) => launchTemplateOf(world, { name }));
      const kept = filtered(asked, input.Filters, (template, name) => {
        if (name === 'launch-template-name') return [template.name];
        if (name === 'create-time') return [new Date(template.createdAt).toISOString()];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input, 1);
      return {
        LaunchTemplates: items.map(templateView),
        ...rest,
      };
    },
  ),

  DescribeLaunchTemplateVersions: operation<
    DescribeLaunchTemplateVersionsRequest,
    DescribeLaunchTemplateVersionsResult
  >(DescribeLaunchTemplateVersions$, (input, { world }) => {
    const everywhere = input.LaunchTemplateId === undefined && input.LaunchTemplateName === undefined;
    const told = everywhere ? ofEveryTemplate(world, input.Versions) : ofOneTemplate(world, input);
    const { items, rest } = ec2Page(told, input, 1);
    return {
      LaunchTemplateVersions: items.map(({ template, version }) => versionView(template, version)),
      ...rest,
    };
  }),
};
