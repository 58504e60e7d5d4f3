/** What `reads.py` prints: by operation, the type of every member that its answers had, by path (`tasks[].tags[].key`). */
export type Shapes = Record<string, { shape: Record<string, string>; error?: string }>;

/** `only moto ecs:DescribeServices services[].taskSets` and the like, of what both servers were asked for. */
export function differences(sandbox: Shapes, moto: Shapes): string[] {
  return Object.keys(sandbox).flatMap((operation) => {
    const ours = sandbox[operation]?.shape ?? {};
    const theirs = moto[operation]?.shape ?? {};
    if (moto[operation]?.error !== undefined) return [`moto fails ${operation}`];
    return [
      ...missing(theirs, ours).map((path) => `only moto ${operation} ${path}`),
      ...missing(ours, theirs).map((path) => `only sandbox ${operation} ${path}`),
      ...Object.keys(ours)
        .filter((path) => path in theirs && theirs[path] !== ours[path])
        .map((path) => `types ${operation} ${path}: ${ours[path]} and ${theirs[path]}`),
    ];
  });
}

/**
 * The members in `has` that `lacks` has not, where it has what they are in: a list that is empty on one side says nothing
 * of its items, and of a structure that is missing only the structure is told.
 */
function missing(has: Record<string, string>, lacks: Record<string, string>): string[] {
  const there = withParents(Object.keys(lacks));
  const told = [...withParents(Object.keys(has))].filter((path) => path !== '' && !there.has(path));
  return told.filter((path) => there.has(parent(path)) && !path.endsWith('[]') && !path.endsWith('{}')).sort();
}

function withParents(paths: readonly string[]): Set<string> {
  const all = new Set(['']);
  for (const path of paths) {
    for (let at = path; at !== ''; at = parent(at)) all.add(at);
  }
  return all;
}

/** `a[].b` of `a[].b.c`, `a` of `a[]`, nothing of `a`. */
function parent(path: string): string {
  if (path.endsWith('[]') || path.endsWith('{}')) return path.slice(0, -2);
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}
