import { describe, expect, it } from 'vitest';
import type { Instance } from '../../../src/sandbox/world/ec2.ts';
import { instances } from '../../../src/sandbox/world/ec2.ts';
import { zonesWithoutCapacity } from '../../../src/sandbox/world/ec2-launch.ts';
import { terminateInstance } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import type { World } from '../../../src/sandbox/world/world.ts';
import { quietSettings, type SmallFarm, servingFarm } from '../world/small-farm.ts';
import { getJson, masterOf, post, replyOf, send } from './asking.ts';

const minute = 60_000;

function agentsOf(world: World, slot?: string): Instance[] {
  return [...instances(world).values()].filter(
    ({ tags, state }) =>
      tags.get('jdci:role') === 'agent' &&
      (state.name === 'pending' || state.name === 'running') &&
      (slot === undefined || tags.get('jdci:slot') === slot),
  );
}

function drill(farm: SmallFarm, slot: string, count: number, seconds = 60): void {
  for (let n = 0; n < count; n++) {
    const reply = post(
      masterOf(farm.world, slot),
      `/job/jdci-drill/buildWithParameters?NUMBER=${n}&SECONDS=${seconds}&delay=0sec`,
    );
    expect(reply.status).toBe(201);
  }
}

type Item = { _class: string; id: number; why: string | null; stuck: boolean; buildable: boolean; blocked: boolean };
type Computers = {
  computer: { displayName: string; offline: boolean; temporarilyOffline: boolean; offlineCauseReason: string }[];
};
const itemsTree = '/queue/api/json?tree=items[id,why,stuck,buildable,blocked,buildableStartMilliseconds]';
const computersTree = '/computer/api/json?tree=computer[displayName,offline,temporarilyOffline,offlineCauseReason]';

