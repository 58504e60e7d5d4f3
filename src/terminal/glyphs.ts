import type { Tone } from './theme.ts';

/** How a state is shown: colour is never the only cue (NO_COLOR, colour-blind operators, copies of the screen). */
export interface Mark {
  readonly glyph: string;
  readonly word: string;
  readonly tone: Tone;
}

/** The four answers to `is it all right?`; the farm's severities, named here because this floor lies below them. */
export type Grade = 'ok' | 'warning' | 'critical' | 'unknown';

const grades: Readonly<Record<Grade, Mark>> = {
  ok: { glyph: '●', word: 'OK', tone: 'ok' },
  warning: { glyph: '▲', word: 'WARNING', tone: 'warning' },
  critical: { glyph: '✕', word: 'CRITICAL', tone: 'critical' },
  unknown: { glyph: '?', word: 'UNKNOWN', tone: 'unknown' },
};

/** The mark of a severity. */
export function severityMark(severity: Grade): Mark {
  return grades[severity];
}

// Lower-cased words of ECS, EC2, ELB, CloudFormation, Auto Scaling and of this program's joined model.
const good = new Set(['serving', 'ready', 'open', 'running', 'inservice', 'busy', 'active', 'healthy']);
const moving = new Set(['booting', 'pending', 'provisioning', 'activating', 'launching', 'starting', 'draining']);
const quiet = new Set(['idle', 'spare', 'off']);
const bad = new Set(['gone', 'failing', 'closed', 'outofservice', 'orphan', 'disconnected', 'missing', 'lost']);
const ending = new Set([
  'stopped',
  'stopping',
  'ending',
  'deactivating',
  'deprovisioning',
  'terminating',
  'terminated',
]);
const uncertain = new Set(['unseen', 'unknown', '']);

/** The mark of a state word of AWS, Jenkins or the joined model; a word that is not known is shown as it is. */
export function stateMark(state: string): Mark {
  const word = state.toLowerCase();
  if (good.has(word)) return { glyph: '●', word: state, tone: 'ok' };
  if (quiet.has(word)) return { glyph: '○', word: state, tone: 'plain' };
  if (moving.has(word) || word.startsWith('pending:')) return { glyph: '◌', word: state, tone: 'moving' };
  if (ending.has(word) || word.startsWith('terminating:')) return { glyph: '◌', word: state, tone: 'warning' };
  if (bad.has(word)) return { glyph: '✕', word: state, tone: 'critical' };
  if (uncertain.has(word)) return { glyph: '?', word: state === '' ? 'unknown' : state, tone: 'unknown' };
  return { glyph: '◐', word: state, tone: 'warning' };
}

/** The mark of a CloudFormation ResourceStatus or StackStatus. */
export function stackMark(status: string): Mark {
  if (/ROLLBACK/.test(status) && !/_IN_PROGRESS$/.test(status)) return { glyph: '✕', word: status, tone: 'critical' };
  if (/_FAILED$/.test(status)) return { glyph: '✕', word: status, tone: 'critical' };
  if (/ROLLBACK/.test(status)) return { glyph: '◌', word: status, tone: 'warning' };
  if (/_IN_PROGRESS$/.test(status)) return { glyph: '◌', word: status, tone: 'moving' };
  if (/_COMPLETE$/.test(status)) return { glyph: '●', word: status, tone: 'ok' };
  return { glyph: '·', word: status, tone: 'dim' };
}
