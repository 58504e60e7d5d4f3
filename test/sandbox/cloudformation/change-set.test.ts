import { describe, expect, it } from 'vitest';
import { type Bench, bench, line } from './fakes.ts';

function body(size: number | { Ref: string } = { Ref: 'Size' }, more: object = {}): string {
  return JSON.stringify({
    Parameters: { Size: { Type: 'Number', Default: 1 }, Name: { Type: 'String', Default: 'a' } },
    Resources: {
      A: { Type: 'Test::Thing', Properties: { Name: { Ref: 'Name' }, Size: size } },
      B: { Type: 'Test::Thing', Properties: { Name: 'b', Link: { Ref: 'A' } } },
      ...more,
    },
    Outputs: { A: { Value: { Ref: 'A' } } },
  });
}

function parameters(values: Record<string, string>) {
  return Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
}

function created(): Bench {
  const t = bench();
  t.run('CreateStack', { StackName: 'farm', TemplateBody: body() });
  expect(t.settle('farm')).toBe('CREATE_COMPLETE');
  t.log.length = 0;
  return t;
}

function propose(t: Bench, name: string, input: object) {
  t.run('CreateChangeSet', { StackName: 'farm', ChangeSetName: name, ...input });
  t.world.advance(10_000);
  return t.changeSet('farm', name);
}

describe('a change set for a new stack', () => {
  it('waits in review, lists what it adds and is executed', () => {
    const t = bench();
    t.run('CreateChangeSet', {
      StackName: 'farm',
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: body(),
    });
    expect(t.stack('farm').StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(t.changeSet('farm', 'first').Status).toBe('CREATE_PENDING');
    t.world.advance(10_000);
    const ready = t.changeSet('farm', 'first');
    expect([ready.Status, ready.ExecutionStatus]).toEqual(['CREATE_COMPLETE', 'AVAILABLE']);
    expect(
      ready.Changes?.map(({ ResourceChange }) => [ResourceChange?.Action, ResourceChange?.LogicalResourceId]),
    ).toEqual([
      ['Add', 'A'],
      ['Add', 'B'],
    ]);
    expect(t.things.size).toBe(0);
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'first', ClientRequestToken: 'go' });
    expect(t.settle('farm')).toBe('CREATE_COMPLETE');
    expect(t.changeSet('farm', 'first').ExecutionStatus).toBe('EXECUTE_COMPLETE');
    expect(t.events('farm').map(line).slice(0, 2)).toEqual([
      'farm REVIEW_IN_PROGRESS: User Initiated',
      'farm CREATE_IN_PROGRESS: User Initiated',
    ]);
    expect(t.fails('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'first' }).code).toBe(
      'InvalidChangeSetStatus',
    );
  });

  it('leaves no stack behind when it is refused', () => {
    const t = bench();
    const error = t.fails('CreateChangeSet', {
      StackName: 'farm',
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: body(),
      Parameters: parameters({ Size: 'many' }),
    });
    expect(error.message).toBe("Parameter 'Size' must be a number.");
    expect(t.fails('DescribeStacks', { StackName: 'farm' }).message).toBe('Stack with id farm does not exist');
  });

  it('does not take the name of a stack that is there', () => {
    const t = created();
    expect(
      t.fails('CreateChangeSet', {
        StackName: 'farm',
        ChangeSetName: 'again',
        ChangeSetType: 'CREATE',
        TemplateBody: body(),
      }).message,
    ).toBe('Stack [farm] already exists and cannot be created again with the changeSet [again].');
  });

  it('is not found by a name it does not have', () => {
    const t = created();
    const error = t.fails('DescribeChangeSet', { StackName: 'farm', ChangeSetName: 'nope' });
    expect([error.code, error.status, error.message]).toEqual([
      'ChangeSetNotFound',
      404,
      'ChangeSet [nope] does not exist',
    ]);
  });
});