describe('a build', () => {
  it('waits out the quiet period, for an agent, runs there and is remembered', () => {
    const farm = servingFarm({ slots: ['a'] });
    const { world } = farm;
    const master = masterOf(world, 'a');
    const started = post(master, '/job/jdci-drill/buildWithParameters?SECONDS=100&UNKNOWN=1');
    expect(started.status).toBe(201);
    const location = new URL(started.headers.Location ?? '').pathname;
    const item = () =>
      getJson<Item & { executable?: { number: number }; cancelled?: boolean }>(master, `${location}api/json`);
    expect(item()).toMatchObject({
      _class: 'hudson.model.Queue$WaitingItem',
      why: 'In the quiet period. Expires in 5.0 sec',
    });
    world.advance(5000);
    expect(item()).toMatchObject({
      _class: 'hudson.model.Queue$BuildableItem',
      why: '‘Jenkins’ doesn’t have label ‘docker’',
      stuck: true,
    });
    const at = world.now;
    world.advance(10_000);
    expect(item().why).toMatch(/^‘EC2 \(jdci-a\) - docker \(i-[0-9a-f]+\)’ is offline$/);
    expect(world.advanceUntil(() => item()._class.endsWith('$LeftItem'), 5 * minute)).toBe(true);
    // The source article's figure: an agent is ready about 90 s after it is wanted.
    expect((world.now - at) / 1000).toBeGreaterThan(70);
    expect((world.now - at) / 1000).toBeLessThan(110);
    expect(item()).toMatchObject({ cancelled: false, why: null, executable: { number: 1 } });

    const [agent] = agentsOf(world);
    const node = `EC2 (jdci-a) - docker (${agent?.id})`;
    const build = () => getJson<Record<string, unknown>>(master, '/job/jdci-drill/1/api/json');
    expect(build()).toMatchObject({ building: true, result: null, builtOn: node, number: 1, estimatedDuration: -1 });
    expect(getJson(master, '/job/jdci-drill/api/json?tree=color')).toMatchObject({ color: 'notbuilt_anime' });
    world.advance(100_000);
    expect(build()).toMatchObject({ building: false, result: 'SUCCESS', duration: 100_000 });
    expect(JSON.stringify(build())).not.toContain('UNKNOWN');
    expect(replyOf(send(master, 'GET', '/job/jdci-drill/lastBuild/consoleText')).body).toMatch(
      /^Started by user operator\nRunning as SYSTEM\nBuilding remotely on EC2 \(jdci-a\)[\s\S]*\+ sleep 100\nFinished: SUCCESS\n$/,
    );
  });

  it('is folded into an equal one that waits', () => {
    const farm = servingFarm({ slots: ['a'] });
    const master = masterOf(farm.world, 'a');
    const path = '/job/jdci-drill/buildWithParameters?NUMBER=1';
    const first = post(master, path);
    const second = post(master, path);
    expect([first.status, second.status]).toEqual([201, 303]);
    expect(second.headers.Location).toBe(first.headers.Location);
    expect(post(master, '/job/jdci-drill/buildWithParameters?NUMBER=2').headers.Location).not.toBe(
      first.headers.Location,
    );
  });

  it('is blocked while another of a job that runs one at a time runs', () => {
    const farm = servingFarm({ slots: ['a'] });
    const master = masterOf(farm.world, 'a');
    post(master, '/job/Seed/build?delay=0sec');
    farm.world.advance(10);
    post(master, '/job/Seed/build?delay=0sec');
    farm.world.advance(10);
    const [item] = getJson<{ items: Item[] }>(master, itemsTree).items;
    expect(item).toMatchObject({
      _class: 'hudson.model.Queue$BlockedItem',
      blocked: true,
      why: 'A build is already in progress',
    });
    farm.world.advance(20_000);
    expect(getJson(master, '/job/Seed/api/json?tree=lastCompletedBuild[number,result]')).toMatchObject({
      lastCompletedBuild: { number: 2, result: 'SUCCESS' },
    });
  });

  it('is refused by jobs that are disabled, or take parameters otherwise', () => {
    const farm = servingFarm({ slots: ['a'] });
    const master = masterOf(farm.world, 'a');
    expect(post(master, '/job/jdci-drill/build').status).toBe(400);
    expect(post(master, '/job/Seed/buildWithParameters').status).toBe(400);
    expect(post(master, '/job/none/build').status).toBe(404);
    post(master, '/job/Seed/disable');
    expect(post(master, '/job/Seed/build').status).toBe(409);
    expect(getJson(master, '/job/Seed/api/json?tree=color,buildable')).toMatchObject({
      color: 'disabled',
      buildable: false,
    });
  });

  it('can be cancelled in the queue and stopped on its agent', () => {
    const farm = servingFarm({ slots: ['a'] });
    const master = masterOf(farm.world, 'a');
    drill(farm, 'a', 2, 600);
    expect(post(master, '/queue/cancelItem?id=1').status).toBe(204);
    expect(post(master, '/queue/cancelItem?id=1').status).toBe(404);
    expect(post(master, '/queue/cancelItem').status).toBe(404);
    expect(getJson(master, '/queue/item/1/api/json')).toMatchObject({
      _class: 'hudson.model.Queue$LeftItem',
      cancelled: true,
      executable: null,
    });
    farm.world.advance(3 * minute);
    expect(post(master, '/job/jdci-drill/lastBuild/stop').status).toBe(302);
    expect(getJson(master, '/job/jdci-drill/lastBuild/api/json')).toMatchObject({ result: 'ABORTED' });
  });
});

describe('Seed', () => {
  it('runs on the built-in node and brings back what is missing', () => {
    const farm = servingFarm({ slots: ['a'] });
    const master = masterOf(farm.world, 'a');
    post(master, '/job/web-image/doDelete');
    expect(replyOf(send(master, 'GET', '/job/web-image/api/json')).status).toBe(404);
    post(master, '/job/Seed/build');
    farm.world.advance(15_000);
    expect(getJson(master, '/job/Seed/1/api/json')).toMatchObject({ result: 'SUCCESS', builtOn: '' });
    expect(getJson(master, '/job/web-image/api/json?tree=name')).toMatchObject({ name: 'web-image' });
    expect(agentsOf(farm.world)).toHaveLength(0);
  });
});

