import { describe, expect, it } from 'vitest';
import { bench, line } from './fakes.ts';

const chain = JSON.stringify({
  Parameters: { Size: { Type: 'Number', Default: 1 } },
  Resources: {
    A: { Type: 'Test::Thing', Properties: { Name: 'a', Size: { Ref: 'Size' } } },
    B: { Type: 'Test::Thing', Properties: { Name: 'b', Link: { 'Fn::GetAtt': ['A', 'Address'] } } },
    C: { Type: 'Test::Thing', DependsOn: 'B', Properties: { Name: 'c', Link: { Ref: 'A' } } },
  },
  Outputs: { Where: { Value: { 'Fn::Sub': 'http://${B.Address}/' } } },
});

const create = { StackName: 'farm', TemplateBody: chain };

describe('creating a stack', () => {
  it('makes resources in the order of their dependencies and writes the recorded events', () => {
    const t = bench();
    t.run('CreateStack', { ...create, ClientRequestToken: 'token-1' });
    expect(t.stack('farm').Outputs).toBeUndefined();
    expect(t.settle('farm')).toBe('CREATE_COMPLETE');
    expect(t.log).toEqual(['create a', 'create b', 'create c']);
    expect(t.events('farm').map(line)).toEqual([
      'farm CREATE_IN_PROGRESS: User Initiated',
      'A CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS: Resource creation Initiated',
      'A CREATE_COMPLETE',
      'B CREATE_IN_PROGRESS',
      'B CREATE_IN_PROGRESS: Resource creation Initiated',
      'B CREATE_COMPLETE',
      'C CREATE_IN_PROGRESS',
      'C CREATE_IN_PROGRESS: Resource creation Initiated',
      'C CREATE_COMPLETE',
      'farm CREATE_COMPLETE',
    ]);
    const events = t.events('farm');
    expect(new Set(events.map(({ EventId }) => EventId)).size).toBe(events.length);
    expect(events.every(({ ClientRequestToken }) => ClientRequestToken === 'token-1')).toBe(true);
    expect(events[1]?.PhysicalResourceId).toBe('');
    expect(events[2]?.PhysicalResourceId).toBe('a-1');
    expect(t.stack('farm').Outputs).toEqual([{ OutputKey: 'Where', OutputValue: 'http://b.example/' }]);
  });

  it('runs independent resources at the same time', () => {
    const t = bench();
    const body = JSON.stringify({
      Resources: {
        A: { Type: 'Test::Thing', Properties: { Name: 'a' } },
        B: { Type: 'Test::Thing', Properties: { Name: 'b' } },
      },
    });
    t.unstable.add('a');
    t.run('CreateStack', { StackName: 'farm', TemplateBody: body });
    t.world.advance(60_000);
    const lines = t.events('farm').map(line);
    expect(lines).toContain('B CREATE_COMPLETE');
    expect(lines).not.toContain('A CREATE_COMPLETE');
    t.unstable.clear();
    expect(t.settle('farm')).toBe('CREATE_COMPLETE');
  });

  it('rolls back in reverse order when a resource fails, and cancels what is under way', () => {
    const t = bench();
    t.refuse.add('create c');
    t.run('CreateStack', create);
    expect(t.settle('farm')).toBe('ROLLBACK_COMPLETE');
    const lines = t.events('farm').map(line);
    const failed = lines.find((text) => text.startsWith('C CREATE_FAILED'));
    expect(failed).toMatch(
      /^C CREATE_FAILED: Resource handler returned message: "create c is refused \(Service: \w+, Status Code: 400, Request ID: [-0-9a-f]{36}\)" \(RequestToken: [-0-9a-f]{36}, HandlerErrorCode: InvalidRequest\)$/,
    );
    expect(lines).toContain(
      'farm ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [C]. Rollback requested by user.',
    );
    expect(t.log.slice(-2)).toEqual(['remove b-2', 'remove a-1']);
    expect(t.things.size).toBe(0);
    expect(t.stack('farm').Outputs).toBeUndefined();
  });

  it('names what was cancelled together with what failed', () => {
    const t = bench();
    const body = JSON.stringify({
      Resources: {
        Slow: { Type: 'Test::Thing', Properties: { Name: 'slow' } },
        First: { Type: 'Test::Thing', Properties: { Name: 'first' } },
        Bad: { Type: 'Test::Thing', DependsOn: 'First', Properties: { Name: 'bad' } },
      },
    });
    t.unstable.add('slow');
    t.refuse.add('create bad');
    t.run('CreateStack', { StackName: 'farm', TemplateBody: body });
    t.settle('farm');
    const lines = t.events('farm').map(line);
    expect(lines).toContain('Slow CREATE_FAILED: Resource creation cancelled');
    expect(lines).toContain(
      'farm ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Bad, Slow]. Rollback requested by user.',
    );
  });

  it('keeps what it has made when asked not to roll back', () => {
    const t = bench();
    t.refuse.add('create b');
    t.run('CreateStack', { ...create, DisableRollback: true });
    expect(t.settle('farm')).toBe('CREATE_FAILED');
    expect([...t.things.keys()]).toEqual(['a-1']);
    expect(t.stack('farm').StackStatusReason).toBe('The following resource(s) failed to create: [B]. ');
  });

  it('refuses properties it does not know', () => {
    const t = bench();
    const body = JSON.stringify({
      Resources: { A: { Type: 'Test::Thing', Properties: { Name: 'a', Colour: 'red' } } },
    });
    t.run('CreateStack', { StackName: 'farm', TemplateBody: body });
    t.settle('farm');
    expect(t.events('farm').map(line)).toContain('A CREATE_FAILED: Encountered unsupported property Colour');
  });

  it('gives up after its time limit', () => {
    const t = bench();
    t.unstable.add('a');
    t.run('CreateStack', { ...create, TimeoutInMinutes: 10 });
    expect(t.settle('farm')).toBe('ROLLBACK_COMPLETE');
    expect(t.events('farm').map(line)).toContain(
      'farm ROLLBACK_IN_PROGRESS: Stack creation time exceeded the specified timeout. Rollback requested by user.',
    );
  });

  it('asks for the capability that IAM resources need', () => {
    const t = bench();
    const body = JSON.stringify({ Resources: { R: { Type: 'AWS::IAM::Role', Properties: { Name: 'r' } } } });
    const error = t.fails('CreateStack', { StackName: 'farm', TemplateBody: body });
    expect([error.code, error.message]).toEqual([
      'InsufficientCapabilitiesException',
      'Requires capabilities : [CAPABILITY_IAM]',
    ]);
    t.run('CreateStack', { StackName: 'farm', TemplateBody: body, Capabilities: ['CAPABILITY_IAM'] });
    expect(t.settle('farm')).toBe('CREATE_COMPLETE');
  });
});

