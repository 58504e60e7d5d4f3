import { describe, expect, it } from 'vitest';
import { instances } from '../../../src/sandbox/world/ec2.ts';
import { quietSettings, type SmallFarm, servingFarm } from '../world/small-farm.ts';
import { getJson, masterOf, operator, post, type Reply, replyOf, send, viewer } from './asking.ts';

const minute = 60_000;

/** A farm of one slot with an agent that runs build 1 of jdci-drill. */
function building(seconds = 600, settings = quietSettings): SmallFarm {
  const farm = servingFarm({ slots: ['a'], settings });
  post(masterOf(farm.world, 'a'), `/job/jdci-drill/buildWithParameters?SECONDS=${seconds}&delay=0sec`);
  farm.world.advance(3 * minute);
  return farm;
}

describe('what the viewer may not', () => {
  const farm = building();
  const master = masterOf(farm.world, 'a');
  const agent = encodeURIComponent(master.nodes.ofLabel('docker')[0]?.name ?? '');

  it.each([
    ['/quietDown', 'Overall/Administer', 'hudson.model.Hudson.Administer'],
    ['/exit', 'Overall/Administer', 'hudson.model.Hudson.Administer'],
    ['/jdci-health/fail', 'Overall/Administer', 'hudson.model.Hudson.Administer'],
    ['/job/Seed/build', 'Job/Build', 'hudson.model.Item.Build'],
    ['/job/Seed/disable', 'Job/Configure', 'hudson.model.Item.Configure'],
    ['/job/Seed/doDelete', 'Job/Delete', 'hudson.model.Item.Delete'],
    ['/job/jdci-drill/1/stop', 'Job/Cancel', 'hudson.model.Item.Cancel'],
    ['/job/jdci-drill/1/doDelete', 'Run/Delete', 'hudson.model.Run.Delete'],
    ['/queue/cancelItem?id=1', 'Job/Cancel', 'hudson.model.Item.Cancel'],
    [`/computer/${agent}/toggleOffline`, 'Agent/Disconnect', 'hudson.model.Computer.Disconnect'],
    [`/computer/${agent}/doDelete`, 'Agent/Delete', 'hudson.model.Computer.Delete'],
    ['/cloud/jdci-a/provision?template=docker', 'Agent/Provision', 'hudson.model.Computer.Provision'],
  ])('POST %s: is missing %s', (path, title, id) => {
    const reply = replyOf(send(master, 'POST', path, { authorization: viewer }));
    expect(reply.status).toBe(403);
    expect(reply.body).toContain(`viewer is missing the ${title} permission`);
    expect(reply.headers).toMatchObject({ 'X-You-Are-Authenticated-As': 'viewer', 'X-Required-Permission': id });
  });

  it.each([
    ['/job/Seed/config.xml', 'Job/Configure'],
    ['/systemInfo', 'Overall/Administer'],
    ['/manage/', 'Overall/Administer'],
    ['/script', 'Overall/Administer'],
    ['/pluginManager/api/json', 'Overall/Administer'],
    [`/computer/${agent}/logText/progressiveText`, 'Agent/Connect'],
  ])('GET %s: is missing %s', (path, title) => {
    const reply = replyOf(send(master, 'GET', path, { authorization: viewer }));
    expect([reply.status, reply.body]).toEqual([403, expect.stringContaining(`viewer is missing the ${title} perm`)]);
  });

  it('leaves everything as it was', () => {
    expect(getJson(master, '/job/jdci-drill/1/api/json?tree=building')).toMatchObject({ building: true });
    expect(master).toMatchObject({ phase: 'serving', quietingDown: false });
  });
});

