import type { TreeNode } from './tree.ts';

export type Value = null | string | number | boolean | Bean | readonly Value[];

/** An object of Jenkins' model as its Remote API exports it; members are computed only when asked for. */
export interface Bean {
  /** `_class`; absent where Jenkins leaves it out because the declared type says it. */
  readonly type?: string;
  /** In Jenkins' order: those of the superclass first, then by name. */
  readonly members: Readonly<Record<string, () => Value>>;
  /**
   * How many levels below the asked object a member still shows (stapler's `@Exported(visibility)`): 1, which is the
   * default, only in that object itself and in what is inlined there.
   */
  readonly visibility?: Readonly<Record<string, number>>;
  /** The visibility of members that have none of their own. */
  readonly defaultVisibility?: number;
  /** Members whose objects count as of the same level. */
  readonly inline?: readonly string[];
}

export type Json = null | string | number | boolean | Json[] | { [name: string]: Json };

function isBean(value: Value): value is Bean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Exports what a `tree=` names, and nothing else; `*` is every member. Names that do not exist are passed over. */
export function exportTree(bean: Bean, nodes: readonly TreeNode[]): Json {
  const json: { [name: string]: Json } = bean.type === undefined ? {} : { _class: bean.type };
  // The last of equal names counts.
  const asked = new Map(nodes.map((node) => [node.name, node]));
  const all = asked.get('*');
  for (const [name, value] of Object.entries(bean.members)) {
    const node = asked.get(name) ?? all;
    if (node) json[name] = exportNode(value(), node);
  }
  return json;
}

function exportNode(value: Value, node: TreeNode): Json {
  if (isBean(value)) return exportTree(value, node.children ?? []);
  if (value === null || typeof value !== 'object') return value;
  const shown = node.range ? value.slice(node.range.from, node.range.to) : value;
  return shown.map((element) => exportNode(element, node));
}

/** Exports without a `tree=`: members by their visibility, `depth` levels deeper than by default. */
export function exportDepth(bean: Bean, depth: number): Json {
  return exportLevel(bean, 1 - depth);
}

function exportLevel(bean: Bean, level: number): Json {
  const json: { [name: string]: Json } = bean.type === undefined ? {} : { _class: bean.type };
  for (const [name, value] of Object.entries(bean.members)) {
    const visibility = bean.visibility?.[name] ?? bean.defaultVisibility ?? 1;
    if (visibility >= level) json[name] = exportNested(value(), bean.inline?.includes(name) ? level : level + 1);
  }
  return json;
}

function exportNested(value: Value, level: number): Json {
  if (isBean(value)) return exportLevel(value, level);
  if (value === null || typeof value !== 'object') return value;
  return value.map((element) => exportNested(element, level));
}
