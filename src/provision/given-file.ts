import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { CommandError, exitCode } from '../core/exit.ts';

/**
 * Reads a file of parameters: YAML or JSON, either plain `Key: value`, or the two forms the aws command line takes (a list
 * of ParameterKey and ParameterValue, and `{"Parameters": {…}}`). Lists become comma-separated text.
 */
export async function readParameterFile(path: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`--params ${path}: ${code === 'ENOENT' ? 'no such file' : code}`, exitCode.refused);
  }
  try {
    return parametersIn(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new CommandError(`--params ${path}: ${reason}`, exitCode.refused);
  }
}

/** The values in a parameter file's text; throws an Error saying what is wrong. */
export function parametersIn(text: string): Record<string, string> {
  const document: unknown = parse(text);
  if (Array.isArray(document)) return Object.fromEntries(document.map(pair));
  if (typeof document !== 'object' || document === null) throw new Error('expected Key: value lines');
  const inner = 'Parameters' in document ? document.Parameters : document;
  if (typeof inner !== 'object' || inner === null) throw new Error('expected Key: value lines below Parameters');
  return Object.fromEntries(Object.entries(inner).map(([name, value]) => [name, scalar(name, value)]));
}

function pair(item: unknown): [string, string] {
  if (typeof item === 'object' && item !== null && 'ParameterKey' in item && 'ParameterValue' in item) {
    const name = String(item.ParameterKey);
    return [name, scalar(name, item.ParameterValue)];
  }
  throw new Error('expected a list of ParameterKey and ParameterValue');
}

function scalar(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => scalar(name, item)).join(',');
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') throw new Error(`${name}: expected a text, a number or a list of them`);
  return String(value);
}