describe('where a change leads to', () => {
  const farm = building();
  const master = masterOf(farm.world, 'a');
  const agent = `/computer/${encodeURIComponent(master.nodes.ofLabel('docker')[0]?.name ?? '')}`;
  const at = ({ status, headers }: Reply) => [status, headers.Location];

  it('to the page of what was changed, relative to the host; a new queue item by the name that was called', () => {
    expect(at(post(master, '/job/Seed/disable'))).toEqual([302, '/job/Seed/']);
    expect(at(post(master, '/job/Seed/enable'))).toEqual([302, '/job/Seed/']);
    expect(at(post(master, `${agent}/toggleOffline?offlineMessage=x`))).toEqual([302, `${agent}/`]);
    expect(at(post(master, `${agent}/toggleOffline`))).toEqual([302, `${agent}/`]);
    expect(at(post(master, '/quietDown'))).toEqual([302, '/']);
    expect(at(post(master, '/cancelQuietDown'))).toEqual([302, '/']);
    expect(at(post(master, '/job/jdci-drill/1/stop'))).toEqual([302, '/job/jdci-drill/1/']);
    expect(at(post(master, `${agent}/doDelete`))).toEqual([302, '/computer/']);
    expect(at(post(master, '/job/Seed/build'))).toEqual([
      201,
      `http://${master.context.host.privateIp}:8080/queue/item/2/`,
    ]);
  });

  it('folders get their last slash, and what is nowhere is 404', () => {
    const get = (path: string) => at(replyOf(send(master, 'GET', path)));
    expect(get('/job/Seed')).toEqual([302, '/job/Seed/']);
    expect(get('/job/jdci-drill/1?x=1')).toEqual([302, '/job/jdci-drill/1/?x=1']);
    expect(get('/computer')).toEqual([302, '/computer/']);
    expect(get('/api/json/')[0]).toBe(200);
    expect(get('//api/json')[0]).toBe(200);
    for (const path of ['/metrics/', '/job/none/', '/view/none/', '/job/Seed/99/', '/tcpSlaveAgentListener']) {
      expect([path, get(path)[0]]).toEqual([path, 404]);
    }
  });

  it('what the sandbox cannot do is refused in words, not answered as done', () => {
    for (const path of ['/scriptText', '/createItem?name=x', '/job/Seed/config.xml']) {
      const reply = post(master, path);
      expect([path, reply.status]).toEqual([path, 501]);
      expect(reply.body).toMatch(/^This simulated master .+\.\n$/);
    }
  });
});

describe('the flavours of the Remote API', () => {
  const farm = building();
  const master = masterOf(farm.world, 'a');
  const get = (path: string) => replyOf(send(master, 'GET', path));

  it('JSON laid out, XML and Python', () => {
    expect(get('/api/json?tree=jobs[name]{2,3},quietDownReason&pretty').body).toBe(
      '{\n  "_class" : "hudson.model.Hudson",\n  "jobs" : [\n    {\n      "_class" : "hudson.model.FreeStyleProject",\n      "name" : "Seed"\n    }\n  ],\n  "quietDownReason" : null\n}',
    );
    expect(get('/api/python?tree=quietingDown,quietDownReason').body).toBe(
      '{"_class":"hudson.model.Hudson","quietDownReason":None,"quietingDown":False}',
    );
    expect(get('/computer/api/xml?tree=computer[displayName,offline],totalExecutors').body).toBe(
      "<computerSet _class='hudson.model.ComputerSet'><computer _class='hudson.model.Hudson$MasterComputer'><displayName>Built-In Node</displayName><offline>false</offline></computer>" +
        `<computer _class='hudson.plugins.ec2.EC2Computer'><displayName>${master.nodes.ofLabel('docker')[0]?.name}</displayName><offline>false</offline></computer><totalExecutors>3</totalExecutors></computerSet>`,
    );
  });

  it('XPath as scripts use it', () => {
    const select = (xpath: string, more = '') => get(`/api/xml?xpath=${encodeURIComponent(xpath)}${more}`);
    expect(select('//job[2]/name').body).toBe('<name>jdci-drill</name>');
    expect(select("//job[name='Seed']/color").body).toBe('<color>notbuilt</color>');
    expect(select('/hudson/job/name', '&wrapper=names').body).toMatch(/^<names>(<name>[\w-]+<\/name>){4}<\/names>$/);
    expect(select('//job[1]', '&exclude=//url&exclude=//color').body).toBe(
      "<job _class='hudson.model.FreeStyleProject'><name>build-jenkins-master</name></job>",
    );
    expect(select('//job/name').status).toBe(500);
    expect(select('//nothing').status).toBe(404);
    // Texts alone are given to nobody.
    expect(select('/hudson/mode/text()').status).toBe(403);
    expect(select('/hudson/mode', '&wrapper=1x').status).toBe(400);
    expect(get('/api/json?jsonp=run').status).toBe(403);
  });

  it('the crumb in one line, for shell scripts', () => {
    const path = '/crumbIssuer/api/xml?xpath=concat(//crumbRequestField,":",//crumb)';
    expect(get(path)).toMatchObject({ status: 200, body: expect.stringMatching(/^Jenkins-Crumb:[0-9a-f]{64}$/) });
  });

  it('a queue with everything of its items, a build with its cause and executor', () => {
    post(master, '/job/Seed/build?delay=60sec');
    expect(getJson(master, '/queue/api/json')).toMatchObject({
      items: [
        {
          _class: 'hudson.model.Queue$WaitingItem',
          actions: [
            {
              causes: [
                {
                  _class: 'hudson.model.Cause$UserIdCause',
                  shortDescription: 'Started by user operator',
                  userId: 'operator',
                },
              ],
            },
          ],
          task: { name: 'Seed', color: 'notbuilt' },
          why: 'In the quiet period. Expires in 1 min 0 sec',
        },
      ],
    });
    expect(getJson(master, '/job/jdci-drill/1/api/json?depth=1')).toMatchObject({
      actions: [
        {},
        {
          parameters: [
            { name: 'DRILL', value: '' },
            { name: 'NUMBER', value: '0' },
            { name: 'SECONDS', value: '600' },
          ],
        },
      ],
      executor: { idle: false, number: 0, likelyStuck: false },
    });
    expect(getJson(master, '/job/jdci-drill/api/json?tree=allBuilds[number]')).toMatchObject({
      allBuilds: [{ number: 1 }],
    });
  });
});

