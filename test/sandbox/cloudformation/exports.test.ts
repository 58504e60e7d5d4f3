import type { ListExportsOutput, ListImportsOutput } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { bench, line } from './fakes.ts';

function exporter(name: string, value: unknown = 'one'): string {
  return JSON.stringify({
    Resources: { A: { Type: 'Test::Thing', Properties: { Name: 'a' } } },
    Outputs: { O: { Value: value, Export: { Name: name } } },
  });
}

const importer = JSON.stringify({
  Parameters: { Of: { Type: 'String', Default: 'base' } },
  Resources: {
    B: { Type: 'Test::Thing', Properties: { Name: 'b', Link: { 'Fn::ImportValue': { 'Fn::Sub': '${Of}-x' } } } },
  },
});

/** A stack `base` that exports base-x, and a stack `user` that imports it. */
function imported() {
  const t = bench();
  t.run('CreateStack', { StackName: 'base', TemplateBody: exporter('base-x') });
  t.settle('base');
  t.run('CreateStack', { StackName: 'user', TemplateBody: importer });
  t.settle('user');
  return t;
}

describe('exports', () => {
  it('are listed with their stack, and who imports them', () => {
    const t = imported();
    expect(t.stack('user').StackStatus).toBe('CREATE_COMPLETE');
    const { Exports } = t.run<ListExportsOutput>('ListExports', {});
    expect(Exports).toEqual([{ ExportingStackId: t.stack('base').StackId, Name: 'base-x', Value: 'one' }]);
    expect(t.run<ListImportsOutput>('ListImports', { ExportName: 'base-x' }).Imports).toEqual(['user']);
    expect(t.fails('ListImports', { ExportName: 'other' }).message).toBe(
      "Export 'other' is not imported by any stack.",
    );
  });

  it('that are missing fail the stack before anything is made, and hold nothing', () => {
    const t = bench();
    t.run('CreateStack', { StackName: 'user', TemplateBody: importer });
    expect(t.settle('user')).toBe('ROLLBACK_COMPLETE');
    expect(t.log).toEqual([]);
    expect(t.events('user').map(line)).toContain(
      'user ROLLBACK_IN_PROGRESS: No export named base-x found. Rollback requested by user.',
    );
    expect(t.fails('ListImports', { ExportName: 'base-x' }).code).toBe('ValidationError');
  });

  it('that are missing do not fail a change set, which warns of them', () => {
    const t = bench();
    const input = { StackName: 'user', ChangeSetName: 'c', ChangeSetType: 'CREATE', TemplateBody: importer };
    t.run('CreateChangeSet', input);
    t.world.advance(60_000);
    const { Status, StatusReason } = t.changeSet('user', 'c');
    expect(Status).toBe('CREATE_COMPLETE');
    expect(StatusReason).toMatch(/^\[WARN\] .* for resource \[B\] because: No export named base-x$/);
  });

  it('have names that no other stack has', () => {
    const t = imported();
    t.run('CreateStack', { StackName: 'other', TemplateBody: exporter('base-x') });
    expect(t.settle('other')).toBe('ROLLBACK_COMPLETE');
    expect(t.events('other').map(line)).toContain(
      'other ROLLBACK_IN_PROGRESS: Export with name base-x is already exported by stack base. Rollback requested by user.',
    );
  });

  it('in use neither change nor go, and their stack is not deleted', () => {
    const t = imported();
    t.run('UpdateStack', { StackName: 'base', TemplateBody: exporter('base-x', 'two') });
    expect(t.settle('base')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(t.events('base').map(line)).toContain(
      'base UPDATE_ROLLBACK_IN_PROGRESS: Export base-x cannot be updated as it is in use by user',
    );
    t.run('DeleteStack', { StackName: 'base' });
    expect(t.settle('base')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(t.stack('base').StackStatusReason).toBe(
      'Delete canceled. Cannot delete export base-x as it is in use by user.',
    );
    expect(t.log).not.toContain('remove a-1');
    t.run('DeleteStack', { StackName: 'user' });
    t.world.advance(60_000);
    t.run('DeleteStack', { StackName: 'base' });
    t.world.advance(60_000);
    expect(t.run<ListExportsOutput>('ListExports', {}).Exports).toEqual([]);
    expect(t.things.size).toBe(0);
  });
});

describe('transforms', () => {
  const body = (Transform: unknown) =>
    JSON.stringify({ Transform, Resources: { A: { Type: 'Test::Thing', Properties: { Name: 'a' } } } });
  const auto = ['CAPABILITY_AUTO_EXPAND'];

  it.each([
    ['Mine', [], 'Requires capabilities : [CAPABILITY_AUTO_EXPAND]'],
    ['Mine', auto, 'No transform named 123456789012::Mine found.'],
    [{ Name: 3 }, auto, 'Key Name of transform definition must be a string.'],
    [
      ['AWS::LanguageExtensions'],
      auto,
      'Transform AWS::LanguageExtensions failed with: the sandbox runs no transforms.',
    ],
  ])('%j with %j is refused', (Transform, Capabilities, message) => {
    const t = bench();
    expect(t.fails('CreateStack', { StackName: 's', TemplateBody: body(Transform), Capabilities }).message).toBe(
      message,
    );
  });

  it('are told of by a validation', () => {
    expect(bench().run('ValidateTemplate', { TemplateBody: body('Mine') })).toMatchObject({
      DeclaredTransforms: ['Mine'],
      Capabilities: auto,
    });
  });
});

describe('a template', () => {
  const thing = { Type: 'Test::Thing', Properties: { Name: 'a' } };
  const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`R${index}`, thing]));

  it.each([
    [{ Resources: many }, 'Template format error: Number of resources, 501, is greater than maximum allowed, 500'],
    [
      { Resources: { A: { ...thing, DeletionPolicy: 'Keep' } } },
      'Template format error: Unrecognized DeletionPolicy Keep for resource A',
    ],
    [
      { Resources: { A: { ...thing, UpdateReplacePolicy: 'RetainExceptOnCreate' } } },
      'Template format error: Unrecognized UpdateReplacePolicy RetainExceptOnCreate for resource A',
    ],
    [
      { Parameters: { P: { Type: 'Text' } }, Resources: { A: thing } },
      'Template format error: Unrecognized parameter type: Text',
    ],
    [
      { Resources: { A: { ...thing, Condition: 'C' } } },
      'Template format error: Unresolved condition dependency C in the Resources block of the template',
    ],
  ])('is refused already when it is validated', (template, message) => {
    expect(bench().fails('ValidateTemplate', { TemplateBody: JSON.stringify(template) }).message).toBe(message);
  });
});
