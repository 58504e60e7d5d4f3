import type { DescribeStacksOutput } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../src/sandbox/settings-schema.ts';
import { slotName } from '../../src/sandbox/wider-template.ts';
import { defaultSettings } from '../../src/sandbox/world/settings.ts';
import { WholeFarm } from './properties/whole-farm.ts';

describe('a large farm', { timeout: 30_000 }, () => {
  const largeFarm = { masters: 6, agents: 18, queued: 60 };
  const farm = new WholeFarm(1, { largeFarm });

  it('has a service, a task and a host for each slot, found as those of any farm', () => {
    expect([...farm.resources.keys()].filter((name) => name.startsWith('Service')).sort()).toEqual(
      ['A', 'B', 'C', 'D', 'E', 'F'].map((slot) => `Service${slot}`),
    );
    for (const name of ['Cluster', 'HostGroup', 'LoadBalancer', 'ViewerSecret']) expect(farm.id(name)).not.toBe('');
    expect(farm.services().map((service) => service.serviceName)).toContain('jdci-master-f');
    expect(farm.hostCount).toBe(7);
    expect(farm.healed()).toBe(true);
  });

  it('names the slots apart where a master looks', () => {
    const slots = farm.masters.map((_, slot) => {
      const answer = farm.ask(slot, 'GET', '/api/json?tree=description');
      return answer?.kind === 'reply' ? /slot (\w+) /.exec(answer.body)?.[1] : undefined;
    });
    expect(slots.sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('has all its agents at work and its queue full, and keeps it so', () => {
    const cap = farm
      .call<DescribeStacksOutput>('cloudformation', 'DescribeStacks', { StackName: 'jdci' })
      .Stacks?.[0]?.Parameters?.find((parameter) => parameter.ParameterKey === 'AgentCap');
    expect(cap?.ParameterValue).toBe('18');
    for (let look = 0; look < 3; look++) {
      const agents = farm.instances('agent').filter((agent) => /pending|running/.test(agent.State?.Name ?? ''));
      expect(agents).toHaveLength(largeFarm.agents);
      expect(queued(farm)).toBeGreaterThanOrEqual(largeFarm.queued * 0.9);
      farm.world.advance(20 * 60_000);
    }
  });

  it('goes on with double letters after z', () => {
    expect([0, 25, 26, 27, 51, 52, 99].map(slotName)).toEqual(['a', 'z', 'aa', 'ab', 'az', 'ba', 'cv']);
  });
});

function queued(farm: WholeFarm): number {
  return farm.masters.reduce((sum, _, slot) => {
    const answer = farm.ask(slot, 'GET', '/queue/api/json?tree=items[id]');
    return sum + (answer?.kind === 'reply' ? (JSON.parse(answer.body) as { items: unknown[] }).items.length : 0);
  }, 0);
}

describe('settings out of a file', () => {
  it('are the defaults but for what the file says', () => {
    expect(
      parseSettings({ jenkins: { boot: [90, 120] }, largeFarm: { masters: 100, agents: 2000, queued: 5000 } }),
    ).toEqual({
      ...Object.fromEntries(
        Object.entries(defaultSettings).filter(([name]) => !['region', 'account', 'zones'].includes(name)),
      ),
      jenkins: { ...defaultSettings.jenkins, boot: [90, 120] },
      largeFarm: { masters: 100, agents: 2000, queued: 5000 },
    });
  });

  it.each([
    [{ jenkins: { bot: [1, 2] } }, 'jenkins: no setting is named bot'],
    [{ zones: [] }, 'no setting is named zones'],
    [{ ecs: { pending: [5, 2] } }, 'ecs.pending: must be [from, to] in seconds, 0 <= from <= to <= 86400'],
    [{ ecs: { schedulerSeconds: 0 } }, 'ecs.schedulerSeconds: must be a number from 1 to 86400'],
    [{ largeFarm: { masters: 1, agents: 1, queued: 1 } }, 'largeFarm.masters: must be a whole number from 2 to 200'],
  ])('%j is refused in one line', (value, problem) => {
    expect(parseSettings(value)).toBe(problem);
  });
});
