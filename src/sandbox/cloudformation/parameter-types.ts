const awsTypes = [
  'AWS::EC2::AvailabilityZone::Name',
  'AWS::EC2::Image::Id',
  'AWS::EC2::Instance::Id',
  'AWS::EC2::KeyPair::KeyName',
  'AWS::EC2::SecurityGroup::GroupName',
  'AWS::EC2::SecurityGroup::Id',
  'AWS::EC2::Subnet::Id',
  'AWS::EC2::Volume::Id',
  'AWS::EC2::VPC::Id',
  'AWS::Route53::HostedZone::Id',
  'AWS::SSM::Parameter::Name',
];

/** A parameter's type, taken apart: `AWS::SSM::Parameter::Value<List<X>>` is ssm, list and item X. */
export function parameterType(type: string): { item: string; list: boolean; ssm: boolean } | undefined {
  const inStore = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
  const inner = inStore ?? type;
  if (inner === 'CommaDelimitedList') return { item: 'String', list: true, ssm: inStore !== undefined };
  const listed = /^List<(.+)>$/.exec(inner)?.[1];
  const item = listed ?? inner;
  const simple = item === 'String' ? listed === undefined || inStore !== undefined : item === 'Number';
  if (!simple && !awsTypes.includes(item)) return undefined;
  return { item, list: listed !== undefined, ssm: inStore !== undefined };
}
