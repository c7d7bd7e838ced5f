import { setImmediate } from 'node:timers/promises';
import { driver, type Driver, type ModelAction } from 'reconverge';
import model from '../../../models/order-fulfilment.ts';
import type { Bug } from './bugs.ts';
import { Database, type Progress, type Row, type ServiceName } from './database.ts';
import { CallFailed, Worker, type Call, type Trouble } from './worker.ts';

const SERVICE: Readonly<Record<Call, ServiceName>> = {
  reserve: 'stock',
  charge: 'payments',
  ship: 'shipments',
  recall: 'shipments',
  refund: 'payments',
  release: 'stock',
};

interface Pending {
  readonly key: string;
  readonly resolve: (answer: string | null) => void;
  readonly reject: (failure: CallFailed) => void;
}

/** The model's words for where a checkpoint was taken. */
const PLACES = {
  start: { forward: 'reserving' },
  reserved: { forward: 'reserved' },
  charged: { forward: 'charged' },
  shipped: { forward: 'shipped' },
  voiding: { compensating: 'decided' },
  undoing: { rollingBack: 'decided' },
} as const;

/** One order in a world that stands still until it is told to move. */
class Site {
  readonly database: Database;
  private readonly bug: Bug | null;
  private readonly savesByItself: boolean;
  private readonly calls = new Map<Call, Pending>();
  private saving: { readonly progress: Progress; readonly resolve: () => void } | null = null;
  private staleSaves: (() => void)[] = [];
  private wake: (() => void) | null = null;
  private worker: Worker | null = null;
  private trouble: unknown = null;

  constructor(bug: Bug | null, savesByItself: boolean) {
    this.bug = bug;
    this.savesByItself = savesByItself;
    this.database = new Database(bug);
  }

  /** Until nothing moves by itself any more. */
  private async rest(): Promise<void> {
    await setImmediate();
    if (this.trouble !== null) throw this.trouble;
    if (this.savesByItself && this.saving !== null) await this.save();
  }

  async begin(isTakenOver: boolean): Promise<void> {
    const { database, bug } = this;
    const first = {
      phase: 'start',
      step: 'reserve',
      attempts: 0,
      receipt: null,
      key: 'o1',
    } as const;
    database.progress ??= first;
    database.owner += 1;
    const { owner } = database;
    const isForgotten = isTakenOver && bug === 'starts over after a crash';
    const progress = isForgotten ? first : database.progress;
    const key = isTakenOver && bug === 'a key for each worker' ? `o1/w${owner}` : progress.key;
    const calls = this.calls;
    this.worker = new Worker(
      {
        call: (name, asked) =>
          new Promise((resolve, reject) => calls.set(name, { key: asked, resolve, reject })),
        save: (saved) => new Promise((resolve) => (this.saving = { progress: saved, resolve })),
        sleep: () => new Promise((resolve) => (this.wake = resolve)),
        end: (ending) => (database.ending = ending),
      },
      { ...progress, key },
      bug,
    );
    this.worker.run(isTakenOver).catch((thrown: unknown) => (this.trouble = thrown));
    // What a worker before was about to save arrives now, late.
    for (const land of this.staleSaves.splice(0)) land();
    await this.rest();
  }

  /** The worker is gone; what it has sent is not. */
  crash(isSaved: boolean): void {
    const { saving, database } = this;
    const { owner } = database;
    if (saving !== null) {
      if (isSaved) database.save(owner, saving.progress);
      else this.staleSaves.push(() => void database.save(owner, saving.progress));
    }
    this.calls.clear();
    this.saving = null;
    this.wake = null;
    this.worker = null;
  }

  private pending(name: Call): Pending {
    const pending = this.calls.get(name);
    if (pending === undefined) throw new Error(`nobody asks for ${name}`);
    return pending;
  }

  serve(name: Call): void {
    const { key } = this.pending(name);
    if (['recall', 'refund', 'release'].includes(name)) this.database.revoke(SERVICE[name], key);
    else this.database.perform(SERVICE[name], key);
  }

