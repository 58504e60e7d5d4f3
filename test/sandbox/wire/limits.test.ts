import { describe, expect, it } from 'vitest';
import { Limits } from '../../../src/sandbox/wire/limits.ts';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';

/** Limits on a clock that the test moves. */
function limitsAt(start = 0) {
  const wall = { now: start };
  const limits = new Limits(() => wall.now);
  const asks = (service: string, operation: string, input: object = {}): string => {
    try {
      limits.take({ service, operation, input });
      return 'passed';
    } catch (error) {
      if (error instanceof ServiceError) return `${error.code} ${error.status}`;
      throw error;
    }
  };
  /** How many of many requests pass at one instant. */
  const burst = (service: string, operation: string, input: object = {}) =>
    Array.from({ length: 300 }, () => asks(service, operation, input)).filter((one) => one === 'passed').length;
  return { wall, limits, asks, burst };
}

describe('the token buckets', () => {
  it.each([
    ['ecs', 'ListTasks', {}, 100, 20],
    ['ecs', 'DescribeServices', {}, 100, 20],
    ['ecs', 'StopTask', {}, 100, 40],
    ['ec2', 'DescribeInstances', { MaxResults: 1000 }, 100, 20],
    ['ec2', 'DescribeInstances', { Filters: [{ Name: 'vpc-id', Values: ['v'] }] }, 100, 20],
    ['ec2', 'DescribeInstances', { InstanceIds: ['i-1'] }, 100, 20],
    ['ec2', 'DescribeInstances', { Filters: [] }, 50, 10],
    ['elasticloadbalancing', 'DescribeInstanceHealth', {}, 40, 10],
  ])('%s %s %j: %d at once, %d more a second', (service, operation, input, most, perSecond) => {
    const { wall, burst } = limitsAt();
    expect(burst(service, operation, input)).toBe(most);
    wall.now += 500;
    expect(burst(service, operation, input)).toBe(perSecond / 2);
    wall.now += 3_600_000;
    expect(burst(service, operation, input)).toBe(most);
  });

  it('are shared by the operations of one category, and by no others', () => {
    const { asks, burst } = limitsAt();
    burst('ecs', 'DescribeContainerInstances');
    expect(asks('ecs', 'ListTasks')).toBe('ThrottlingException 400');
    expect(asks('ecs', 'DescribeServices')).toBe('passed');
    burst('elasticloadbalancing', 'DescribeLoadBalancers');
    expect(asks('elasticloadbalancing', 'DescribeInstanceHealth')).toBe('ThrottlingException 400');
    burst('ec2', 'DescribeInstances');
    expect(asks('ec2', 'DescribeInstances')).toBe('RequestLimitExceeded 503');
    expect(asks('ec2', 'DescribeSubnets')).toBe('passed');
    expect(asks('ec2', 'DescribeInstances', { MaxResults: 5 })).toBe('passed');
  });

  it('do not exist where AWS publishes none', () => {
    const { burst } = limitsAt();
    expect(burst('cloudformation', 'DescribeStacks')).toBe(300);
    expect(burst('autoscaling', 'DescribeAutoScalingGroups')).toBe(300);
  });

  it('can be lifted', () => {
    const { limits, burst } = limitsAt();
    limits.enforced = false;
    expect(burst('ecs', 'ListTasks')).toBe(300);
  });

  it('let a board of two seconds a round be', () => {
    const { wall, asks } = limitsAt();
    // More ECS reads than a round of a small farm makes, for an hour.
    for (let round = 0; round < 1800; round++) {
      for (const operation of [
        'ListTasks',
        'ListTasks',
        'DescribeTasks',
        'ListContainerInstances',
        'DescribeContainerInstances',
      ]) {
        expect(asks('ecs', operation)).toBe('passed');
      }
      wall.now += 2000;
    }
  });
});
