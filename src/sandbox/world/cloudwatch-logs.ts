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

  /** What a container writes is taken in at once. */
  get ingestedAt(): number {
    return this.timestamp;
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
export function createLogGroup(world: World, name: string, tags: Tags = new Map()): LogGroup {
  if (logGroups(world).has(name)) {
    throw new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');
  }
  const group: LogGroup = {
    name,
    arn: world.arn('logs', `log-group:${name}:*`),
    createdAt: world.now,
    streams: new Map(),
    tags,
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
  let stream = group.streams.get(streamName);
  if (!stream) {
    stream = { name: streamName, createdAt: world.now, events: [], dropped: 0, storedBytes: 0 };
    group.streams.set(streamName, stream);
  }
  const counter = counters(world);
  counter.events += 1;
  stream.events.push(new LogEvent(Math.round(world.now), line, counter.events));
  // An event is billed for its text and 26 bytes (CloudWatch Logs quotas).
  stream.storedBytes += Buffer.byteLength(line) + 26;
  const kept = Math.min(keptMost, Math.max(keptLeast, Math.floor(keptPerGroup / group.streams.size)));
  const excess = stream.events.length - kept;
  // Cut in blocks: shifting at every line would move the whole array each time.
  if (excess >= kept / 10) {
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
 * are any, and no `-term`. An empty pattern fits everything. Patterns over JSON or columns are refused.
 */
export function messageFilter(pattern: string | undefined): (message: string) => boolean {
  const text = (pattern ?? '').trim();
  if (/^[{[%]/.test(text)) {
    throw new ServiceError(
      'InvalidParameterException',
      'Invalid filter pattern: this sandbox understands terms, quoted phrases, ?optional and -excluded terms.',
    );
  }
  const required: string[] = [];
  const optional: string[] = [];
  const excluded: string[] = [];
  for (const [, sign, quoted, bare] of text.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)) {
    const term = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    (sign === '?' ? optional : sign === '-' ? excluded : required).push(term);
  }
  return (message) =>
    required.every((term) => message.includes(term)) &&
    (optional.length === 0 || optional.some((term) => message.includes(term))) &&
    !excluded.some((term) => message.includes(term));
}
