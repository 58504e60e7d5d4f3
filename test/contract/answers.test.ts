import { describe, expect, it } from 'vitest';
import { checkedTools } from './checked-tools.ts';

const checked = await checkedTools();

// What the other contract tests rest on: a check that found nothing would pass everything.
describe.skipIf(typeof checked === 'string')('the check of answers against botocore’s models', () => {
  it('finds what is wrong, and only that', async () => {
    if (typeof checked === 'string') return;
    const tools = checked({});
    try {
      expect(await tools.script<Record<string, string[]>>('answers_check.py')).toEqual({
        'right json': [],
        'right query': [],
        'right ec2': [],
        'right rest': [],
        'right error': [],
        'unknown key': ['DescribeTasks.tasks[].arn is not in the model'],
        null: ['DescribeTasks.tasks[].taskArn is null'],
        milliseconds: [expect.stringContaining('seconds taken for milliseconds?')],
        'text for a time': [expect.stringContaining('not seconds of the epoch')],
        'text for a number': ["DescribeTasks.tasks[].version is '1', not an integer"],
        'not of the enumeration': [expect.stringContaining("healthStatus is 'FINE', none of")],
        'object for a list': [expect.stringContaining('DescribeTasks.tasks is dict')],
        'required and missing': ['ListHostedZones.Marker is required and not there'],
        'unknown element': ['DescribeInstanceHealth.InstanceStates[].Status is not in the model'],
        "another item's name": ['DescribeInstanceHealth.InstanceStates has <item>, not <member>'],
        'another root': [expect.stringMatching(/^document is <\{.*\}DescribeInstanceHealth>/)],
        'not a boolean': ["DescribeVpcs.Vpcs[].IsDefault is 'True', not a boolean"],
        twice: ['DescribeVpcs.Vpcs[].VpcId is there 2 times'],
        'error of another service': ['error NoSuchEntity is none of DescribeInstanceHealth'],
        'error with another status': ['error NoSuchEntity came with status 400, not 404'],
        'not xml': [expect.stringContaining('cannot be read')],
      });
    } finally {
      tools.close();
    }
  });
});
