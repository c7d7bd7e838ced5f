import { always, choice, orchestrationFamily } from 'reconverge';

/**
 * The order of order-fulfilment as steps and compensations, for whoever wants no machines: the
 * builder makes the worker, the services, everything that may fail, and the laws (spec 4).
 *
 * A green result proves, for so many crashes of the worker and so many failed calls of any kind:
 * an order is done with each effect once, or aborted with none, and comes to one of the two. It
 * leaves out what order-fulfilment does. Broken variants leave out one option each.
 */
const BUGS = ['no-key', 'unrefunded', 'unrecalled', 'no-tombstone', 'no-checkpoint'] as const;

export default orchestrationFamily('order-by-steps', {
  description: 'Reserve, charge, ship, written as steps and compensations.',
  parameters: { bug: choice(['none', ...BUGS, 'volatile-decision', 'undo-forward']) },
  build: ({ bug }) => ({
    steps: {
      reserve: { service: 'stock', compensate: 'release' },
      charge: {
        service: 'payments',
        idempotent: bug !== 'no-key',
        compensate:
          bug === 'unrefunded' ? null : { by: 'refund', tombstone: bug !== 'no-tombstone' },
        checkpoint: bug !== 'no-checkpoint',
      },
      ship: {
        service: 'shipments',
        compensate: bug === 'unrecalled' ? null : 'recall',
        pivot: true,
      },
    },
    undo: bug === 'undo-forward' ? 'forward' : 'reverse',
    saveDecision: bug !== 'volatile-decision',
  }),
}).satisfying({
  'ships only what is charged': always((s) => s.steps.ship === 'not' || s.steps.charge !== 'not'),
});
