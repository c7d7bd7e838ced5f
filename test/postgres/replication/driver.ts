import primaryStandby from '../../../models/primary-standby.ts';
import { driver, type Driver } from '../../../src/drive/driver.ts';
import { Pair, type Level } from './pair.ts';

/** The pair of the model: one standby, one commit, and the story ends with the promotion. */
export const PAIR = {
  standbys: '1',
  commits: '1',
  scope: 'failover',
  restarts: '0',
  powerCuts: '0',
  standbyLosses: '0',
} as const;

interface Context {
  readonly wal: string;
  readonly applied: number;
}

interface Seen {
  readonly told: string;
  readonly role: string;
  /** Rows that the standby shows; once it is promoted, all that it has. */
  readonly rows: number;
}

/**
 * A real pair along the model. When a server writes its log to disk, and when a session is
 * answered, nobody decides: the model is followed along every way.
 * @param asked the level that the real session commits with
 */
export function pairDriver(asked: Level): Driver {
  let pair: Pair | null = null;
  const real = (): Pair => {
    if (pair === null) throw new Error('there is no pair');
    return pair;
  };
  const away = (): Promise<void> => Promise.reject(new Error('not in this scope'));
  return driver(primaryStandby, {
    spontaneous: ['server.FLUSH', 'client.ANSWER'],
    start: async () => {
      pair = await Pair.start(asked);
    },
    step: {
      'server.INSERT': () => real().insert(),
      'server.RECEIVE': () => real().receive(),
      'server.APPLY': () => real().apply(),
      'server.PROMOTE': () => real().promote(),
    },
    fault: {
      'server.LOSE': () => real().lose(),
      'server.RESTART': () => real().restart(),
      'client.CANCEL': () => real().cancel(),
      'server.CUT': away,
    },
    read: async (): Promise<Seen> => {
      const { told, isPromoted } = real();
      const role = isPromoted ? 'promoted' : 'standby';
      return { told, role, rows: await real().rowsOn('standby') };
    },
    view: (state): Seen => {
      const standby = state['server[1]'];
      if (standby === undefined) throw new Error('the model has no standby');
      const { wal, applied } = standby.context as unknown as Context;
      const role = String(standby.value);
      const rows = role === 'promoted' ? wal.length : applied;
      return { told: String(state.client.context?.['done']), role, rows };
    },
    stop: async () => {
      await pair?.stop();
      pair = null;
    },
  });
}
