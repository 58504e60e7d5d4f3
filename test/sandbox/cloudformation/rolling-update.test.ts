import { describe, expect, it } from 'vitest';
import { autoScalingTypes } from '../../../src/sandbox/cloudformation/resources/auto-scaling.ts';
import type { Aws, ResourceContext } from '../../../src/sandbox/cloudformation/resources/resource-type.ts';
import { defaultSettings } from '../../../src/sandbox/world/settings.ts';
import { World } from '../../../src/sandbox/world/world.ts';

/** An Auto Scaling group of which the test itself says what its instances do. */
function fakeGroup(policy: object) {
  const world = new World({ seed: 1, startMs: 0, settings: defaultSettings });
  const instances = new Map([
    ['i-1', 'InService'],
    ['i-2', 'InService'],
  ]);
  /** Launch template versions of instances; those that come later are of version 2. */
  const versions = new Map([
    ['i-1', '1'],
    ['i-2', '1'],
  ]);
  let template: object = { LaunchTemplateId: 'lt-1', Version: '1' };
  const asked: string[] = [];
  const notes: string[] = [];
  const aws: Aws = <I, O>(_service: string, operation: string, input: I): O => {
    if (operation === 'DescribeAutoScalingGroups') {
      const Instances = [...instances].map(([InstanceId, LifecycleState]) => {
        const Version = versions.get(InstanceId) ?? '2';
        return { InstanceId, LifecycleState, LaunchTemplate: { LaunchTemplateId: 'lt-1', Version } };
      });
      return { AutoScalingGroups: [{ DesiredCapacity: 2, LaunchTemplate: template, Instances }] } as O;
    }
    if (operation === 'UpdateAutoScalingGroup') {
      template = (input as { LaunchTemplate?: object }).LaunchTemplate ?? template;
    }
    asked.push(`${operation} ${(input as { InstanceId?: string }).InstanceId ?? ''}`.trim());
    return {} as O;
  };
  const context: ResourceContext = {
    world,
    aws,
    stackName: 'farm',
    stackId: 'arn',
    logicalId: 'HostGroup',
    stackTags: [],
    generatedName: () => 'name',
    updatePolicy: { AutoScalingRollingUpdate: { MaxBatchSize: 1, MinInstancesInService: 1, ...policy } },
    note: (reason) => notes.push(reason),
  };
  const before = {
    MinSize: 2,
    MaxSize: 2,
    VPCZoneIdentifier: ['subnet-1'],
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '1' },
  };
  const after = { ...before, LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '2' } };
  const type = autoScalingTypes['AWS::AutoScaling::AutoScalingGroup'];
  const update = (properties: typeof before, previous = before) =>
    type?.update?.('group', properties, previous, context).settled?.() ?? false;
  const settled = type?.update?.('group', after, before, context).settled ?? (() => false);
  return { world, instances, asked, notes, settled, update, before, after };
}

const initiated = (count: number) =>
  `Rolling update initiated. Terminating ${count} obsolete instance(s) in batches of 1, while keeping at least 1 instance(s) in service.`;
const terminations = (asked: string[]) => asked.filter((call) => call.startsWith('Terminate'));

describe('a rolling update', () => {
  it('takes the next instance only when the replacement of the last is in service', () => {
    const t = fakeGroup({});
    expect(t.settled()).toBe(false);
    expect(terminations(t.asked)).toEqual(['TerminateInstanceInAutoScalingGroup i-1']);
    t.instances.delete('i-1');
    t.instances.set('i-3', 'Pending');
    expect(t.settled()).toBe(false);
    expect(terminations(t.asked)).toHaveLength(1);
    t.instances.set('i-3', 'InService');
    expect(t.settled()).toBe(false);
    expect(terminations(t.asked)).toEqual([
      'TerminateInstanceInAutoScalingGroup i-1',
      'TerminateInstanceInAutoScalingGroup i-2',
    ]);
    t.instances.delete('i-2');
    t.instances.set('i-4', 'InService');
    expect(t.settled()).toBe(true);
    expect(t.notes.at(-1)).toBe('Successfully terminated instance(s) [i-2] (Progress 100%).');
  });

  it('pauses after each batch', () => {
    const t = fakeGroup({ PauseTime: 'PT6M' });
    t.settled();
    t.instances.delete('i-1');
    t.instances.set('i-3', 'InService');
    t.settled();
    t.world.advance(359_000);
    expect(t.settled()).toBe(false);
    expect(terminations(t.asked)).toHaveLength(1);
    t.world.advance(1000);
    t.settled();
    expect(terminations(t.asked)).toHaveLength(2);
  });

  it('suspends the processes that would disturb it, and resumes them at its end', () => {
    const t = fakeGroup({ SuspendProcesses: ['AZRebalance'] });
    expect(t.asked).toContain('SuspendProcesses');
    t.settled();
    t.instances.clear();
    t.instances.set('i-3', 'InService').set('i-4', 'InService');
    expect(t.asked).not.toContain('ResumeProcesses');
    expect(t.settled()).toBe(true);
    expect(t.asked).toContain('ResumeProcesses');
  });

  it('does not happen for a change that leaves the launch template and the subnets alone', () => {
    const t = fakeGroup({});
    t.asked.length = 0;
    expect(t.update({ ...t.before, MaxSize: 3 })).toBe(true);
    expect(terminations(t.asked)).toEqual([]);
  });

  it('replaces every instance for other subnets, whatever its launch template', () => {
    const t = fakeGroup({});
    t.update({ ...t.before, VPCZoneIdentifier: ['subnet-2'] });
    expect(t.notes.filter((note) => note.startsWith('Rolling'))).toEqual([initiated(2), initiated(2)]);
  });

  it('is undone for those instances only that it has replaced', () => {
    const t = fakeGroup({});
    t.settled();
    t.instances.delete('i-1');
    t.instances.set('i-3', 'InService');
    t.asked.length = 0;
    t.notes.length = 0;
    expect(t.update(t.before, t.after)).toBe(false);
    expect(terminations(t.asked)).toEqual(['TerminateInstanceInAutoScalingGroup i-3']);
    expect(t.notes[0]).toBe(initiated(1));
  });
});