describe('agents', () => {
  it('come with the queue, carry the tags, and go after the idle time', () => {
    const farm = servingFarm({ slots: ['a'] });
    const { world } = farm;
    drill(farm, 'a', 4);
    world.advance(10_000);
    const started = agentsOf(world);
    expect(started).toHaveLength(4);
    expect(Object.fromEntries(started[0]?.tags ?? [])).toMatchObject({
      'jdci:farm': 'jdci',
      'jdci:role': 'agent',
      'jdci:slot': 'a',
      jenkins_slave_type: 'demand_docker',
      jenkins_server_url: `http://${farm.dnsName}/`,
      jenkins_cloud_name: 'jdci-a',
    });
    expect(new Set(started.map((agent) => agent.zone))).toEqual(new Set([masterOf(world, 'a').context.host.zone]));
    world.advance(4 * minute);
    expect(masterOf(world, 'a').queue).toHaveLength(0);
    expect(agentsOf(world)).toHaveLength(4);
    world.advance(10 * minute);
    expect(agentsOf(world)).toHaveLength(0);
    expect(getJson<Computers>(masterOf(world, 'a'), computersTree).computer).toHaveLength(1);
  });

  it('are not more than the cap, over all masters of the farm', () => {
    const farm = servingFarm({ agentCap: 3 });
    drill(farm, 'a', 4, 300);
    drill(farm, 'b', 4, 300);
    let most = 0;
    farm.world.advanceUntil(() => {
      most = Math.max(most, agentsOf(farm.world).length);
      return false;
    }, 4 * minute);
    expect(most).toBe(3);
    farm.world.advance(60 * minute);
    for (const slot of ['a', 'b']) expect(masterOf(farm.world, slot).queue).toHaveLength(0);
  });

  it('are tried again when EC2 has none to give', () => {
    const farm = servingFarm({ slots: ['a'] });
    for (const zone of farm.world.settings.zones) zonesWithoutCapacity(farm.world).add(zone);
    drill(farm, 'a', 1);
    farm.world.advance(5 * minute);
    expect(agentsOf(farm.world)).toHaveLength(0);
    zonesWithoutCapacity(farm.world).clear();
    farm.world.advance(90_000);
    expect(agentsOf(farm.world)).toHaveLength(1);
  });

  it('that are lost fail their build, and are replaced only on demand', () => {
    const farm = servingFarm({ slots: ['a'] });
    const { world } = farm;
    const master = masterOf(world, 'a');
    drill(farm, 'a', 1, 600);
    world.advance(3 * minute);
    const [agent] = agentsOf(world);
    terminateInstance(world, agent?.id ?? '');
    expect(getJson(master, '/job/jdci-drill/1/api/json')).toMatchObject({ result: 'FAILURE', building: false });
    expect(replyOf(send(master, 'GET', '/job/jdci-drill/1/consoleText')).body).toContain(
      'ERROR: Agent went offline during the build',
    );
    expect(getJson<Computers>(master, computersTree).computer[1]).toMatchObject({
      offline: true,
      offlineCauseReason: 'Connection was broken',
    });
    world.advance(2 * minute);
    expect(getJson<Computers>(master, computersTree).computer).toHaveLength(1);
    expect(agentsOf(world)).toHaveLength(0);
    drill(farm, 'a', 1);
    world.advance(10_000);
    expect(agentsOf(world)).toHaveLength(1);
  });

  it('can be taken offline, which toggles, and deleted, which ends their instance', () => {
    const farm = servingFarm({ slots: ['a'] });
    const { world } = farm;
    const master = masterOf(world, 'a');
    drill(farm, 'a', 1, 200);
    world.advance(3 * minute);
    const [agent] = agentsOf(world);
    const path = `/computer/${encodeURIComponent(`EC2 (jdci-a) - docker (${agent?.id})`)}`;
    expect(post(master, `${path}/toggleOffline?offlineMessage=drain`).status).toBe(302);
    expect(getJson(master, `${path}/api/json`)).toMatchObject({
      offline: true,
      temporarilyOffline: true,
      idle: false,
      offlineCauseReason: 'Disconnected by operator : drain',
    });
    world.advance(3 * minute);
    expect(getJson(master, '/job/jdci-drill/1/api/json')).toMatchObject({ result: 'SUCCESS' });
    // It takes no new build, so another agent comes.
    drill(farm, 'a', 1);
    world.advance(10_000);
    expect(agentsOf(world)).toHaveLength(2);
    post(master, `${path}/toggleOffline`);
    expect(getJson(master, `${path}/api/json`)).toMatchObject({ temporarilyOffline: false });
    expect(post(master, `${path}/doDelete`).status).toBe(302);
    expect(agentsOf(world).map(({ id }) => id)).not.toContain(agent?.id);
    expect(replyOf(send(master, 'GET', `${path}/api/json`)).status).toBe(404);
  });

  it('of a lost master are ended by its successor', () => {
    const farm = servingFarm({ slots: ['a', 'b'] });
    const { world } = farm;
    drill(farm, 'a', 2, 3000);
    drill(farm, 'b', 1, 3000);
    world.advance(3 * minute);
    expect(agentsOf(world, 'a')).toHaveLength(2);
    post(masterOf(world, 'a'), '/exit');
    world.advance(20_000);
    expect(agentsOf(world, 'a')).toHaveLength(2);
    world.advance(3 * minute);
    expect(masterOf(world, 'a').phase).toBe('serving');
    expect(agentsOf(world, 'a')).toHaveLength(0);
    expect(agentsOf(world, 'b')).toHaveLength(1);
  });

  it('of a master that never comes back end themselves', () => {
    const farm = servingFarm({ slots: ['a'] });
    const { world } = farm;
    drill(farm, 'a', 1, 3000);
    world.advance(3 * minute);
    farm.ecs('UpdateService', { cluster: 'jdci', service: 'jdci-master-a', desiredCount: 0 });
    // This farm's idle minutes are ten, and an agent waits as long for a master as it would idle.
    world.advance(9 * minute);
    expect(agentsOf(world)).toHaveLength(1);
    world.advance(3 * minute);
    expect(agentsOf(world)).toHaveLength(0);
  });
});

