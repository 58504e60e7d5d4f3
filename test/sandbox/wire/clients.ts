import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as cloudFormation from '@aws-sdk/client-cloudformation';
import * as cloudWatchLogs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecr from '@aws-sdk/client-ecr';
import * as ecs from '@aws-sdk/client-ecs';
import * as elasticLoadBalancing from '@aws-sdk/client-elastic-load-balancing';
import * as iam from '@aws-sdk/client-iam';
import * as route53 from '@aws-sdk/client-route-53';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import type { ClientProtocol, HttpRequest, HttpResponse, StaticOperationSchema } from '@smithy/types';

/** One of the SDK's clients with every operation it knows, by the service's signing name. */
export interface SdkService {
  signingName: string;
  /** What the client uses to write requests and to read answers. */
  protocol: ClientProtocol<HttpRequest, HttpResponse>;
  config: unknown;
  schemas: StaticOperationSchema[];
}

const settings = {
  region: 'eu-west-1',
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'SANDBOX000000000000', secretAccessKey: 'sandbox' },
};

export const sdkServices: SdkService[] = [
  service('ecs', new ecs.ECSClient(settings), ecs),
  service('ssm', new ssm.SSMClient(settings), ssm),
  service('secretsmanager', new secretsManager.SecretsManagerClient(settings), secretsManager),
  service('logs', new cloudWatchLogs.CloudWatchLogsClient(settings), cloudWatchLogs),
  service('ecr', new ecr.ECRClient(settings), ecr),
  service('ec2', new ec2.EC2Client(settings), ec2),
  service('elasticloadbalancing', new elasticLoadBalancing.ElasticLoadBalancingClient(settings), elasticLoadBalancing),
  service('autoscaling', new autoScaling.AutoScalingClient(settings), autoScaling),
  service('cloudformation', new cloudFormation.CloudFormationClient(settings), cloudFormation),
  service('iam', new iam.IAMClient(settings), iam),
  service('sts', new sts.STSClient(settings), sts),
  service('route53', new route53.Route53Client(settings), route53),
];

function service(signingName: string, client: { config: { protocol: unknown } }, exports: object): SdkService {
  const schemas = Object.values(exports).filter(isOperation);
  const protocol = client.config.protocol as SdkService['protocol'];
  protocol.setSerdeContext(client.config as never);
  return { signingName, protocol, config: client.config, schemas };
}

function isOperation(value: unknown): value is StaticOperationSchema {
  return Array.isArray(value) && value[0] === 9;
}
