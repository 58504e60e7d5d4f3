import { describe, expect, it } from 'vitest';
import { operatorToken, quietSettings, servingFarm, smallFarm, viewerToken } from '../world/small-farm.ts';
import { basic, getJson, masterOf, operator, post, replyOf, send, viewer } from './asking.ts';

describe('a booting master', () => {
  it('answers every path with 503, then serves', () => {
    const farm = smallFarm({ slots: ['a'] });
    expect(farm.world.advanceUntil(() => farm.tasksOf('a')[0]?.lastStatus === 'RUNNING', 600_000)).toBe(true);
    const master = masterOf(farm.world, 'a');
    for (const path of ['/health/', '/login', '/api/json', '/anything']) {
      const reply = replyOf(send(master, 'GET', path));
      expect(reply.status).toBe(503);
      expect(reply.body).toContain('Please wait while Jenkins is getting ready to work');
    }
    farm.world.advance(50_000);
    const health = replyOf(send(master, 'GET', '/health/', { authorization: '' }));
    expect(health).toMatchObject({ status: 200, body: '{"status":true}' });
    const { headers } = replyOf(send(master, 'GET', '/api/json'));
    expect(headers['X-Jenkins']).toBe('2.580.1');
    expect(headers['X-Jenkins-Session']).toMatch(/^[0-9a-f]{8}$/);
  });

  it('ends its JVM when a secret is missing, rather than run open', () => {
    const farm = smallFarm({ slots: ['a'] });
    const [, , ...rest] = farm.environment;
    farm.ecs('RegisterTaskDefinition', {
      family: 'bare',
      containerDefinitions: [
        {
          name: 'master',
          image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master:1.0.0',
          memory: 512,
          portMappings: [{ containerPort: 8080, hostPort: 9090 }],
          environment: rest,
        },
      ],
    });
    farm.world.advance(120_000);
    const { tasks } = farm.ecs<unknown, { tasks: { taskArn: string }[] }>('RunTask', {
      cluster: 'jdci',
      taskDefinition: 'bare',
    });
    farm.world.advance(120_000);
    const [task] = farm.ecs<unknown, { tasks: unknown[] }>('DescribeTasks', {
      cluster: 'jdci',
      tasks: [tasks[0]?.taskArn],
    }).tasks;
    expect(task).toMatchObject({ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 1 }] });
  });
});

describe('who may do what', () => {
  const farm = servingFarm({ slots: ['a'] });
  const master = masterOf(farm.world, 'a');
  const status = (method: string, path: string, authorization: string, headers: Record<string, string> = {}) =>
    replyOf(send(master, method, path, { authorization, headers })).status;

  it('anonymous gets 403 everywhere but on the health check and the sign-in', () => {
    expect(status('GET', '/', '')).toBe(403);
    expect(status('GET', '/api/json', '')).toBe(403);
    expect(status('POST', '/exit', '')).toBe(403);
    expect(status('GET', '/health/', '')).toBe(200);
    expect(status('GET', '/login', '')).toBe(200);
    // Without its slash it is a redirect, which a load balancer does not take for healthy.
    expect(status('GET', '/health', '')).toBe(302);
  });

  it('password and API token sign in; anything else is 401', () => {
    expect(status('GET', '/api/json', basic('viewer', viewerToken))).toBe(200);
    expect(status('GET', '/api/json', viewer)).toBe(200);
    expect(status('GET', '/api/json', basic('viewer', operatorToken))).toBe(401);
    expect(status('GET', '/api/json', basic('nobody', viewerToken))).toBe(401);
    expect(status('GET', '/api/json', 'Basic x')).toBe(401);
    expect(status('GET', '/login', basic('viewer', 'wrong'))).toBe(401);
    // Jenkins knows no other scheme: who comes with one is anonymous.
    expect(status('GET', '/api/json', 'Bearer x')).toBe(403);
  });

  it('a viewer changes nothing', () => {
    for (const path of ['/quietDown', '/job/Seed/build', '/exit', '/jdci-health/fail']) {
      expect(status('POST', path, viewer)).toBe(403);
    }
    expect(master.quietingDown).toBe(false);
  });

  it('a password needs a crumb of this master, an API token needs none', () => {
    const password = basic('operator', operatorToken);
    expect(status('POST', '/cancelQuietDown', password)).toBe(403);
    const issued = replyOf(send(master, 'GET', '/crumbIssuer/api/json', { authorization: password }));
    const { crumb, crumbRequestField } = JSON.parse(issued.body) as { crumb: string; crumbRequestField: string };
    const [cookie = ''] = (issued.headers['Set-Cookie'] ?? '').split(';');
    const withCrumb = { [crumbRequestField.toLowerCase()]: crumb };
    // It belongs to the web session: a script that keeps no cookies gets nowhere with it.
    expect(status('POST', '/cancelQuietDown', password, withCrumb)).toBe(403);
    expect(status('POST', '/cancelQuietDown', password, { ...withCrumb, cookie })).toBe(302);
    expect(status('POST', `/cancelQuietDown?${crumbRequestField}=${crumb}`, password, { cookie })).toBe(302);
    expect(status('POST', '/cancelQuietDown', basic('viewer', viewerToken), { ...withCrumb, cookie })).toBe(403);
    expect(status('POST', '/cancelQuietDown', operator)).toBe(302);
  });

  it('what changes something wants POST', () => {
    expect(status('GET', '/exit', operator)).toBe(405);
    expect(master.phase).toBe('serving');
    expect(status('PUT', '/exit', operator)).toBe(405);
    expect(status('PUT', '/api/json', operator)).toBe(200);
    expect(status('POST', '/api/json?tree=mode', operator)).toBe(200);
    expect(status('GET', '/nowhere', operator)).toBe(404);
    expect(status('GET', '/job/%E0%A4%A', operator)).toBe(400);
  });
});

