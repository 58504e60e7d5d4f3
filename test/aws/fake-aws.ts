import { Aws } from '../../src/aws/clients.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/debug-log.ts';

/** What the SDK throws for a service's own error. */
export function serviceError(name: string, message = name, status = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

/** Answers by the command's name, `describeTasks`: from its input, which is kept. */
export type Answers = Readonly<Record<string, (input: never) => unknown>>;

/** An Aws whose clients answer from a table instead of the network. Everything above the SDK's `send` is real. */
export class FakeAws extends Aws {
  /** What was sent, in order. */
  readonly sent: { readonly name: string; readonly input: Record<string, unknown> }[] = [];
  answers: Answers;
  renewals = 0;

  constructor(answers: Answers, clock = new ManualClock()) {
    super({ region: 'eu-west-1', clock, log: silentLog });
    this.answers = answers;
  }

  override client<C>(): C {
    const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
      const name = command.constructor.name.replace(/Command$/, '');
      this.sent.push({ name, input: command.input });
      const answer = this.answers[`${name.charAt(0).toLowerCase()}${name.slice(1)}`];
      if (!answer) throw new Error(`no answer for ${name}`);
      return answer(command.input as never);
    };
    return { send } as C;
  }

  override renew(): void {
    this.renewals++;
    super.renew();
  }

  /** Names of what was sent since the last look, sorted. */
  take(): string[] {
    return this.sent
      .splice(0)
      .map(({ name }) => name)
      .sort();
  }
}
