import {
  parseJenkinsVersion,
  parseMasterDescription,
  parsePlugins,
  parseQuietPeriod,
  readImageFile,
  readJobs,
} from './image-files.ts';

/** What the masters are: read from the files that configure the real image, so that the two cannot differ. */
export const description = parseMasterDescription(readImageFile('master.json'));

/** The jobs of the image, by their Job DSL scripts. */
export const describedJobs = readJobs();

/** Seconds that a new item waits, so that more changes may come into its build. */
export const quietPeriodSeconds = parseQuietPeriod(readImageFile('casc/jenkins.yaml'));

/** The LTS that the image is made from. */
export const jenkinsVersion = parseJenkinsVersion(readImageFile('Dockerfile'));

/** The plugins of the image. */
export const plugins: readonly { readonly id: string; readonly version: string }[] = parsePlugins(
  readImageFile('plugins.txt'),
);

const userData = readImageFile('cloud-init/agent.yaml');

/** What an agent gets as user data. */
export function agentUserData(silentMinutes: number): string {
  return userData.replaceAll('@SILENT_MINUTES@', String(silentMinutes));
}

/** Puts a master's own words into a text of the description: `FARM` for `@FARM@`, and so on. */
export function fill(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/@([A-Z]+)@/g, (whole, name: string) => words[name] ?? whole);
}
