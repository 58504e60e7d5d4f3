import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../../src/core/problem.ts';
import { FakeStore, view } from '../farm-fixture.ts';
import { FakeProvisioner, form, progressAt, proposal } from '../form-fixture.ts';
import { keys, type Mounted, mount } from './headless-terminal.ts';
import { loadedWith, SizedShell } from './loaded-fixture.tsx';

let mounted: Mounted | undefined;
afterEach(() => {
  mounted?.unmount();
  mounted = undefined;
});

const small = { columns: 80, rows: 24 };

async function open(provisioner: FakeProvisioner, onQuit = () => {}): Promise<{ screen: Mounted; store: FakeStore }> {
  const store = new FakeStore(view({ presence: 'absent', snapshot: undefined }));
  mounted = await mount(<SizedShell loaded={loadedWith(store, { provisioner })} onQuit={onQuit} />, small);
  return { screen: mounted, store };
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
  const ready = () => {
    const provisioner = new FakeProvisioner();
    const [network, masters] = form().groups;
    provisioner.first = form({
      groups: [
        ...(network ? [network] : []),
        ...(masters
          ? [{ ...masters, fields: masters.fields.map((one) => ({ ...one, value: one.value || 'image@sha256:1' })) }]
          : []),
      ],
    });
    return provisioner;
  };

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