describe('a console', () => {
  it('comes bit by bit, with the size of what there is in bytes', () => {
    const farm = building();
    const master = masterOf(farm.world, 'a');
    const read = (start: number) =>
      replyOf(send(master, 'GET', `/job/jdci-drill/1/logText/progressiveText?start=${start}`));
    const first = read(0);
    expect(first.headers).toMatchObject({ 'X-More-Data': 'true', 'X-Text-Size': String(first.body.length) });
    post(master, '/job/jdci-drill/1/stop');
    const rest = read(first.body.length);
    expect(rest.body).toMatch(/Aborted by operator\nFinished: ABORTED\n$/);
    expect(rest.headers['X-More-Data']).toBeUndefined();
    // Beyond the end: from the beginning.
    expect(read(99_999).body).toBe(first.body + rest.body);
  });
});

describe('builds by a form', () => {
  const farm = servingFarm({ slots: ['a'] });
  const master = masterOf(farm.world, 'a');
  const form = (path: string, body: string, type = 'application/x-www-form-urlencoded') =>
    replyOf(send(master, 'POST', path, { authorization: operator, headers: { 'content-type': type }, body }));
  const parametersOf = (id: number) =>
    getJson<{ params: string }>(master, `/queue/item/${id}/api/json?tree=params`).params;

  it('takes parameters urlencoded, in parts, and as the JSON of the page', () => {
    expect(form('/job/jdci-drill/buildWithParameters', 'NUMBER=1&SECONDS=9').status).toBe(201);
    expect(parametersOf(1)).toBe('\nDRILL=\nNUMBER=1\nSECONDS=9');
    const parts = '--b\r\nContent-Disposition: form-data; name="NUMBER"\r\n\r\n2\r\n--b--\r\n';
    expect(form('/job/jdci-drill/buildWithParameters', parts, 'multipart/form-data; boundary=b').status).toBe(201);
    expect(parametersOf(2)).toContain('NUMBER=2');
    const json = (value: unknown) => `json=${encodeURIComponent(JSON.stringify(value))}`;
    const three = { parameter: [{ name: 'NUMBER', value: '3' }], statusCode: '303' };
    expect(form('/job/jdci-drill/build', json(three)).status).toBe(303);
    expect(parametersOf(3)).toContain('NUMBER=3');
    expect(form('/job/jdci-drill/build', json({ parameter: { name: 'WRONG', value: '' } })).status).toBe(500);
    expect(form('/job/jdci-drill/build', 'json={').status).toBe(500);
  });

  it('says what is wrong with a request', () => {
    expect(post(master, '/job/jdci-drill/build').body).toContain('<h2>HTTP ERROR 400 Nothing is submitted</h2>');
    expect(form('/job/jdci-drill/build', 'a=1').body).toContain('HTTP ERROR 400 This page expects a form submission');
    expect(post(master, '/job/Seed/buildWithParameters').body).toContain('HTTP ERROR 400 Seed is not parameterized');
    expect(post(master, '/job/Seed/build?delay=soon').status).toBe(500);
    post(master, '/job/Seed/disable');
    expect(post(master, '/job/Seed/build').body).toContain('HTTP ERROR 409 Seed is not buildable');
    post(master, '/job/Seed/enable');
  });

  it('takes a delay in seconds, or in milliseconds without a unit', () => {
    const why = (path: string) => {
      const { pathname } = new URL(post(master, path).headers.Location ?? '');
      return getJson<{ why: string }>(master, `${pathname}api/json`).why;
    };
    expect(why('/job/web-image/buildWithParameters?REF=a&delay=90sec')).toBe(
      'In the quiet period. Expires in 1 min 30 sec',
    );
    expect(why('/job/web-image/buildWithParameters?REF=b&delay=7500')).toBe('In the quiet period. Expires in 7.0 sec');
  });
});

