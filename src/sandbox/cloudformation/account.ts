import type { DescribeSubnetsResult, DescribeVpcsResult } from '@aws-sdk/client-ec2';
import type { GetHostedZoneResponse } from '@aws-sdk/client-route-53';
import type { GetParameterResult } from '@aws-sdk/client-ssm';
import { ServiceError } from '../world/service-error.ts';
import type { ParameterLookups } from './parameters.ts';
import type { Aws } from './resources/resource-type.ts';
import type { AttributeLookup } from './rules.ts';

/** Whether a question is answered at all: the service's own "no such thing" is the answer no. */
function answers(ask: () => unknown): boolean {
  try {
    ask();
    return true;
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  }
}

/** Looks parameters of AWS-specific types up by the describing operations of their services. */
export function parameterLookups(aws: Aws): ParameterLookups {
  const questions: Readonly<Record<string, (id: string) => unknown>> = {
    'AWS::EC2::Image::Id': (id) => aws('ec2', 'DescribeImages', { ImageIds: [id] }),
    'AWS::EC2::Instance::Id': (id) => aws('ec2', 'DescribeInstances', { InstanceIds: [id] }),
    'AWS::EC2::KeyPair::KeyName': (id) => aws('ec2', 'DescribeKeyPairs', { KeyNames: [id] }),
    'AWS::EC2::SecurityGroup::Id': (id) => aws('ec2', 'DescribeSecurityGroups', { GroupIds: [id] }),
    'AWS::EC2::Subnet::Id': (id) => aws('ec2', 'DescribeSubnets', { SubnetIds: [id] }),
    'AWS::EC2::VPC::Id': (id) => aws('ec2', 'DescribeVpcs', { VpcIds: [id] }),
    'AWS::EC2::AvailabilityZone::Name': (id) => aws('ec2', 'DescribeAvailabilityZones', { ZoneNames: [id] }),
    'AWS::Route53::HostedZone::Id': (id) => aws<object, GetHostedZoneResponse>('route53', 'GetHostedZone', { Id: id }),
    'AWS::SSM::Parameter::Name': (id) => aws<object, GetParameterResult>('ssm', 'GetParameter', { Name: id }),
  };
  return {
    exists: (type, id) => {
      const question = questions[type];
      // A type that cannot be looked up here is taken at its word; what uses it will say so.
      return question === undefined || answers(() => question(id));
    },
    ssm: (name) => {
      let value: string | undefined;
      answers(() => {
        value = aws<object, GetParameterResult>('ssm', 'GetParameter', { Name: name }).Parameter?.Value;
      });
      return value;
    },
  };
}

/** Attributes for the rule functions Fn::ValueOf and Fn::ValueOfAll. */
export function attributeLookup(aws: Aws): AttributeLookup {
  return (type, id, attribute) => {
    if (type === 'AWS::EC2::Subnet::Id') {
      const subnet = aws<object, DescribeSubnetsResult>('ec2', 'DescribeSubnets', { SubnetIds: [id] }).Subnets?.[0];
      if (attribute === 'VpcId') return subnet?.VpcId;
      if (attribute === 'AvailabilityZone') return subnet?.AvailabilityZone;
      return tagOf(subnet?.Tags, attribute);
    }
    if (type === 'AWS::EC2::VPC::Id') {
      return tagOf(aws<object, DescribeVpcsResult>('ec2', 'DescribeVpcs', { VpcIds: [id] }).Vpcs?.[0]?.Tags, attribute);
    }
    return undefined;
  };
}

/** `Tags.Name` names the tag `Name`. */
function tagOf(tags: readonly { Key?: string; Value?: string }[] | undefined, attribute: string): string | undefined {
  const key = /^Tags\.(.+)$/.exec(attribute)?.[1];
  return tags?.find((tag) => tag.Key === key)?.Value;
}