  serveHalf(name: Call): void {
    this.database.performHalf(SERVICE[name], this.pending(name).key);
  }

  /** Something that nobody waits for any more. */
  land(service: ServiceName, { event }: ModelAction): void {
    const { type, key } = event as unknown as { type: string; key: string };
    if (type === 'PERFORM') this.database.perform(service, key);
    else if (type === 'PERFORM_HALF') this.database.performHalf(service, key);
    else this.database.revoke(service, key);
  }

  async answer(name: Call, { reply }: ModelAction): Promise<void> {
    const { resolve, reject } = this.pending(name);
    this.calls.delete(name);
    if (reply?.is === 'error') {
      reject(new CallFailed((reply.error as { persistence: Trouble }).persistence));
    } else resolve((reply?.output as { receipt?: string } | null)?.receipt ?? null);
    await this.rest();
  }

  async save(): Promise<void> {
    const { saving, database } = this;
    if (saving === null) throw new Error('nobody saves');
    this.saving = null;
    if (database.save(database.owner, saving.progress)) saving.resolve();
    await this.rest();
  }

  async ring(): Promise<void> {
    const { wake } = this;
    if (wake === null) throw new Error('nobody sleeps');
    this.wake = null;
    wake();
    await this.rest();
  }

  get seen() {
    const { database, worker } = this;
    const rows = (service: ServiceName) => ({
      context: { rows: Object.fromEntries<Row>(database.tables[service]) },
    });
    const status = worker === null ? 'down' : database.ending === null ? 'active' : 'done';
    const { phase, step, attempts: tries, receipt, key } = database.progress as Progress;
    const context = { id: 'o1', key, step, tries, receipt };
    // The end is recorded with the order, not as a checkpoint of its worker.
    const saved = status === 'done' ? {} : { saved: { value: PLACES[phase], context } };
    return {
      order: { status, ...saved },
      stock: rows('stock'),
      payments: rows('payments'),
      shipments: rows('shipments'),
    } as const;
  }
}

interface Options {
  /** Checkpoints are saved as soon as they are there, and nobody can get in between. */
  readonly savesByItself?: boolean;
}

/** Drives the order that was written by hand, with or without one of its bugs. */
export function orderDriver(bug: Bug | null, { savesByItself = false }: Options = {}): Driver {
  let site = new Site(bug, savesByItself);
  const serve = (name: Call) => () => site.serve(name);
  const answer = (name: Call) => (action: ModelAction) => site.answer(name, action);
  const nothing = (): void => {};
  return driver(model, {
    start: async () => {
      site = new Site(bug, savesByItself);
      await site.begin(false);
    },
    step: {
      'reserve.serve': serve('reserve'),
      'reserve.deliver': answer('reserve'),
      'charge.serve': serve('charge'),
      'charge.deliver': answer('charge'),
      'ship.serve': serve('ship'),
      'ship.deliver': answer('ship'),
      'recall.serve': serve('recall'),
      'recall.deliver': answer('recall'),
      'refund.serve': serve('refund'),
      'refund.deliver': answer('refund'),
      'release.serve': serve('release'),
      'release.deliver': answer('release'),
      'order.save': () => site.save(),
      'order.timer': () => site.ring(),
      'order.restart': () => site.begin(true),
    },
    fault: {
      'order.crash': ({ saved }) => site.crash(saved.length > 0),
      'reserve.loseRequest': nothing,
      'charge.loseReply': serve('charge'),
      'charge.late': nothing,
      'charge.refuse': nothing,
      'charge.halfDone': () => site.serveHalf('charge'),
      'ship.loseReply': serve('ship'),
      'ship.refuse': nothing,
      'refund.loseReply': serve('refund'),
      'stock.adrift': (action) => site.land('stock', action),
      'payments.adrift': (action) => site.land('payments', action),
      'shipments.adrift': (action) => site.land('shipments', action),
    },
    read: () => site.seen,
    ...(savesByItself ? { spontaneous: ['order.save'], settles: true } : {}),
    stop: nothing,
  });
}