describe('a job', () => {
  it('has a weather, a description that Seed puts back, and builds that can be kept and deleted', () => {
    const farm = building(10);
    const master = masterOf(farm.world, 'a');
    expect(getJson(master, '/job/jdci-drill/api/json')).toMatchObject({
      healthReport: [{ description: 'Build stability: No recent builds failed.', score: 100 }],
      lastSuccessfulBuild: { number: 1 },
      lastUnstableBuild: null,
    });
    post(master, '/job/jdci-drill/submitDescription?description=changed');
    expect(replyOf(send(master, 'GET', '/job/jdci-drill/description')).body).toBe('changed');
    post(master, '/job/Seed/build?delay=0sec');
    farm.world.advance(minute);
    expect(getJson(master, '/job/jdci-drill/api/json')).toMatchObject({ description: 'Sleeps: load for drills.' });
    post(master, '/job/jdci-drill/1/toggleLogKeep');
    expect(post(master, '/job/jdci-drill/1/doDelete').status).toBe(400);
    post(master, '/job/jdci-drill/1/toggleLogKeep');
    expect(post(master, '/job/jdci-drill/1/doDelete').status).toBe(302);
    expect(getJson(master, '/job/jdci-drill/api/json?tree=builds[number]')).toMatchObject({ builds: [] });
  });
});

describe('agents by hand', () => {
  it('come from the cloud, up to the cap', () => {
    const farm = servingFarm({ slots: ['a'], agentCap: 1 });
    const master = masterOf(farm.world, 'a');
    const first = post(master, '/cloud/jdci-a/provision?template=docker');
    expect(first).toMatchObject({ status: 302, headers: { Location: expect.stringMatching(/^\/computer\/EC2%20/) } });
    expect(post(master, '/cloud/jdci-a/provision?template=docker').status).toBe(400);
    expect(post(master, '/cloud/jdci-a/provision').status).toBe(400);
    expect(post(master, '/cloud/other/provision?template=docker').status).toBe(404);
    farm.world.advance(3 * minute);
    expect(getJson(master, '/label/docker/api/json')).toMatchObject({ totalExecutors: 1, idleExecutors: 1 });
  });

  it('have their build stopped at their executor', () => {
    const farm = building();
    const master = masterOf(farm.world, 'a');
    const agent = encodeURIComponent(master.nodes.ofLabel('docker')[0]?.name ?? '');
    expect(post(master, `/computer/${agent}/executors/0/stop`).status).toBe(302);
    expect(getJson(master, '/job/jdci-drill/1/api/json')).toMatchObject({ result: 'ABORTED' });
  });
});

describe('a restart inside the container', () => {
  // Within the balancer's patience: after 30 s of failed checks Amazon ECS replaces the task.
  const quick = { ...quietSettings, jenkins: { ...quietSettings.jenkins, boot: [10, 15] as const } };

  it('keeps task, jobs, builds and agents, and signs everybody out', () => {
    const farm = building(600, quick);
    const { world } = farm;
    const master = masterOf(world, 'a');
    const { session } = master;
    const task = farm.tasksOf('a')[0]?.taskArn;
    expect(replyOf(send(master, 'GET', '/restart')).body).toContain('Are you sure?');
    expect(post(master, '/restart')).toMatchObject({ status: 302, headers: { Location: '/' } });
    expect(replyOf(send(master, 'GET', '/health/')).status).toBe(503);
    world.advance(90_000);
    expect(masterOf(world, 'a')).toBe(master);
    expect(farm.tasksOf('a')[0]?.taskArn).toBe(task);
    expect(master.session).not.toBe(session);
    expect(getJson(master, '/job/jdci-drill/1/api/json')).toMatchObject({ result: 'ABORTED' });
    const agents = [...instances(world).values()].filter(({ tags }) => tags.get('jdci:role') === 'agent');
    expect(agents.map(({ state }) => state.name)).toEqual(['running']);
    expect(getJson(master, '/label/docker/api/json')).toMatchObject({ idleExecutors: 1 });
  });

  it('waits for the builds when it is a safe one, and can be taken back', () => {
    const farm = building(200, quick);
    const master = masterOf(farm.world, 'a');
    const { session } = master;
    post(master, '/safeRestart?message=update');
    expect(getJson(master, '/api/json')).toMatchObject({ quietingDown: true, quietDownReason: 'update' });
    post(master, '/safeRestart?cancel=true');
    expect(getJson(master, '/api/json')).toMatchObject({ quietingDown: false, quietDownReason: null });
    post(master, '/safeRestart');
    expect(master.phase).toBe('serving');
    farm.world.advance(5 * minute);
    expect(getJson(master, '/job/jdci-drill/1/api/json')).toMatchObject({ result: 'SUCCESS' });
    expect(getJson(master, '/api/json')).toMatchObject({ quietingDown: false });
    expect(master.session).not.toBe(session);
  });

  it('that takes longer than the balancer waits ends with another task', () => {
    const farm = building(600, { ...quick, jenkins: { ...quick.jenkins, boot: [60, 70] } });
    const before = masterOf(farm.world, 'a');
    post(before, '/restart');
    farm.world.advance(4 * minute);
    expect(masterOf(farm.world, 'a')).not.toBe(before);
    expect(farm.tasksOf('a', 'STOPPED')[0]?.stoppedReason).toContain('failed ELB health checks');
  });
});
