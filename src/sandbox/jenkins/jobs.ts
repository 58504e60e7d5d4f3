import { describedJobs, description, jenkinsVersion } from './description.ts';
import type { Build, JobDefinition } from './job.ts';

/** How builds of a job go: nothing of it is shown by Jenkins before they run. */
type Behaviour = Pick<JobDefinition, 'seconds' | 'failurePercent' | 'lines'>;

/** The longest sleep that a drill's build takes, seconds. */
const drillMost = 3600;

const behaviours: Readonly<Record<string, Behaviour>> = {
  'build-jenkins-master': {
    failurePercent: 2,
    lines: () => [
      'Login Succeeded',
      '#1 [internal] load build definition from Dockerfile',
      `#5 [1/5] FROM docker.io/jenkins/jenkins:${jenkinsVersion}-lts-jdk21`,
      '#7 [3/5] RUN jenkins-plugin-cli --plugin-file /usr/share/jenkins/ref/plugins.txt --latest=false',
      '#12 exporting layers',
      'The push refers to repository [jdci-master]',
    ],
  },
  'web-image': {
    failurePercent: 3,
    lines: ({ parameters: { REF = '' } }) => [
      'Cloning repository',
      `Checking out Revision ${REF}`,
      '+ docker build --tag web .',
      '#4 [build 2/5] RUN npm ci',
      '#6 [build 4/5] RUN npm test',
      '#9 exporting to image',
      `+ docker tag web web:${REF}`,
    ],
  },
  'jdci-drill': {
    seconds: ({ SECONDS }) => Math.min(drillMost, Math.max(1, Number(SECONDS) || 1)),
    failurePercent: 0,
    lines: ({ parameters: { SECONDS = '' } }) => [`+ sleep ${SECONDS}`],
  },
};

/** A job that somebody adds to the image. */
const plain: Behaviour = { failurePercent: 0, lines: () => [] };

/** The job that makes the others; it is there from the boot and runs on the built-in node. */
export const seed: JobDefinition = {
  ...description.seed,
  concurrent: false,
  keep: undefined,
  parameters: {},
  parameterDescriptions: {},
  seconds: () => 8,
  failurePercent: 0,
  lines: () => [
    'Processing provided DSL script',
    ...made.map((definition) => `Existing items:\n    GeneratedJob{name='${definition.name}'}`),
  ],
};

/** The jobs that Seed makes. */
export const made: readonly JobDefinition[] = describedJobs.map(({ parameters, ...job }) => ({
  ...job,
  parameters: Object.fromEntries(parameters.map(({ name, value }) => [name, value])),
  parameterDescriptions: Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.description])),
  ...(behaviours[job.name] ?? plain),
}));

/** What a build that fails by itself says. */
export function failureLines(build: Build): string[] {
  return [
    `ERROR: process "/bin/sh -c ${build.job.definition.name === 'web-image' ? 'npm test' : 'docker push'}" did not complete successfully: exit code: 1`,
    "Build step 'Execute shell' marked build as failure",
  ];
}
