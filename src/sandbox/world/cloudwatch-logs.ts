import type { LogGroupClass } from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

/** One line. A farm of many masters holds a hundred thousand of them, so what can be computed is not kept. */
export class LogEvent {
  readonly timestamp: number;
  readonly message: string;
  /** Counts the events of the region. */
  readonly #number: number;

  constructor(timestamp: number, message: string, number: number) {
    this.timestamp = timestamp;
    this.message = message;
    this.#number = number;
  }

  /** 56 digits that grow with time. */
  get id(): string {
    return String(this.timestamp).padStart(20, '3') + String(this.#number).padStart(36, '0');
  }

  /** Sorts events by their time, and those of one moment as they came: as their ids do, which cost more to compare. */
  static inOrder(this: void, a: LogEvent, b: LogEvent): number {
    return a.timestamp - b.timestamp || a.#number - b.#number;
  }

  /** What a container writes is taken in at once. */
  get ingestedAt(): number {
    return this.timestamp;
  }
}

/** A line that came with a time stamp of its own. */
class PutEvent extends LogEvent {
  readonly #ingestedAt: number;

  constructor(timestamp: number, message: string, number: number, ingestedAt: number) {
    super(timestamp, message, number);
    this.#ingestedAt = ingestedAt;
  }

  override get ingestedAt(): number {
    return this.#ingestedAt;
  }
}

export interface LogStream {
  name: string;
  createdAt: number;
  /** Oldest first. */
  events: LogEvent[];
  /** How many were dropped from the front; tokens count from the first event ever. */
  dropped: number;
  storedBytes: number;
}

export interface LogGroup {
  name: string;
  arn: string;
  createdAt: number;
  retentionDays?: number;
  class: LogGroupClass;
  kmsKeyId?: string;
  streams: Map<string, LogStream>;
  tags: Tags;
}

/** The region's log groups, by name. */
export const logGroups = perWorld(() => new Map<string, LogGroup>());

const counters = perWorld(() => ({ events: 0 }));

/**
 * A sandbox that runs for days must not grow for ever: all streams of a group together keep about this many events, and
 * each at most and at least so many.
 */
const keptPerGroup = 50_000;
const [keptLeast, keptMost] = [200, 5_000];

/** The group, or `ResourceNotFoundException`. */
export function logGroupOf(world: World, name: string): LogGroup {
  const group = logGroups(world).get(name);
  if (!group) throw new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
}

/** The stream, or `ResourceNotFoundException`. */
export function logStreamOf(world: World, groupName: string, name: string): LogStream {
  const stream = logGroupOf(world, groupName).streams.get(name);
  if (!stream) throw new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream;
}

/** Makes a group. */
export function createLogGroup(
  world: World,
  name: string,
  spec: Partial<Pick<LogGroup, 'class' | 'kmsKeyId' | 'tags'>> = {},
): LogGroup {
  if (logGroups(world).has(name)) {
    throw new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');
  }
  const group: LogGroup = {
    name,
    arn: world.arn('logs', `log-group:${name}:*`),
    createdAt: world.now,
    class: 'STANDARD',
    streams: new Map(),
    tags: new Map(),
    ...spec,
  };
  logGroups(world).set(name, group);
  return group;
}

/**
 * What a log driver does: appends a line to a stream, which it makes at need. A group that is gone takes nothing, as the
 * driver only drops what it cannot send; whether the group is there when a container starts is the caller's to check.
 */
export function append(world: World, groupName: string, streamName: string, line: string): void {
  const group = logGroups(world).get(groupName);
  if (!group) return;
  const stream = group.streams.get(streamName) ?? addStream(world, group, streamName);
  const counter = counters(world);
  counter.events += 1;
  stream.events.push(new LogEvent(Math.round(world.now), line, counter.events));
  account(group, stream, line);
}

function addStream(world: World, group: LogGroup, name: string): LogStream {
  const stream = { name, createdAt: world.now, events: [], dropped: 0, storedBytes: 0 };
  group.streams.set(name, stream);
  return stream;
}

/** Makes a stream, or `ResourceAlreadyExistsException`. */
export function createLogStream(world: World, group: LogGroup, name: string): void {
  if (group.streams.has(name)) {
    throw new ServiceError('ResourceAlreadyExistsException', 'The specified log stream already exists');
  }
  addStream(world, group, name);
}

/** Puts a line with a time stamp of its own where that belongs among the others. */
export function putEvent(world: World, group: LogGroup, stream: LogStream, timestamp: number, message: string): void {
  const counter = counters(world);
  counter.events += 1;
  const before = stream.events.findLastIndex((event) => event.timestamp <= timestamp);
  stream.events.splice(before + 1, 0, new PutEvent(timestamp, message, counter.events, Math.round(world.now)));
  account(group, stream, message);
}

/** Counts what a line adds, and drops what has become too much. */
function account(group: LogGroup, stream: LogStream, line: string): void {
  // An event is billed for its text and 26 bytes (CloudWatch Logs quotas).
  stream.storedBytes += Buffer.byteLength(line) + 26;
  const most = Math.min(keptMost, Math.max(keptLeast, Math.floor(keptPerGroup / group.streams.size)));
  const excess = stream.events.length - most;
  // Cut in blocks: shifting at every line would move the whole array each time.
  if (excess >= most / 10) {
    stream.events.splice(0, excess);
    stream.dropped += excess;
  }
}

/** The events of a stream that its group's retention still keeps. */
export function keptEvents(world: World, group: LogGroup, stream: LogStream): readonly LogEvent[] {
  if (group.retentionDays === undefined) return stream.events;
  const oldest = world.now - group.retentionDays * 86_400_000;
  const first = stream.events.findIndex((event) => event.timestamp >= oldest);
  if (first < 0) return [];
  return first === 0 ? stream.events : stream.events.slice(first);
}

/**
 * Whether a message fits a filter pattern of plain terms: every bare or quoted term is in it, one of the `?terms` if there
 * are any, and no `-term`; a term between percent signs is a regular expression. An empty pattern fits everything.
 * Patterns over JSON or columns are refused.
 */
export function messageFilter(pattern: string | undefined): (message: string) => boolean {
  const text = (pattern ?? '').trim();
  if (/^[{[]/.test(text)) {
    throw new ServiceError(
      'InvalidParameterException',
      'Invalid filter pattern: this sandbox understands terms, quoted phrases, %expressions%, ?optional and -excluded terms.',
    );
  }
  const required: Test[] = [];
  const optional: Test[] = [];
  const excluded: Test[] = [];
  for (const [, sign, expression, quoted, bare] of text.matchAll(terms)) {
    const test =
      expression === undefined ? includes(quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '') : matches(expression);
    (sign === '?' ? optional : sign === '-' ? excluded : required).push(test);
  }
  return (message) =>
    required.every((test) => test(message)) &&
    (optional.length === 0 || optional.some((test) => test(message))) &&
    !excluded.some((test) => test(message));
}

type Test = (message: string) => boolean;

const terms = /([?-]?)(?:%([^%]+)%|"((?:[^"\\]|\\.)*)"|(\S+))/g;

const includes =
  (term: string): Test =>
  (message) =>
    message.includes(term);

function matches(expression: string): Test {
  try {
    const pattern = new RegExp(expression);
    return (message) => pattern.test(message);
  } catch {
    throw new ServiceError('InvalidParameterException', `Invalid filter pattern: ${expression}`);
  }
}
