import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { ProblemError } from '../../src/core/problem.ts';
import type { ProvisionProgress } from '../../src/provision/form.ts';
import { FakeStore, fakeSession, now, view } from '../farm-fixture.ts';
import { FakeProvisioner, form, progressAt, proposal } from '../form-fixture.ts';
import { keys, type Mounted, mount } from './headless-terminal.ts';
import { loadedWith, SizedShell } from './loaded-fixture.tsx';

let mounted: Mounted | undefined;
afterEach(() => {
  mounted?.unmount();
  mounted = undefined;
});

const small = { columns: 80, rows: 24 };

async function open(
  provisioner: FakeProvisioner,
  onQuit = () => {},
): Promise<{ screen: Mounted; store: FakeStore; clock: ManualClock }> {
  const store = new FakeStore(view({ presence: 'absent', snapshot: undefined }));
  const clock = new ManualClock(now);
  const loaded = loadedWith(store, { provisioner, session: fakeSession({ clock }) });
  mounted = await mount(<SizedShell loaded={loaded} onQuit={onQuit} />, small);
  return { screen: mounted, store, clock };
}

/** A form that can be proposed as it is. */
function readyProvisioner(): FakeProvisioner {
  const provisioner = new FakeProvisioner();
  const whole = form();
  provisioner.first = form({
    groups: whole.groups.map((group) => ({
      ...group,
      fields: group.fields.map((one) => (one.required ? { ...one, value: one.value || 'image@sha256:1' } : one)),
    })),
  });
  return provisioner;
}

describe('the parameters', () => {
  it('begin at the field that lacks a value, and do not go on without it', async () => {
    const provisioner = new FakeProvisioner();
    const { screen } = await open(provisioner);
    expect(screen.lines()[2]).toMatch(/^ New farm jdci · step 2 of 3 {2}Masters +○ ● ○ review$/);
    expect(screen.lines()[5]).toMatch(/^ ▸ Image of the masters +needed +✕ see below$/);
    expect(screen.text()).toContain('✕ a value is needed here');
    await screen.press('c');
    expect(provisioner.calls).toEqual(['discover']);
  });

  it('say where each value is from and explain the field under the cursor', async () => {
    const { screen } = await open(new FakeProvisioner());
    await screen.press(keys.left);
    expect(screen.lines()[2]).toContain('step 1 of 3  Network');
    expect(screen.lines()[4]).toMatch(/^ ▸ VPC +vpc-0a1 +found$/);
    expect(screen.lines()[5]).toMatch(/^ {3}Subnets of the hosts +2 of 3: subnet-0a subnet-0b +found$/);
    await screen.press(keys.down);
    expect(screen.text()).toContain('What HostSubnets is for.');
    expect(screen.text()).toContain('● 172.31.16.0/20 eu-west-1b 4091 free');
    expect(screen.text()).toContain('▲ one zone lost leaves one master');
  });

  it('take a typed value, and say at the field what is wrong with it', async () => {
    const { screen } = await open(new FakeProvisioner());
    await screen.press(`${keys.left}jj`);
    await screen.press(keys.enter);
    expect(screen.lines().at(-1)).toContain('enter take');
    await screen.press('\u0015anywhere\r');
    expect(screen.text()).toMatch(/▸ Who may reach it +anywhere +✕ see below/);
    expect(screen.text()).toContain('✕ expected a CIDR such as 203.0.113.7/32');
    await screen.press('e');
    await screen.press('\u001510.0.0.0/8\r');
    expect(screen.text()).toMatch(/▸ Who may reach it +10\.0\.0\.0\/8 +typed/);
    expect(screen.text()).not.toContain('expected a CIDR');
  });

  it('leave the value as it was on escape', async () => {
    const { screen } = await open(new FakeProvisioner());
    await screen.press(`${keys.left}jje`);
    await screen.press('xyz');
    await screen.press(keys.esc);
    expect(screen.text()).toMatch(/▸ Who may reach it +203\.0\.113\.7\/32 +found/);
  });

  it('take several of a list, in its order', async () => {
    const { screen } = await open(new FakeProvisioner());
    await screen.press(`${keys.left}je`);
    expect(screen.text()).toContain('▸ [x] 172.31.0.0/20 eu-west-1a');
    await screen.press(' jj \r');
    expect(screen.lines()[5]).toMatch(/2 of 3: subnet-0b subnet-0c +typed$/);
  });
});

