import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One profile's settings, lower-case keys, of `~/.aws/config` and `~/.aws/credentials` together. */
export type Profile = Readonly<Record<string, string>>;

/**
 * Reads the profiles of the shared configuration files (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, or those in
 * `~/.aws`). Only to know which there are and what region they name: the SDK reads its credentials itself. A file that is
 * not there, or cannot be read, has none.
 */
export function readProfiles(environment: NodeJS.ProcessEnv): ReadonlyMap<string, Profile> {
  const home = environment.HOME || environment.USERPROFILE || '';
  const config = environment.AWS_CONFIG_FILE || join(home, '.aws', 'config');
  const credentials = environment.AWS_SHARED_CREDENTIALS_FILE || join(home, '.aws', 'credentials');
  const profiles = new Map<string, Record<string, string>>();
  for (const [name, settings] of [
    ...sections(textOf(config), (title) => (title === 'default' ? title : /^profile\s+(.+)$/.exec(title)?.[1])),
    ...sections(textOf(credentials), (title) => title),
  ]) {
    profiles.set(name, { ...profiles.get(name), ...settings });
  }
  return profiles;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The sections of an INI file whose title names a profile; `[sso-session x]` and `[services x]` do not. */
function sections(
  text: string,
  profileOf: (title: string) => string | undefined,
): readonly [name: string, settings: Record<string, string>][] {
  const found: [string, Record<string, string>][] = [];
  let settings: Record<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue;
    const title = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim();
    if (title !== undefined) {
      const name = profileOf(title)?.replace(/^["']|["']$/g, '');
      settings = undefined;
      if (name === undefined) continue;
      settings = {};
      found.push([name, settings]);
      continue;
    }
    // An indented line belongs to the nested setting above it (`s3 =`), not to the profile.
    const entry = /^([^\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (entry?.[1] && settings) settings[entry[1].toLowerCase()] = entry[2] ?? '';
  }
  return found;
}
