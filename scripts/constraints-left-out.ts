export type Part = 'range' | 'pattern' | 'enum';

/** A rule of the models that the table leaves out. */
export interface LeftOut {
  readonly service: string;
  /** Structure and member, as the SDK's schemas name them. */
  readonly member: RegExp;
  /** Which part of the member's constraints; all when absent. */
  readonly only?: readonly Part[];
  readonly why: string;
}

export type OtherPatterns = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const leftOut: readonly LeftOut[] = [
  {
    service: 'ec2',
    member: /./,
    only: ['range', 'pattern'],
    why: 'EC2 words each of its ranges and names in its own way (pages: "Expecting a value greater than 5."): the operations do.',
  },
  {
    service: 'ec2',
    member: /\.InstanceTypes?$/,
    why: 'A thousand values, 18 KiB; and EC2 says InvalidInstanceType, or "Invalid value \'x\' for InstanceType.".',
  },
  {
    service: 'ec2',
    member: /TagSpecification(Request)?\.ResourceType$/,
    why: 'EC2 says "\'x\' is not a valid taggable resource type for this operation."',
  },
  {
    service: 'ecs',
    member: /^UpdateContainerInstancesStateRequest\.status$/,
    why: 'ECS says "Container instance status should be one of [ACTIVE, DRAINING]".',
  },
];

/** Patterns that a service names otherwise than its model does; by service, then by the model's pattern. */
export const otherPatterns: OtherPatterns = {
  // The model escapes slashes; the service's sentence does not.
  ecr: {
    '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*':
      '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*',
  },
  // Recorded: "…regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*".
  cloudformation: {
    '([a-zA-Z][-a-zA-Z0-9]*)|(arn:\\b(aws|aws-us-gov|aws-cn)\\b:[-a-zA-Z0-9:/._+]*)':
      '[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*',
  },
};