describe('what it shows', () => {
  const farm = servingFarm({ slots: ['a'] });
  const master = masterOf(farm.world, 'a');

  it('tells its slot, task and host, and has its jobs before the first request', () => {
    const root = getJson<{ description: string; url: string; jobs: unknown[]; quietingDown: boolean }>(
      master,
      '/api/json',
    );
    expect(root.description).toContain(
      `slot a of jdci: task ${master.context.task.id} on host ${master.context.host.id}`,
    );
    expect(root.url).toBe(`http://${farm.dnsName}/`);
    expect(root.jobs).toEqual(
      ['build-jenkins-master', 'jdci-drill', 'Seed', 'web-image'].map((name) => ({
        _class: 'hudson.model.FreeStyleProject',
        name,
        url: `http://${farm.dnsName}/job/${name}/`,
        color: 'notbuilt',
      })),
    );
  });

  it('honours tree, and shows nested beans as little without it', () => {
    expect(
      getJson(master, '/computer/api/json?tree=computer[displayName,offline,assignedLabels[name],executors[idle]]'),
    ).toEqual({
      _class: 'hudson.model.ComputerSet',
      computer: [
        {
          _class: 'hudson.model.Hudson$MasterComputer',
          displayName: 'Built-In Node',
          offline: false,
          assignedLabels: [{ name: 'built-in' }],
          executors: [{ idle: true }, { idle: true }],
        },
      ],
    });
    const plain = getJson<{ computer: { executors: unknown[] }[] }>(master, '/computer/api/json');
    expect(plain.computer[0]?.executors).toEqual([{}, {}]);
    const deep = getJson<{ computer: { executors: unknown[] }[] }>(master, '/computer/api/json?depth=1');
    expect(deep.computer[0]?.executors[0]).toMatchObject({ idle: true, number: 0, progress: -1 });
    for (const query of ['tree=jobs[', 'tree=', 'depth=x']) {
      expect(replyOf(send(master, 'GET', `/api/json?${query}`)).status).toBe(500);
    }
  });

  it('fails its health check while a drill asks for it, and passes again by itself', () => {
    expect(post(master, '/jdci-health/fail?seconds=30').status).toBe(204);
    const failing = replyOf(send(master, 'GET', '/health/', { authorization: '' }));
    expect(failing).toMatchObject({ status: 503, body: '{"status":false,"failures":["jdci-drill"]}' });
    expect(getJson(master, '/api/json?tree=mode')).toBeTruthy();
    farm.world.advance(30_000);
    expect(replyOf(send(master, 'GET', '/health/', { authorization: '' })).status).toBe(200);
    post(master, '/jdci-health/fail');
    post(master, '/jdci-health/pass');
    expect(replyOf(send(master, 'GET', '/health/', { authorization: '' })).status).toBe(200);
  });
});

describe('the end of a master', () => {
  it('by exit ends the task, and the next one has another session', () => {
    const farm = servingFarm({ slots: ['a'] });
    const before = masterOf(farm.world, 'a');
    expect(post(before, '/exit').status).toBe(200);
    expect(send(before, 'GET', '/health/')).toEqual({ kind: 'refused' });
    farm.world.advance(15_000);
    expect(farm.tasksOf('a', 'STOPPED')[0]).toMatchObject({
      stopCode: 'EssentialContainerExited',
      containers: [{ exitCode: 0 }],
    });
    expect(farm.world.advanceUntil(() => farm.inService(1), 300_000)).toBe(true);
    expect(masterOf(farm.world, 'a').session).not.toBe(before.session);
  });

  it('by safeExit waits for the builds', () => {
    const farm = servingFarm({ slots: ['a'] });
    const master = masterOf(farm.world, 'a');
    post(master, '/job/Seed/build?delay=0sec');
    farm.world.advance(1000);
    expect(master.runningBuilds).toBe(1);
    post(master, '/safeExit');
    expect(getJson(master, '/api/json?tree=quietingDown')).toMatchObject({ quietingDown: true });
    farm.world.advance(5000);
    expect(master.phase).toBe('serving');
    farm.world.advance(5000);
    expect(master.phase).toBe('ending');
  });
});

describe('statistics', () => {
  it('are averages that follow the load', () => {
    const farm = servingFarm({
      slots: ['a'],
      settings: { ...quietSettings, load: { buildsPerHour: 200, duration: [120, 180] } },
    });
    farm.world.advance(30 * 60_000);
    const master = masterOf(farm.world, 'a');
    type Series = { sec10: { latest: number; history: number[] } };
    const load = getJson<Record<string, Series>>(master, '/overallLoad/api/json?depth=3');
    expect(load.busyExecutors?.sec10.latest).toBeGreaterThan(1);
    expect(load.busyExecutors?.sec10.history.length).toBeGreaterThan(100);
    expect(load.definedExecutors?.sec10.latest).toBeGreaterThan(2);
  });
});
