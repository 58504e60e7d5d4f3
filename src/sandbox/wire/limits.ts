import { ServiceError } from '../world/service-error.ts';
import { profiles } from './profile.ts';

/** Tokens that a bucket holds at most, and that come back a second of wall time. */
interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** A request as the limits see it. */
export interface Counted {
  readonly service: string;
  readonly operation: string;
  /** Decoded; only whether it filters or pages matters. */
  readonly input: unknown;
}

const ecsClusterRead: Rate = { burst: 100, perSecond: 20 };
const ecsServiceRead: Rate = { burst: 100, perSecond: 20 };
const ecsClusterChange: Rate = { burst: 100, perSecond: 40 };
const ec2Narrow: Rate = { burst: 100, perSecond: 20 };
const ec2Wide: Rate = { burst: 50, perSecond: 10 };
const elbRead: Rate = { burst: 40, perSecond: 10 };

// Amazon ECS API request throttling: operations of one category share one bucket.
const ecsBuckets: Readonly<Record<string, readonly [string, Rate]>> = {
  ListTasks: ['cluster resource read', ecsClusterRead],
  DescribeTasks: ['cluster resource read', ecsClusterRead],
  ListContainerInstances: ['cluster resource read', ecsClusterRead],
  DescribeContainerInstances: ['cluster resource read', ecsClusterRead],
  ListServices: ['cluster service resource read', ecsServiceRead],
  DescribeServices: ['cluster service resource read', ecsServiceRead],
  StopTask: ['cluster resource modify', ecsClusterChange],
  RunTask: ['cluster resource modify', ecsClusterChange],
  UpdateContainerInstancesState: ['cluster resource modify', ecsClusterChange],
};

/** The bucket that a request takes a token from; none where AWS publishes no limit (CloudFormation, Auto Scaling, …). */
function bucketOf({ service, operation, input }: Counted): readonly [string, Rate] | undefined {
  switch (service) {
    case 'ecs':
      return Object.hasOwn(ecsBuckets, operation) ? ecsBuckets[operation] : undefined;
    case 'ec2':
      // Amazon EC2 API request throttling: a bucket for each action, a smaller one for asking about everything at once.
      if (!operation.startsWith('Describe')) return undefined;
      return isNarrow(input) ? [`${operation} narrow`, ec2Narrow] : [`${operation} wide`, ec2Wide];
    case 'elasticloadbalancing':
      return operation.startsWith('Describe') ? ['describe', elbRead] : undefined;
    default:
      return undefined;
  }
}

/** Whether a Describe names what it wants, filters, or asks for a page. */
function isNarrow(input: unknown): boolean {
  return Object.entries(input ?? {}).some(
    ([name, value]) =>
      (name === 'MaxResults' && value !== undefined) ||
      ((name === 'Filters' || /(Ids|Names)$/.test(name)) && Array.isArray(value) && value.length > 0),
  );
}

/**
 * The published token buckets, one set for the account. They fill with wall time, whatever the speed of the farm's: a
 * client's loops and retries live in wall time, and at sixty times its speed farm time would never throttle anybody.
 */
export class Limits {
  enforced = true;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** `now`: monotonic wall time, milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes a token, or throws the service's own throttling error. */
  take(counted: Counted): void {
    const bucket = this.enforced ? bucketOf(counted) : undefined;
    if (!bucket) return;
    const [name, { burst, perSecond }] = bucket;
    const key = `${counted.service} ${name}`;
    const now = this.#now();
    const last = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, last.tokens + ((now - last.at) / 1000) * perSecond);
    const enough = tokens >= 1;
    this.#buckets.set(key, { tokens: enough ? tokens - 1 : tokens, at: now });
    if (!enough) throw throttled(counted.service);
  }
}

/** What a service answers to a caller who asks too often. */
export function throttled(
  service: string,
  words: { code?: string | undefined; message?: string | undefined; status?: number | undefined } = {},
): ServiceError {
  const { code, status } = profiles[service]?.throttling ?? { code: 'Throttling', status: 400 };
  const usual = service === 'ec2' ? 'Request limit exceeded.' : 'Rate exceeded';
  return new ServiceError(words.code ?? code, words.message ?? usual, words.status ?? status);
}
