import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bean, exportDepth, exportTree } from '../../../src/sandbox/jenkins/bean.ts';
import { parseTree, type TreeNode, TreeSyntaxError } from '../../../src/sandbox/jenkins/tree.ts';

describe('parseTree', () => {
  it('reads names, nesting and ranges', () => {
    expect(parseTree('jobs[name,builds[number]{0,5}]{,10},url')).toEqual([
      {
        name: 'jobs',
        children: [{ name: 'name' }, { name: 'builds', children: [{ name: 'number' }], range: { from: 0, to: 5 } }],
        range: { from: 0, to: 10 },
      },
      { name: 'url' },
    ]);
    expect(parseTree('a{3}')[0]?.range).toEqual({ from: 3, to: 4 });
    expect(parseTree('a{3,}')[0]?.range).toEqual({ from: 3, to: Number.POSITIVE_INFINITY });
  });

  it.each(['', 'a[', 'a[]', 'a]', 'a,', ',a', 'a[b', 'a{', 'a{}', 'a{x}', 'a{1,2', 'a{,}', 'a{1}[b]', '[a]'])(
    'refuses %j',
    (text) => {
      expect(() => parseTree(text)).toThrow(TreeSyntaxError);
    },
  );

  it('reads back whatever can be written', () => {
    const { node } = fc.letrec<{ node: TreeNode }>((tie) => ({
      node: fc
        .tuple(
          fc.constantFrom('jobs', 'name', '*', '_class', 'sec10'),
          fc.option(fc.array(tie('node'), { minLength: 1, maxLength: 3 }), {
            nil: undefined,
            maxDepth: 3,
            depthIdentifier: 'tree',
          }),
          fc.option(fc.tuple(fc.nat(9), fc.nat(9)), { nil: undefined }),
        )
        .map(([name, children, range]) => ({
          name,
          ...(children ? { children } : {}),
          ...(range ? { range: { from: range[0], to: range[1] } } : {}),
        })),
    }));
    const write = (nodes: readonly TreeNode[]): string =>
      nodes
        .map((one) => {
          const inner = one.children ? `[${write(one.children)}]` : '';
          return `${one.name}${inner}${one.range ? `{${one.range.from},${one.range.to}}` : ''}`;
        })
        .join(',');
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 4 }), (nodes) => {
        expect(parseTree(write(nodes))).toEqual(nodes);
      }),
    );
  });
});

describe('exports', () => {
  const child = (name: string): Bean => ({
    type: 'Child',
    visibility: { name: 2 },
    members: { name: () => name, secret: () => 'only when asked', self: () => child(name) },
  });
  const root: Bean = {
    type: 'Root',
    members: { title: () => 'root', children: () => ['a', 'b', 'c'].map(child), nothing: () => null },
  };

  it('gives with a tree what it names, with classes, and passes over what is not there', () => {
    expect(exportTree(root, parseTree('title,children[secret]{1,},missing[x]'))).toEqual({
      _class: 'Root',
      title: 'root',
      children: [
        { _class: 'Child', secret: 'only when asked' },
        { _class: 'Child', secret: 'only when asked' },
      ],
    });
    expect(exportTree(root, parseTree('children{0}'))).toEqual({ _class: 'Root', children: [{ _class: 'Child' }] });
  });

  it('gives without a tree everything at the top and little below', () => {
    expect(exportDepth(root, 0)).toEqual({
      _class: 'Root',
      title: 'root',
      children: [
        { _class: 'Child', name: 'a' },
        { _class: 'Child', name: 'b' },
        { _class: 'Child', name: 'c' },
      ],
      nothing: null,
    });
  });

  it('gives with a depth what lies so much deeper, and counts no level for what is inlined', () => {
    const deep: Bean = { members: { child: () => child('a') } };
    expect(exportDepth(deep, 0)).toEqual({ child: { _class: 'Child', name: 'a' } });
    expect(exportDepth(deep, 1)).toEqual({
      child: { _class: 'Child', name: 'a', secret: 'only when asked', self: { _class: 'Child', name: 'a' } },
    });
    const inlined = exportDepth({ ...deep, inline: ['child'] }, 0);
    expect(inlined).toEqual(exportDepth(deep, 1));
    expect(exportDepth({ members: { rare: () => 1 }, visibility: { rare: -1 } }, 1)).toEqual({});
  });

  it('follows the order of the object, not that of the tree, and takes * for what the tree does not name', () => {
    expect(JSON.stringify(exportTree(root, parseTree('nothing,title')))).toBe(
      '{"_class":"Root","title":"root","nothing":null}',
    );
    expect(exportTree(root, parseTree('*[name],children[secret]{0}'))).toMatchObject({
      title: 'root',
      children: [{ _class: 'Child', secret: 'only when asked' }],
    });
  });

  it('computes only what is asked for', () => {
    let computed = 0;
    const counting: Bean = {
      members: {
        cheap: () => 1,
        dear: () => {
          computed += 1;
          return 2;
        },
      },
    };
    exportTree(counting, parseTree('cheap'));
    expect(computed).toBe(0);
  });
});