describe('deleting a stack', () => {
  it('deletes in reverse order and leaves the stack to be seen by its id only', () => {
    const t = bench();
    t.run('CreateStack', create);
    t.settle('farm');
    const id = t.stack('farm').StackId ?? '';
    t.log.length = 0;
    expect(t.stack(id).DeletionTime).toBeUndefined();
    const asked = new Date(t.world.now);
    t.run('DeleteStack', { StackName: 'farm' });
    expect(t.stack(id)).toMatchObject({ StackStatus: 'DELETE_IN_PROGRESS', DeletionTime: asked });
    t.world.advance(600_000);
    expect(t.stack(id).DeletionTime).toEqual(asked);
    expect(t.log).toEqual(['remove c-3', 'remove b-2', 'remove a-1']);
    expect(t.stack(id).StackStatus).toBe('DELETE_COMPLETE');
    expect(t.fails('DescribeStacks', { StackName: 'farm' }).message).toBe('Stack with id farm does not exist');
    expect(t.fails('DescribeStackEvents', { StackName: 'farm' }).message).toBe('Stack [farm] does not exist');
  });

  it('stops a creation under way', () => {
    const t = bench();
    t.unstable.add('b');
    t.run('CreateStack', create);
    t.world.advance(60_000);
    const id = t.stack('farm').StackId ?? '';
    t.run('DeleteStack', { StackName: 'farm' });
    t.unstable.clear();
    t.world.advance(600_000);
    expect(t.stack(id).StackStatus).toBe('DELETE_COMPLETE');
    expect(t.log).not.toContain('create c');
    expect(t.things.size).toBe(0);
  });

  it('is refused under termination protection', () => {
    const t = bench();
    t.run('CreateStack', { ...create, EnableTerminationProtection: true });
    t.settle('farm');
    expect(t.fails('DeleteStack', { StackName: 'farm' }).message).toBe(
      'Stack [farm] cannot be deleted while TerminationProtection is enabled',
    );
    t.run('UpdateTerminationProtection', { StackName: 'farm', EnableTerminationProtection: false });
    t.run('DeleteStack', { StackName: 'farm' });
    t.world.advance(600_000);
    expect(t.things.size).toBe(0);
  });

  it('goes on past a failure, says so, and then lets the failed one be left alone', () => {
    const t = bench();
    t.run('CreateStack', create);
    t.settle('farm');
    t.refuse.add('remove a-1');
    t.run('DeleteStack', { StackName: 'farm' });
    expect(t.settle('farm')).toBe('DELETE_FAILED');
    expect(t.stack('farm').StackStatusReason).toBe('The following resource(s) failed to delete: [A]. ');
    expect([...t.things.keys()]).toEqual(['a-1']);
    const id = t.stack('farm').StackId ?? '';
    t.run('DeleteStack', { StackName: 'farm', RetainResources: ['A'] });
    t.world.advance(60_000);
    expect(t.stack(id).StackStatus).toBe('DELETE_COMPLETE');
    expect([...t.things.keys()]).toEqual(['a-1']);
  });

  it('skips what its policy retains', () => {
    const t = bench();
    const body = JSON.stringify({
      Resources: { A: { Type: 'Test::Thing', DeletionPolicy: 'Retain', Properties: { Name: 'a' } } },
    });
    t.run('CreateStack', { StackName: 'farm', TemplateBody: body });
    t.settle('farm');
    const id = t.stack('farm').StackId ?? '';
    t.run('DeleteStack', { StackName: 'farm' });
    t.world.advance(60_000);
    expect(t.events(id).map(line)).toContain('A DELETE_SKIPPED');
    expect(t.things.size).toBe(1);
  });
});

describe('events', () => {
  it('are paged newest first, without gaps when more are written meanwhile', () => {
    const t = bench();
    const resources = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `R${index}`,
        { Type: 'Test::Thing', Properties: { Name: `r${index}` } },
      ]),
    );
    t.run('CreateStack', { StackName: 'farm', TemplateBody: JSON.stringify({ Resources: resources }) });
    t.settle('farm');
    const first = t.run<{ StackEvents: { EventId: string }[]; NextToken?: string }>('DescribeStackEvents', {
      StackName: 'farm',
    });
    expect(first.StackEvents).toHaveLength(100);
    t.run('DeleteStack', { StackName: 'farm' });
    const second = t.run<{ StackEvents: { EventId: string }[]; NextToken?: string }>('DescribeStackEvents', {
      StackName: 'farm',
      NextToken: first.NextToken,
    });
    expect(second.StackEvents).toHaveLength(182 - 100);
    expect(second.NextToken).toBeUndefined();
    const ids = [...first.StackEvents, ...second.StackEvents].map(({ EventId }) => EventId);
    expect(new Set(ids).size).toBe(182);
  });
});