describe('the change set', () => {
  const ready = readyProvisioner;

  it('is reviewed, confirmed, watched and answered with the outputs', async () => {
    const provisioner = ready();
    provisioner.progress = [
      progressAt(1),
      progressAt(3, {
        stackStatus: 'CREATE_COMPLETE',
        finished: true,
        succeeded: true,
        outputs: { FrontDoorUrl: 'http://jenkins.build.example' },
      }),
    ];
    const { screen, store } = await open(provisioner);
    await screen.press('c');
    expect(screen.lines()[2]).toBe(' New farm · review  3 added, 0 changed, 0 removed');
    expect(screen.text()).toMatch(/\+ Add +LoadBalancer +ElasticLoadBalancing::LoadBa… {2}no/);
    await screen.press(keys.enter);
    expect(screen.text()).toContain('Create jdci?');
    await screen.press('n');
    expect(provisioner.calls).toEqual(['discover', 'propose']);
    await screen.press('\ry');
    expect(provisioner.calls).toEqual(['discover', 'propose', 'execute', 'follow']);
    expect(screen.lines()[0]).toContain('◌ stack 1/3');
    expect(screen.lines()[2]).toMatch(/◌ CREATE_IN_PROGRESS +█+░+ {2}1\/3 {2}1m00s/);
    expect(screen.lines().find((line) => line.startsWith('▸'))).toContain('LoadBalancer');
    provisioner.goOn();
    await screen.settle();
    expect(screen.text()).toContain('FrontDoorUrl  http://jenkins.build.example');
    store.publish(view());
    await screen.press(keys.enter);
    expect(screen.text()).toContain('Agents (slaves)');
  });

  it('asks for the name where something is replaced', async () => {
    const provisioner = ready();
    provisioner.proposed = {
      ...proposal,
      kind: 'UPDATE',
      changes: [
        {
          action: 'Modify',
          logicalId: 'LoadBalancer',
          type: 'AWS::ElasticLoadBalancing::LoadBalancer',
          replacement: 'True',
        },
      ],
    };
    const { screen } = await open(provisioner);
    await screen.press('c\r');
    expect(screen.text()).toContain('type jdci to confirm');
    await screen.press('y\r');
    expect(provisioner.calls).not.toContain('execute');
    await screen.press(`${keys.backspace}jdci\r`);
    expect(provisioner.calls).toContain('execute');
  });

  it('is discarded on escape, and the values are kept', async () => {
    const provisioner = ready();
    const { screen } = await open(provisioner);
    await screen.press('c');
    await screen.press(keys.esc);
    expect(provisioner.calls).toEqual(['discover', 'propose', 'discard']);
    expect(screen.lines()[2]).toContain('step 1 of 3');
  });

  it('keeps the form when CloudFormation refuses, and says why', async () => {
    const provisioner = ready();
    provisioner.proposed = new ProblemError({
      kind: 'refused',
      source: 'cloudformation:CreateChangeSet',
      message: 'VpcId does not exist',
      advice: 'choose another VPC',
    });
    const { screen } = await open(provisioner);
    await screen.press('c');
    expect(screen.text()).toContain('✕ VpcId does not exist');
    expect(screen.text()).toContain('→ choose another VPC');
    expect(screen.text()).toContain('▸ VPC');
  });

  it('shows the root cause of a failure', async () => {
    const provisioner = ready();
    provisioner.progress = [
      progressAt(1, {
        stackStatus: 'ROLLBACK_COMPLETE',
        finished: true,
        rootCause: {
          logicalId: 'HostGroup',
          type: 'AWS::AutoScaling::AutoScalingGroup',
          reason: 'You have requested more vCPU capacity than your limit',
        },
      } as Parameters<typeof progressAt>[1]),
    ];
    const { screen } = await open(provisioner);
    await screen.press('c\ry');
    expect(screen.lines()[2]).toContain('✕ ROLLBACK_COMPLETE');
    expect(screen.text()).toContain('✕ HostGroup (AWS::AutoScaling::AutoScalingGroup) failed first');
    expect(screen.text()).toContain('You have requested more vCPU capacity than your limit');
    expect(screen.text()).not.toContain('the farm stands');
  });

  it('asks before quitting while the stack changes', async () => {
    const quit = vi.fn();
    const provisioner = ready();
    provisioner.progress = [progressAt(1)];
    const { screen } = await open(provisioner, quit);
    await screen.press('c\ryq');
    expect(screen.text()).toContain('CloudFormation goes on without this program');
    expect(quit).not.toHaveBeenCalled();
    await screen.press('y');
    expect(quit).toHaveBeenCalledOnce();
  });
});

describe('after a creation', () => {
  const created = progressAt(3, {
    stackStatus: 'CREATE_COMPLETE',
    finished: true,
    succeeded: true,
    outputs: { FrontDoorUrl: 'http://jenkins.build.example' },
  });

  async function finished() {
    const provisioner = readyProvisioner();
    provisioner.progress = [created];
    const opened = await open(provisioner);
    await opened.screen.press('c\ry');
    opened.store.publish(view());
    await opened.screen.settle();
    return opened;
  }

  /** Wall seconds go by, each with its frame. */
  async function wait({ screen, clock }: { screen: Mounted; clock: ManualClock }, seconds: number) {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1000);
      await screen.settle();
    }
  }

  it('shows the outputs and goes to the board by itself, counting down', async () => {
    const opened = await finished();
    const { screen, store } = opened;
    expect(screen.text()).toContain('FrontDoorUrl  http://jenkins.build.example');
    expect(screen.text()).toContain('comes by itself in 10s');
    await wait(opened, 4);
    expect(screen.text()).toContain('comes by itself in 6s');
    await wait(opened, 6);
    expect(screen.text()).toContain('Agents (slaves)');
    expect(store.refreshes).toBeGreaterThan(0);
  });

  it('goes at once on enter, and stays on any other key', async () => {
    const opened = await finished();
    const { screen } = opened;
    await screen.press('j');
    expect(screen.text()).toContain('enter opens the board');
    expect(screen.text()).not.toContain('by itself');
    await wait(opened, 12);
    expect(screen.text()).toContain('FrontDoorUrl');
    await screen.press(keys.enter);
    expect(screen.text()).toContain('Agents (slaves)');
  });
});

