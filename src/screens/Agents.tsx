import type { HeaderFacts } from '../components/header-line.ts';
import type { Farm } from '../farm/joined.ts';
import type { Agent } from '../farm/joined-agents.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { age, none } from '../terminal/format.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { agentColumns, buildWords } from './agent-columns.ts';
import { staleWords } from './door-line.ts';
import { TableScreen } from './TableScreen.tsx';

/** An agent in full. */
export function agentDetail(agent: Agent, now: number): readonly Spans[] {
  const { instance, build, computer } = agent;
  return [
    [
      { text: ` ${agent.id}`, bold: true },
      span(
        `  ${instance.type}  ${instance.zone}  ${instance.privateIp ?? none}  EC2 ${instance.state}  up ${age(now - agent.upSince)}`,
        'dim',
      ),
    ],
    [span(` ${agent.state}`), span(agent.note === undefined ? '' : `: ${agent.note}`, 'warning')],
    build
      ? [span(' builds ', 'dim'), span(`${build.name}  `), span(build.url, 'accent')]
      : [
          span(' node ', 'dim'),
          span(computer?.name ?? 'no master knows it'),
          span(computer?.offlineReason ? `  ${computer.offlineReason}` : '', 'warning'),
        ],
  ];
}

export interface AgentsProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly farm: Farm;
  readonly snapshot: Snapshot;
  readonly now: number;
}

/** Every build agent. */
export function Agents({ size, facts, farm, snapshot, now }: AgentsProps) {
  const stale = staleWords(snapshot.instances, now);
  const cap = farm.agentCap === undefined ? '' : ` of cap ${farm.agentCap}`;
  return (
    <TableScreen
      size={size}
      facts={facts}
      title={`Agents (slaves)  ${farm.agents.length}${cap}`}
      aside={stale === '' ? [] : [span(`  ? ${stale}`, 'unknown')]}
      columns={agentColumns(now, size.columns < 100)}
      rows={farm.agents}
      rowKey={(agent) => agent.id}
      rowText={(agent) =>
        `${agent.id} slot ${agent.slot ?? ''} ${agent.state} ${agent.computer?.labels.join(' ') ?? ''} ${buildWords(agent)}`
      }
      empty="no agents: they come when a build waits"
      detail={(agent) => agentDetail(agent, now)}
      detailRows={3}
    />
  );
}
