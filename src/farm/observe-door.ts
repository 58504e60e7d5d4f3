import { describeBalancer, describeInstanceHealth } from '../aws/elastic-load-balancing.ts';
import type { Problem } from '../core/problem.ts';
import { type Round, resource } from './observe-round.ts';
import { type ReadOptions, read } from './read.ts';
import { type Reading, seen } from './reading.ts';
import type { BalancerFacts, ProbeFacts, StackFacts } from './snapshot.ts';

/** The balancer with its instances, and what a user of it meets. */
export async function observeDoor(
  round: Round,
  options: ReadOptions<BalancerFacts>,
): Promise<{ balancer: Reading<BalancerFacts>; probe: Reading<ProbeFacts> }> {
  const balancer = await read(options, (signal) => askBalancer(round, signal));
  const { probe } = round.context;
  if (!probe) return { balancer, probe: {} };
  probe.aim(balancer.value?.frontDoorUrl);
  if (!probe.running) await probe.sample();
  const facts = probe.facts();
  const last = facts.recent.at(-1);
  return { balancer, probe: last ? seen(facts, last.at) : { problem: balancer.problem ?? notYet } };
}

const notYet: Problem = {
  kind: 'not-found',
  source: 'front door',
  message: 'nothing was asked of the front door yet',
  advice: 'nothing to do: it is asked as soon as its name is known',
};

async function askBalancer(round: Round, signal: AbortSignal): Promise<BalancerFacts> {
  const { context, session, stack, staticDue } = round;
  const name = resource(round, 'LoadBalancer');
  const known = context.balancer?.name === name && !staticDue ? context.balancer : undefined;
  const [description, instances] = await Promise.all([
    known ?? describeBalancer(session.aws, name, signal),
    describeInstanceHealth(session.aws, name, signal),
  ]);
  context.balancer = description;
  const { secure, ...facts } = description;
  return { ...facts, frontDoorUrl: frontDoorUrl(stack, description.dnsName, secure), instances };
}

/** Outputs exist only when a stack is complete; until then as the output will be: the record's name, or the balancer's own. */
function frontDoorUrl(stack: StackFacts, balancerName: string, secure: boolean): string {
  const output = stack.outputs.FrontDoorUrl;
  if (output && URL.canParse(output)) return output;
  const recordName = stack.resources.DnsRecord === undefined ? undefined : stack.parameters.DnsName;
  return `${secure ? 'https' : 'http'}://${recordName || balancerName}/`;
}
