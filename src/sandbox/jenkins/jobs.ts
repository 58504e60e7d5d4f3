import type { Build, JobDefinition } from './job.ts';

/** A drill's sleep when it names none, and the longest one that a build takes, seconds. */
const drillDefault = 120;
const drillMost = 3600;

/** The job that makes the others; it is there from the boot and runs on the built-in node. */
export const seed: JobDefinition = {
  name: 'Seed',
  description: 'Makes the jobs of this farm from their Job DSL scripts.',
  label: 'built-in',
  concurrent: false,
  parameters: {},
  seconds: () => 8,
  failurePercent: 0,
  lines: () => [
    'Processing provided DSL script',
    ...made.map((definition) => `Existing items:\n    GeneratedJob{name='${definition.name}'}`),
  ],
};

/** The jobs that Seed makes. */
export const made: readonly JobDefinition[] = [
  {
    name: 'build-jenkins-master',
    description: 'Builds the image of the masters and pushes it to ECR.',
    label: 'docker',
    concurrent: false,
    parameters: {},
    failurePercent: 2,
    lines: () => [
      'Login Succeeded',
      '#1 [internal] load build definition from Dockerfile',
      '#5 [1/5] FROM docker.io/jenkins/jenkins:2.580.1-lts-jdk21',
      '#7 [3/5] RUN jenkins-plugin-cli --plugin-file /usr/share/jenkins/ref/plugins.txt --latest=false',
      '#12 exporting layers',
      'The push refers to repository [jdci-master]',
    ],
  },
  {
    name: 'web-image',
    description: 'Builds the image of a web application.',
    label: 'docker',
    concurrent: true,
    parameters: { REF: 'main' },
    failurePercent: 3,
    lines: (build) => [
      'Cloning repository',
      `Checking out Revision ${build.parameters.REF ?? 'main'}`,
      '+ docker build --tag web .',
      '#4 [build 2/5] RUN npm ci',
      '#6 [build 4/5] RUN npm test',
      '#9 exporting to image',
      `+ docker tag web web:${build.parameters.REF ?? 'main'}`,
    ],
  },
  {
    name: 'jdci-drill',
    description: 'Sleeps: load for drills.',
    label: 'docker',
    concurrent: true,
    // Different values keep queued builds apart: Jenkins folds equal ones into one.
    parameters: { DRILL: '', NUMBER: '0', SECONDS: String(drillDefault) },
    seconds: ({ SECONDS }) => Math.min(drillMost, Math.max(1, Number(SECONDS) || drillDefault)),
    failurePercent: 0,
    lines: (build) => [`+ sleep ${build.parameters.SECONDS ?? drillDefault}`],
  },
];

/** What a build that fails by itself says. */
export function failureLines(build: Build): string[] {
  return [
    `ERROR: process "/bin/sh -c ${build.job.definition.name === 'web-image' ? 'npm test' : 'docker push'}" did not complete successfully: exit code: 1`,
    "Build step 'Execute shell' marked build as failure",
  ];
}
