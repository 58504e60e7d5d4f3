import type { Column } from '../components/table-layout.ts';
import type { Agent } from '../farm/joined-agents.ts';
import { age, none, shortId } from '../terminal/format.ts';
import { stateMark } from '../terminal/glyphs.ts';
import { span } from '../terminal/spans.ts';
import { bar } from '../terminal/sparkline.ts';

/** The build that an agent runs, or why there is none to name. */
export function buildWords(agent: Agent): string {
  if (agent.build) return agent.build.name;
  return agent.note ?? none;
}

/** The columns of the agents' tables. */
export function agentColumns(now: number, shortIds: boolean): readonly Column<Agent>[] {
  return [
    {
      key: 'agent',
      title: 'AGENT',
      width: shortIds ? 11 : 21,
      cell: (agent) => {
        const { glyph, tone } = stateMark(agent.state);
        return span(`${glyph} ${shortIds ? shortId(agent.id) : agent.id}`, tone);
      },
    },
    { key: 'slot', title: 'SLOT', width: 4, cell: (agent) => span(agent.slot ?? none) },
    {
      key: 'label',
      title: 'LABEL',
      width: 8,
      drop: 3,
      cell: (agent) => span(agent.computer?.labels[0] ?? none, 'dim'),
    },
    { key: 'state', title: 'STATE', width: 9, cell: (agent) => span(agent.state, stateMark(agent.state).tone) },
    {
      key: 'build',
      title: 'BUILD',
      width: 18,
      flex: 1,
      cell: (agent) => span(buildWords(agent), agent.build ? 'plain' : 'dim'),
    },
    {
      key: 'progress',
      title: 'PROGRESS',
      width: 9,
      drop: 2,
      cell: ({ build, progress }) => {
        if (!build || progress === undefined) return span('');
        return progress < 0 ? span('not known', 'dim') : span(bar(progress / 100, 9), 'moving');
      },
    },
    {
      key: 'idle',
      title: 'IDLE',
      width: 4,
      align: 'right',
      cell: ({ idleSince }) => (idleSince === undefined ? span(none, 'dim') : span(age(now - idleSince))),
    },
    { key: 'up', title: 'UP', width: 4, align: 'right', cell: (agent) => span(age(now - agent.upSince), 'dim') },
  ];
}