describe('quieting down', () => {
  it('starts nothing until it is taken back', () => {
    const farm = servingFarm({ slots: ['a'] });
    const master = masterOf(farm.world, 'a');
    post(master, '/quietDown');
    drill(farm, 'a', 1);
    farm.world.advance(2 * minute);
    expect(getJson<{ items: Item[] }>(master, itemsTree).items[0]?.why).toBe('Jenkins is about to shut down');
    expect(agentsOf(farm.world)).toHaveLength(0);
    post(master, '/cancelQuietDown');
    farm.world.advance(3 * minute);
    expect(master.queue).toHaveLength(0);
  });
});

describe('the build load', () => {
  it('comes at the rate of the settings, over the masters that serve, and follows a change', () => {
    const load = { buildsPerHour: 120, duration: [60, 120] as const };
    const farm = servingFarm({ settings: { ...quietSettings, load }, agentCap: 20 });
    const count = () => {
      let total = 0;
      for (const slot of ['a', 'b']) {
        const master = masterOf(farm.world, slot);
        total += master.nextQueueId - 1;
      }
      return total;
    };
    farm.world.advance(30 * minute);
    const before = count();
    farm.world.advance(120 * minute);
    // 240 are expected, with a deviation of about 16; equal ones fold, so that some are missing.
    expect(count() - before).toBeGreaterThan(180);
    expect(count() - before).toBeLessThan(300);
    load.buildsPerHour = 0;
    farm.world.advance(minute);
    const at = count();
    farm.world.advance(30 * minute);
    expect(count()).toBe(at);
  });
});