describe('tasks that do not start', () => {
  const failing = progressAt(1, {
    failingTasks: { slot: 'a', failures: 3, reason: 'CannotPullContainerError: manifest unknown' },
  });

  it('are shown with the reason, and what goes on can be broken off', async () => {
    const provisioner = readyProvisioner();
    const deleted: ProvisionProgress = {
      ...failing,
      stackStatus: 'DELETE_COMPLETE',
      finished: true,
    };
    provisioner.progress = [failing, deleted];
    const { screen } = await open(provisioner);
    await screen.press('c\ry');
    expect(screen.text()).toContain('▲ The tasks of slot a do not start: 3 have stopped so far.');
    expect(screen.text()).toContain('CannotPullContainerError: manifest unknown');
    expect(screen.text()).toContain('x breaks it off');
    await screen.press('x');
    expect(screen.text()).toContain('Break off the creation of jdci?');
    await screen.press('n');
    expect(provisioner.calls).not.toContain('cancel');
    await screen.press('xy');
    expect(provisioner.calls).toContain('cancel');
    expect(screen.text()).toContain('◌ the creation is broken off: the stack is being deleted');
    expect(screen.lines().at(-1)).not.toContain('x cancel');
    provisioner.goOn();
    await screen.settle();
    expect(screen.text()).toContain('▲ jdci was not created; what there was of it is deleted');
    expect(screen.text()).toContain('CannotPullContainerError');
    expect(screen.lines().at(-1)).toContain('p parameters');
  });

  it('say so when it cannot be broken off, and go on being watched', async () => {
    const provisioner = readyProvisioner();
    provisioner.progress = [failing];
    provisioner.cancelled = new ProblemError({
      kind: 'denied',
      source: 'cloudformation:DeleteStack',
      message: 'cloudformation:DeleteStack is denied',
      advice: 'sign in as somebody who may',
    });
    const { screen } = await open(provisioner);
    await screen.press('c\ryxy');
    expect(screen.text()).toContain('✕ cloudformation:DeleteStack is denied');
    expect(screen.lines()[2]).toContain('CREATE_IN_PROGRESS');
    expect(screen.lines().at(-1)).toContain('x cancel');
  });
});

describe('after a failure', () => {
  const rolledBack = progressAt(1, {
    stackStatus: 'ROLLBACK_COMPLETE',
    finished: true,
    rootCause: { logicalId: 'HostGroup', type: 'AWS::AutoScaling::AutoScalingGroup', reason: 'no capacity' },
  });

  it('deletes the stack once its name is typed, then begins anew with what was typed', async () => {
    const provisioner = readyProvisioner();
    provisioner.progress = [rolledBack];
    provisioner.deletion = [
      progressAt(0, { stackStatus: 'DELETE_IN_PROGRESS' }),
      progressAt(0, { stackStatus: 'DELETE_COMPLETE', finished: true, succeeded: true }),
    ];
    const { screen } = await open(provisioner);
    await screen.press(`jje\u0015198.51.100.0/24\r`);
    await screen.press('c\ry');
    const lines = screen.lines();
    const at = (part: string) => lines.findIndex((line) => line.includes(part));
    expect(at('HostGroup (AWS::AutoScaling::AutoScalingGroup) failed first')).toBeGreaterThan(0);
    expect(at('x deletes the stack')).toBeGreaterThan(at('no capacity'));
    await screen.press('xjdc\r');
    expect(provisioner.calls).not.toContain('destroy');
    await screen.press('i\r');
    expect(provisioner.calls).toContain('destroy');
    expect(screen.lines()[2]).toContain('DELETE_IN_PROGRESS');
    // The first of the creation, which has ended.
    provisioner.goOn();
    provisioner.goOn();
    await screen.settle();
    expect(screen.text()).toContain('● jdci is deleted; nothing of it is left');
    await screen.press('p');
    expect(screen.text()).toMatch(/198\.51\.100\.0\/24 +typed/);
  });

  it('of an update that was rolled back, leads back to the parameters and deletes nothing', async () => {
    const provisioner = readyProvisioner();
    provisioner.progress = [{ ...rolledBack, stackStatus: 'UPDATE_ROLLBACK_COMPLETE' }];
    const { screen } = await open(provisioner);
    await screen.press('c\ry');
    expect(screen.text()).toContain('p goes back to the parameters; the farm is as it was before');
    await screen.press('x');
    expect(screen.text()).not.toContain('Delete jdci?');
  });
});
