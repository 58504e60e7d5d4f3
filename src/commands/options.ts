import { InvalidArgumentError } from 'commander';

/** The options that every command takes, as the command line gives them. */
export interface GlobalOptions {
  stack: string;
  profile?: string;
  region?: string;
  proxy?: string;
  sandbox: boolean;
  readOnly: boolean;
  json: boolean;
  /** Seconds; the base pace of observation. */
  refresh: number;
  color: boolean;
  debug?: string;
}

/** A whole number in [min, max]; otherwise a usage error that says so. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A number of seconds in [min, max]. */
export function seconds(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
      throw new InvalidArgumentError(`expected seconds from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A CloudFormation stack name: a letter, then letters, digits and hyphens, 128 at most (CreateStack's own rule). */
export function stackName(text: string): string {
  if (!/^[A-Za-z][-A-Za-z0-9]{0,127}$/.test(text)) {
    throw new InvalidArgumentError('expected a letter, then letters, digits and hyphens, 128 at most.');
  }
  return text;
}

/** Collects `--set Key=Value`, which may be given several times. */
export function keyValue(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('expected Key=Value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
