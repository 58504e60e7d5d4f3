import { describe, expect, it } from 'vitest';
import { placeColumns } from '../../src/components/table-layout.ts';
import { agentColumns } from '../../src/screens/agent-columns.ts';
import { hostColumns } from '../../src/screens/Hosts.tsx';
import { ladderColumns } from '../../src/screens/ladder-lines.ts';
import { masterColumns } from '../../src/screens/Masters.tsx';
import { queueColumns } from '../../src/screens/queue-columns.ts';
import { now, snapshot } from '../farm-fixture.ts';

// What a table may never lose has to fit into 80 columns less the two of the pointer.
describe('the essential columns fit into 80', () => {
  it.each([
    ['agents', agentColumns(now, true)],
    ['queue', queueColumns(now)],
    ['masters', masterColumns(snapshot(), now)],
    ['hosts', hostColumns(snapshot(), now, true)],
    ['ladder', ladderColumns(snapshot(), now, 80)],
  ] as const)('of %s', (_, columns) => {
    const placed = placeColumns(columns as Parameters<typeof placeColumns>[0], 78);
    expect(placed.reduce((sum, { width }) => sum + width, 2 * (placed.length - 1))).toBeLessThanOrEqual(78);
  });
});
