import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { safeLine } from '../terminal/safe-text.ts';
import type { Aws } from './clients.ts';

/** Who the calls are made as. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** Asks AWS who the calls are made as; every valid credential may ask this. */
export async function caller(aws: Aws, signal?: AbortSignal): Promise<Caller> {
  const answer = await aws.call(
    'sts:GetCallerIdentity',
    (o) => aws.client(STSClient).send(new GetCallerIdentityCommand({}), o),
    signal,
  );
  return { account: answer.Account ?? '', arn: safeLine(answer.Arn ?? '') };
}
