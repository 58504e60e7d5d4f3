import { GetCallerIdentity$, type GetCallerIdentityRequest, type GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import { operation, type Service } from './operation.ts';

/** AWS Security Token Service: who is calling. */
export const sts: Service = {
  signingName: 'sts',
  operations: {
    GetCallerIdentity: operation<GetCallerIdentityRequest, GetCallerIdentityResponse>(
      GetCallerIdentity$,
      (_input, { world, caller }) => ({
        Account: world.settings.account,
        Arn: caller.arn,
        // A user's id is its own; a role's is followed by the session's name. The key stands for both here.
        UserId: caller.accessKeyId,
      }),
    ),
  },
};
