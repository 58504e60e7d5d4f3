import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const image = fileURLToPath(new URL('../../image/', import.meta.url));

export const read = (...path: string[]): string => readFileSync(join(image, ...path), 'utf8');

export interface Source {
  name: string;
  text: string;
}

/** The shell steps of the jobs, as Groovy hands them over: literals put together, the values of the boot put in. */
export function jobShells(): Source[] {
  return readdirSync(join(image, 'jobs'))
    .filter((name) => name.endsWith('.groovy'))
    .map((name) => {
      const call = /shell\(([\s\S]*?'''|[\s\S]*?""")\)/.exec(read('jobs', name))?.[1] ?? '';
      const literals = [...call.matchAll(/'''([\s\S]*?)'''|"""([\s\S]*?)"""/g)];
      const text = literals.map(([, raw, interpolated]) => raw ?? interpolated?.replace(/\$\{(\w+)\}/g, 'a-$1') ?? '');
      return { name, text: text.join('').replaceAll('\\\n', '') };
    });
}

interface CloudConfig {
  packages: string[];
  bootcmd: string[][];
  runcmd: string[][];
  write_files: { path: string; permissions?: string; content: string }[];
}

export function agentConfig(): CloudConfig {
  return parse(read('cloud-init', 'agent.yaml').replaceAll('@SILENT_MINUTES@', '10')) as CloudConfig;
}

/** The files that the first boot of an agent writes. */
export function agentFiles(): Source[] {
  return agentConfig().write_files.map(({ path, content }) => ({ name: path, text: content }));
}

export interface Pin {
  id: string;
  version: string;
}

export function pins(text = read('plugins.txt')): Pin[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', version = ''] = line.split(':');
      return { id, version };
    });
}

/** The plugins that each plugin cannot do without. */
export function pluginNeeds(): Map<string, string[]> {
  const lines = readFileSync(new URL('plugin-needs.txt', import.meta.url), 'utf8').split('\n');
  return new Map(
    lines
      .filter((line) => /^[a-z]/.test(line))
      .map((line) => {
        const [id = '', needed = ''] = line.split(':');
        return [id, needed.split(' ').filter((one) => one !== '')];
      }),
  );
}
