import type { TreeNode } from './tree.ts';

export type Value = null | string | number | boolean | Bean | readonly Value[];

/** An object of Jenkins' model as its Remote API exports it; members are computed only when asked for. */
export interface Bean {
  /** `_class`; absent where Jenkins leaves it out because the declared type says it. */
  readonly type?: string;
  readonly members: Readonly<Record<string, () => Value>>;
  /** Members that show even where the object is nested below the asked depth; the others are left out there. */
  readonly brief?: readonly string[];
}

export type Json = null | string | number | boolean | Json[] | { [name: string]: Json };

function isBean(value: Value): value is Bean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Exports what a `tree=` names, and nothing else; `*` is every member. Names that do not exist are passed over. */
export function exportTree(bean: Bean, nodes: readonly TreeNode[]): Json {
  const json: { [name: string]: Json } = bean.type === undefined ? {} : { _class: bean.type };
  for (const node of nodes) {
    const names = node.name === '*' ? Object.keys(bean.members) : [node.name];
    for (const name of names) {
      const value = bean.members[name]?.();
      if (value !== undefined) json[name] = exportNode(value, node);
    }
  }
  return json;
}

function exportNode(value: Value, node: TreeNode): Json {
  if (isBean(value)) return exportTree(value, node.children ?? []);
  if (value === null || typeof value !== 'object') return value;
  const shown = node.range ? value.slice(node.range.from, node.range.to) : value;
  return shown.map((element) => exportNode(element, node));
}

/** Exports without a `tree=`: every member down to `depth`, and only the brief ones of what is nested deeper. */
export function exportDepth(bean: Bean, depth: number): Json {
  const json: { [name: string]: Json } = bean.type === undefined ? {} : { _class: bean.type };
  const names = depth >= 0 ? Object.keys(bean.members) : (bean.brief ?? []);
  for (const name of names) {
    const value = bean.members[name]?.();
    if (value !== undefined) json[name] = exportNested(value, depth - 1);
  }
  return json;
}

function exportNested(value: Value, depth: number): Json {
  if (isBean(value)) return exportDepth(value, depth);
  if (value === null || typeof value !== 'object') return value;
  return value.map((element) => exportNested(element, depth));
}
