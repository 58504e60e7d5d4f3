import { authority } from '../world/authority.ts';
import { ServiceError } from '../world/service-error.ts';
import type { Master } from './master.ts';

/**
 * Judges a call that the EC2 plugin makes with the credentials of its container, the task role's, when policies are
 * enforced. Throws {@link ServiceError}.
 */
export function judgeOwnCall(master: Master, operation: string, input: object): void {
  const { enforced, judge } = authority(master.world);
  if (!enforced) return;
  const { task } = master.context;
  const roleArn = task.definition.spec.taskRoleArn;
  if (roleArn === undefined) throw new ServiceError('AuthFailure', 'Unable to load credentials: the task has no role');
  judge({ roleArn, name: task.id }, 'ec2', operation, input);
}

/** The same for a call that is left out when it is not allowed; whether it is. */
export function mayCall(master: Master, operation: string, input: object): boolean {
  try {
    judgeOwnCall(master, operation, input);
    return true;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    master.log('WARNING', `hudson.plugins.ec2: ${operation} failed: ${error.message} (${error.code})`);
    return false;
  }
}
