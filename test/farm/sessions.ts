import { ManualClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/debug-log.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { Session } from '../../src/farm/session.ts';
import { directRoad } from '../../src/jenkins/roads.ts';
import { type Answers, FakeAws } from '../aws/fake-aws.ts';

/** A session on a fake AWS and a clock that is moved by hand. */
export function fakeSession(
  answers: Answers = {},
  over: Partial<Session> = {},
): Session & { readonly aws: FakeAws; readonly clock: ManualClock } {
  const clock = new ManualClock();
  return {
    farm: { stack: 'jdci', region: 'eu-west-1' },
    random: seededRandom(1),
    log: silentLog,
    mastersRoad: directRoad,
    doorRoad: directRoad,
    identity: 'test',
    sandbox: false,
    readOnly: false,
    refreshSeconds: 2,
    close: async () => {},
    ...over,
    aws: new FakeAws(answers, clock),
    clock,
  };
}
