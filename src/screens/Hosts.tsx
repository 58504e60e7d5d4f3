import type { HeaderFacts } from '../components/header-line.ts';
import type { Column } from '../components/table-layout.ts';
import type { Farm } from '../farm/joined.ts';
import type { Host } from '../farm/joined-hosts.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { age, none, shortId } from '../terminal/format.ts';
import { stateMark } from '../terminal/glyphs.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { balancedCell } from './door-line.ts';
import { TableScreen } from './TableScreen.tsx';

/** The columns of the hosts' table. */
export function hostColumns(snapshot: Snapshot, now: number, shortIds: boolean): readonly Column<Host>[] {
  return [
    { key: 'zone', title: 'ZONE', width: 12, cell: ({ zone }) => span(zone, 'dim') },
    {
      key: 'host',
      title: 'HOST',
      width: shortIds ? 11 : 21,
      cell: ({ id, state }) => span(`${stateMark(state).glyph} ${shortIds ? shortId(id) : id}`, stateMark(state).tone),
    },
    {
      key: 'state',
      title: 'IS',
      width: 12,
      cell: ({ state, spare }) => span(spare ? 'spare' : state, stateMark(state).tone),
    },
    {
      key: 'masters',
      title: 'MASTERS',
      width: 8,
      flex: 1,
      cell: ({ slots }) => span(slots.length === 0 ? none : `slot ${slots.join(', ')}`),
    },
    {
      key: 'door',
      title: 'DOOR',
      width: 12,
      cell: ({ balanced }) => balancedCell(balanced, snapshot),
    },
    { key: 'group', title: 'GROUP', width: 12, drop: 2, cell: ({ member }) => span(member?.lifecycle ?? none, 'dim') },
    { key: 'type', title: 'TYPE', width: 10, drop: 3, cell: ({ instance }) => span(instance?.type ?? none, 'dim') },
    {
      key: 'address',
      title: 'ADDRESS',
      width: 15,
      drop: 1,
      cell: ({ instance }) => span(instance?.privateIp ?? none, 'dim'),
    },
    {
      key: 'up',
      title: 'UP',
      width: 4,
      align: 'right',
      cell: ({ instance }) => span(instance ? age(now - instance.launchedAt) : none, 'dim'),
    },
  ];
}

function hostDetail(host: Host): readonly Spans[] {
  const { balanced, containerInstance, member } = host;
  return [
    [
      { text: ` ${host.id}`, bold: true },
      span(
        `  EC2 ${host.instance?.state ?? 'not seen'}  ${member ? `group ${member.lifecycle}, ${member.health}` : 'not in the group'}`,
        'dim',
      ),
    ],
    [
      span(' ECS ', 'dim'),
      span(
        containerInstance
          ? `${containerInstance.status}, agent ${containerInstance.agentConnected ? 'connected' : 'disconnected'}, ${containerInstance.runningTasks} tasks running`
          : 'not in the cluster',
      ),
    ],
    [
      span(' ELB ', 'dim'),
      span(
        balanced
          ? `${balanced.state}  ${balanced.description === 'N/A' ? '' : balanced.description}`
          : 'not registered',
      ),
    ],
  ];
}

export interface HostsProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly farm: Farm;
  readonly snapshot: Snapshot;
  readonly now: number;
}

/** Every host of the group and of the cluster. */
export function Hosts({ size, facts, farm, snapshot, now }: HostsProps) {
  return (
    <TableScreen
      size={size}
      facts={facts}
      title={`Hosts  ${farm.hosts.length}`}
      columns={hostColumns(snapshot, now, size.columns < 100)}
      rows={farm.hosts}
      rowKey={(host) => host.id}
      rowText={(host) =>
        `${host.id} ${host.zone} ${host.state} ${host.spare ? 'spare' : ''} ${host.slots.map((slot) => `slot ${slot}`).join(' ')}`
      }
      empty="no host can be seen"
      detail={hostDetail}
      detailRows={3}
    />
  );
}
