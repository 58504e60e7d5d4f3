import type { Bean } from './bean.ts';
import { estimate } from './job.ts';
import type { Master } from './master.ts';
import { isStuck, whyOf } from './queue.ts';
import type { QueueItem } from './queue-item.ts';
import { buildOrNull, jobBean, parametersAction } from './views.ts';

const classes: Readonly<Record<QueueItem['stage'], string>> = {
  waiting: 'hudson.model.Queue$WaitingItem',
  blocked: 'hudson.model.Queue$BlockedItem',
  buildable: 'hudson.model.Queue$BuildableItem',
  left: 'hudson.model.Queue$LeftItem',
};

/** `/queue/api/json`: the newest item first, as Jenkins lists them. */
export function queueBean(master: Master): Bean {
  return {
    type: 'hudson.model.Queue',
    members: {
      discoverableItems: () => [],
      items: () => master.queue.toReversed().map((item) => itemBean(master, item)),
    },
  };
}

/** `/queue/item/N/api/json`. */
export function itemBean(master: Master, item: QueueItem): Bean {
  const { stage } = item;
  return {
    type: classes[stage],
    brief: ['id'],
    members: {
      actions: () => [
        {
          type: 'hudson.model.CauseAction',
          members: { causes: () => [{ members: { shortDescription: () => item.cause } }] },
        },
        ...(Object.keys(item.parameters).length === 0 ? [] : [parametersAction(item.parameters)]),
      ],
      blocked: () => stage === 'blocked' || (stage === 'buildable' && master.quietingDown),
      buildable: () => stage === 'buildable',
      id: () => item.id,
      inQueueSince: () => Math.round(item.since),
      params: () =>
        Object.entries(item.parameters)
          .map(([name, value]) => `\n${name}=${value}`)
          .join(''),
      stuck: () => isStuck(master, item, estimate(item.job)),
      task: () => jobBean(master, item.job),
      url: () => `queue/item/${item.id}/`,
      why: () => whyOf(master, item),
      ...(stage === 'waiting' ? { timestamp: () => Math.round(item.quietUntil) } : {}),
      ...(stage === 'blocked' || stage === 'buildable'
        ? { buildableStartMilliseconds: () => Math.round(item.buildableSince ?? item.since) }
        : {}),
      ...(stage === 'buildable' ? { pending: () => false } : {}),
      ...(stage === 'left'
        ? { cancelled: () => item.cancelled, executable: () => buildOrNull(master, item.build) }
        : {}),
    },
  };
}