describe('a change set for an update', () => {
  it('fails when nothing changes', () => {
    const t = created();
    const change = propose(t, 'same', { UsePreviousTemplate: true });
    expect([change.Status, change.ExecutionStatus]).toEqual(['FAILED', 'UNAVAILABLE']);
    expect(change.StatusReason).toBe(
      "The submitted information didn't contain changes. Submit different information to create a change set.",
    );
  });

  it('tells a change in place by its parameter, and updates', () => {
    const t = created();
    const change = propose(t, 'bigger', { UsePreviousTemplate: true, Parameters: parameters({ Size: '5' }) });
    expect(change.Changes).toEqual([
      {
        Type: 'Resource',
        ResourceChange: {
          Action: 'Modify',
          LogicalResourceId: 'A',
          PhysicalResourceId: 'a-1',
          ResourceType: 'Test::Thing',
          Replacement: 'False',
          Scope: ['Properties'],
          Details: [
            {
              Target: { Attribute: 'Properties', Name: 'Size', RequiresRecreation: 'Never' },
              Evaluation: 'Static',
              ChangeSource: 'ParameterReference',
              CausingEntity: 'Size',
            },
            {
              Target: { Attribute: 'Properties', Name: 'Size', RequiresRecreation: 'Never' },
              Evaluation: 'Dynamic',
              ChangeSource: 'DirectModification',
            },
          ],
        },
      },
    ]);
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'bigger' });
    expect(t.settle('farm')).toBe('UPDATE_COMPLETE');
    expect(t.log).toEqual(['update a to 5']);
    expect(t.events('farm').map(line).slice(-5)).toEqual([
      'farm UPDATE_IN_PROGRESS: User Initiated',
      'A UPDATE_IN_PROGRESS',
      'A UPDATE_COMPLETE',
      'farm UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'farm UPDATE_COMPLETE',
    ]);
  });

  it('replaces: makes the new one, moves what refers to it, then deletes the old one', () => {
    const t = created();
    const change = propose(t, 'rename', { UsePreviousTemplate: true, Parameters: parameters({ Name: 'z' }) });
    expect(
      change.Changes?.map(({ ResourceChange }) => [ResourceChange?.LogicalResourceId, ResourceChange?.Replacement]),
    ).toEqual([
      ['A', 'True'],
      ['B', 'False'],
    ]);
    expect(change.Changes?.[1]?.ResourceChange?.Details?.[0]).toMatchObject({
      Evaluation: 'Static',
      ChangeSource: 'ResourceReference',
      CausingEntity: 'A',
    });
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'rename' });
    expect(t.settle('farm')).toBe('UPDATE_COMPLETE');
    expect(t.log).toEqual(['create z', 'update b to ', 'remove a-1']);
    expect(t.stack('farm').Outputs?.[0]?.OutputValue).toBe('z-3');
    expect(t.events('farm').map(line)).toContain(
      'A UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating one.',
    );
  });

  it('adds and removes', () => {
    const t = created();
    propose(t, 'add', {
      TemplateBody: body({ Ref: 'Size' }, { C: { Type: 'Test::Thing', Properties: { Name: 'c' } } }),
    });
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'add' });
    expect(t.settle('farm')).toBe('UPDATE_COMPLETE');
    expect([...t.things.keys()].sort()).toEqual(['a-1', 'b-2', 'c-3']);
    const change = propose(t, 'remove', { TemplateBody: body() });
    expect(change.Changes?.[0]?.ResourceChange).toMatchObject({
      Action: 'Remove',
      LogicalResourceId: 'C',
      PolicyAction: 'Delete',
    });
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'remove' });
    expect(t.settle('farm')).toBe('UPDATE_COMPLETE');
    expect([...t.things.keys()].sort()).toEqual(['a-1', 'b-2']);
  });

  it('takes a failed update back: values, replacements and additions', () => {
    const t = created();
    t.refuse.add('update b to ');
    const more = { C: { Type: 'Test::Thing', Properties: { Name: 'c' } } };
    propose(t, 'bad', { TemplateBody: body({ Ref: 'Size' }, more), Parameters: parameters({ Name: 'z' }) });
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'bad' });
    // Only the first time: taking it back asks the same of B again.
    t.world.advanceUntil(() => t.stack('farm').StackStatus === 'UPDATE_ROLLBACK_IN_PROGRESS', 600_000);
    t.refuse.clear();
    expect(t.settle('farm')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...t.things.keys()].sort()).toEqual(['a-1', 'b-2']);
    expect(t.stack('farm').Outputs?.[0]?.OutputValue).toBe('a-1');
    expect(t.stack('farm').Parameters).toContainEqual({ ParameterKey: 'Name', ParameterValue: 'a' });
    const lines = t.events('farm').map(line);
    expect(
      lines.some((text) => text.startsWith('farm UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to')),
    ).toBe(true);
    expect(t.changeSet('farm', 'bad').ExecutionStatus).toBe('EXECUTE_FAILED');
  });

  it('does not make a second one when a replacement could not be made', () => {
    const t = created();
    t.refuse.add('create z');
    propose(t, 'bad', { UsePreviousTemplate: true, Parameters: parameters({ Name: 'z' }) });
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'bad' });
    expect(t.settle('farm')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...t.things.keys()].sort()).toEqual(['a-1', 'b-2']);
    expect(t.log).toEqual(['create z']);
  });

  it('can be continued after a rollback that failed', () => {
    const t = created();
    t.refuse.add('update b to ').add('update a to 1');
    t.run('UpdateStack', {
      StackName: 'farm',
      TemplateBody: JSON.stringify({
        Resources: {
          A: { Type: 'Test::Thing', Properties: { Name: 'a', Size: 2 } },
          B: { Type: 'Test::Thing', DependsOn: 'A', Properties: { Name: 'b', Link: 'new' } },
        },
      }),
    });
    expect(t.settle('farm')).toBe('UPDATE_ROLLBACK_FAILED');
    t.refuse.clear();
    t.run('ContinueUpdateRollback', { StackName: 'farm' });
    expect(t.settle('farm')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(t.things.get('a-1')).toBe('1');
  });

  it('is cancelled by the user', () => {
    const t = created();
    propose(t, 'rename', { UsePreviousTemplate: true, Parameters: parameters({ Name: 'z' }) });
    t.unstable.add('z');
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'rename' });
    t.world.advance(30_000);
    t.run('CancelUpdateStack', { StackName: 'farm' });
    expect(t.settle('farm')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...t.things.keys()].sort()).toEqual(['a-1', 'b-2']);
  });

  it('is deleted but while it is looked at or executed, and unasked when it is not there', () => {
    const t = created();
    const input = { StackName: 'farm', ChangeSetName: 'new' };
    const change = { UsePreviousTemplate: true, Parameters: parameters({ Size: '2' }) };
    t.run('CreateChangeSet', { ...input, ...change });
    t.world.advance(1500);
    expect(t.fails('DeleteChangeSet', input)).toMatchObject({
      code: 'InvalidChangeSetStatus',
      message: 'Cannot delete ChangeSet in status CREATE_IN_PROGRESS',
    });
    t.world.advance(10_000);
    t.run('DeleteChangeSet', input);
    expect(t.fails('DescribeChangeSet', input).code).toBe('ChangeSetNotFound');
    t.run('DeleteChangeSet', input);
    expect(t.fails('DeleteChangeSet', { ...input, StackName: 'none' }).message).toBe('Stack [none] does not exist');
    propose(t, 'again', change);
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'again' });
    expect(t.fails('DeleteChangeSet', { StackName: 'farm', ChangeSetName: 'again' }).code).toBe(
      'InvalidChangeSetStatus',
    );
  });

  it('makes other change sets obsolete', () => {
    const t = created();
    propose(t, 'one', { UsePreviousTemplate: true, Parameters: parameters({ Size: '2' }) });
    propose(t, 'two', { UsePreviousTemplate: true, Parameters: parameters({ Size: '3' }) });
    t.run('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'two' });
    t.settle('farm');
    expect(t.changeSet('farm', 'one').ExecutionStatus).toBe('OBSOLETE');
    expect(t.fails('ExecuteChangeSet', { StackName: 'farm', ChangeSetName: 'one' }).code).toBe(
      'InvalidChangeSetStatus',
    );
  });

  it('refuses an update of a stack that can only be deleted', () => {
    const t = bench();
    t.refuse.add('create a');
    t.run('CreateStack', { StackName: 'farm', TemplateBody: body() });
    t.settle('farm');
    const error = t.fails('CreateChangeSet', { StackName: 'farm', ChangeSetName: 'x', TemplateBody: body(2) });
    expect(error.message).toMatch(
      /^Stack:arn:aws:cloudformation:.* is in ROLLBACK_COMPLETE state and can not be updated\.$/,
    );
  });

  it('says when an update would do nothing', () => {
    const t = created();
    expect(t.fails('UpdateStack', { StackName: 'farm', UsePreviousTemplate: true }).message).toBe(
      'No updates are to be performed.',
    );
  });
});
