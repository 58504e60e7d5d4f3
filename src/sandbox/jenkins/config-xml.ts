import { escaped } from './formats.ts';
import type { Job } from './job.ts';

/** A job's configuration, as far as the sandbox knows it: steps and what plugins add are not there. */
export function configXml({ definition, disabled, description }: Job): string {
  const parameters = Object.entries(definition.parameters).map(([name, value]) =>
    [
      '        <hudson.model.StringParameterDefinition>',
      `          <name>${escaped(name)}</name>`,
      `          <description>${escaped(definition.parameterDescriptions[name] ?? '')}</description>`,
      `          <defaultValue>${escaped(value)}</defaultValue>`,
      '          <trim>false</trim>',
      '        </hudson.model.StringParameterDefinition>',
    ].join('\n'),
  );
  const properties =
    parameters.length === 0
      ? ['  <properties/>']
      : [
          '  <properties>',
          '    <hudson.model.ParametersDefinitionProperty>',
          '      <parameterDefinitions>',
          ...parameters,
          '      </parameterDefinitions>',
          '    </hudson.model.ParametersDefinitionProperty>',
          '  </properties>',
        ];
  return [
    `<?xml version='1.1' encoding='UTF-8'?>`,
    '<project>',
    '  <actions/>',
    `  <description>${escaped(description)}</description>`,
    '  <keepDependencies>false</keepDependencies>',
    ...properties,
    '  <scm class="hudson.scm.NullSCM"/>',
    `  <assignedNode>${escaped(definition.label)}</assignedNode>`,
    '  <canRoam>false</canRoam>',
    `  <disabled>${disabled}</disabled>`,
    '  <blockBuildWhenDownstreamBuilding>false</blockBuildWhenDownstreamBuilding>',
    '  <blockBuildWhenUpstreamBuilding>false</blockBuildWhenUpstreamBuilding>',
    '  <triggers/>',
    `  <concurrentBuild>${definition.concurrent}</concurrentBuild>`,
    '  <builders/>',
    '  <publishers/>',
    '  <buildWrappers/>',
    '</project>',
  ].join('\n');
}
