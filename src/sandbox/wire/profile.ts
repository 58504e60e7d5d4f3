import type { Violation } from './codec.ts';
import { ecrSentence, iamSentence } from './service-words.ts';

/** How a service speaks: one of the four AWS protocols that the farm's services use. */
export type Protocol = 'json' | 'query' | 'ec2' | 'rest-xml';

/** What the wire must know of a service beyond the schemas of its operations. */
export interface Profile {
  readonly protocol: Protocol;
  /** Version of the API: the `Version` parameter of the query protocols. */
  readonly version: string;
  /** Namespace of the XML answers. */
  readonly xmlNamespace: string;
  /** What stands before the operation in `X-Amz-Target`. */
  readonly target: string;
  /** A service without regions: its requests are signed for us-east-1 whatever region the caller works in. */
  readonly global: boolean;
  /** Code of a request with a value that the service's model does not allow, or without one that it requires. */
  readonly invalid: string;
  /** The code of single operations, where it is another. */
  readonly invalidOf?: (operation: string) => string | undefined;
  /** The service's own words for such values; by default those of AWS's common framework. */
  readonly violationSentence?: (violations: readonly Violation[]) => string;
  /** Whether an error of a JSON protocol carries its sentence as `Message`, which some models do. */
  readonly capitalMessage?: (code: string) => boolean;
  readonly throttling: { readonly code: string; readonly status: number };
}

const throttlingException = { code: 'ThrottlingException', status: 400 };
const throttling = { code: 'Throttling', status: 400 };

/**
 * By signing name, which is what the credential scope of a request carries. Versions, namespaces and targets are those
 * of the services' public API models; throttling codes are those the services are known to answer with.
 */
export const profiles: Readonly<Record<string, Profile>> = {
  ecs: {
    ...json('2014-11-13', 'AmazonEC2ContainerServiceV20141113', 'InvalidParameterException'),
    invalidOf: (operation) => (operation === 'RegisterTaskDefinition' ? 'ClientException' : undefined),
  },
  ssm: {
    ...json('2014-11-06', 'AmazonSSM', 'ValidationException'),
    capitalMessage: (code) => code === 'InvalidNextToken',
  },
  secretsmanager: {
    ...json('2017-10-17', 'secretsmanager', 'ValidationException'),
    capitalMessage: () => true,
  },
  logs: json('2014-03-28', 'Logs_20140328', 'InvalidParameterException'),
  ecr: {
    ...json('2015-09-21', 'AmazonEC2ContainerRegistry_V20150921', 'InvalidParameterException'),
    violationSentence: ecrSentence,
  },
  ec2: {
    protocol: 'ec2',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    target: 'AmazonEC2',
    global: false,
    invalid: 'MissingParameter',
    throttling: { code: 'RequestLimitExceeded', status: 503 },
  },
  elasticloadbalancing: {
    ...query('2012-06-01', 'http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/'),
    throttling: throttlingException,
  },
  autoscaling: query('2011-01-01', 'http://autoscaling.amazonaws.com/doc/2011-01-01/'),
  cloudformation: query('2010-05-15', 'http://cloudformation.amazonaws.com/doc/2010-05-15/'),
  iam: {
    ...query('2010-05-08', 'https://iam.amazonaws.com/doc/2010-05-08/'),
    global: true,
    violationSentence: iamSentence,
  },
  sts: { ...query('2011-06-15', 'https://sts.amazonaws.com/doc/2011-06-15/'), global: true },
  route53: {
    protocol: 'rest-xml',
    version: '2013-04-01',
    xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
    target: 'AWSDnsV20130401',
    global: true,
    invalid: 'InvalidInput',
    throttling,
  },
};

function json(version: string, target: string, invalid: string): Profile {
  return {
    protocol: 'json',
    version,
    xmlNamespace: '',
    target,
    global: false,
    invalid,
    throttling: throttlingException,
  };
}

function query(version: string, xmlNamespace: string): Profile {
  return {
    protocol: 'query',
    version,
    xmlNamespace,
    target: '',
    global: false,
    invalid: 'ValidationError',
    throttling,
  };
}
