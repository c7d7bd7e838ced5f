import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore, type Store } from '../../../src/postgres/store.ts';
import { query } from '../observe.ts';

const SESSIONS = 4;

/** A checkpoint whose save was answered with success. */
interface Saved {
  readonly workflowId: string;
  readonly checkpointId: string;
}

/** Workflows that save one checkpoint after another, and what they were answered. */
export class Writers {
  /** The newest last. */
  readonly acknowledged: Saved[] = [];
  private readonly url: string;
  private work: readonly Promise<void>[] = [];

  constructor(url: string) {
    this.url = url;
  }

  /** @param settings of each session, as in postgresql.conf */
  private open(settings: readonly string[] = []): Store {
    const url = new URL(this.url);
    url.searchParams.set('options', settings.map((setting) => `-c ${setting}`).join(' '));
    return openStore(url.href, { patienceMs: 1, connections: 1 });
  }

  async prepare(): Promise<void> {
    const store = this.open();
    await store.migrate();
    await store.close();
  }

  /** Saves until the server goes away. */
  begin(settings?: readonly string[]): void {
    this.work = Array.from({ length: SESSIONS }, () => this.session(settings));
  }

  private async session(settings?: readonly string[]): Promise<void> {
    const store = this.open(settings);
    const workflowId = randomUUID();
    let parentId = randomUUID();
    try {
      const epoch = await store.start(workflowId, parentId, { step: 0 });
      this.acknowledged.push({ workflowId, checkpointId: parentId });
      for (let step = 1; ; step++) {
        const checkpointId = randomUUID();
        await store.save({ workflowId, epoch, checkpointId, parentId, step, state: { step } });
        this.acknowledged.push({ workflowId, checkpointId });
        parentId = checkpointId;
      }
    } catch {
      // The server has gone, which ends the session; its last save is in doubt.
    } finally {
      await store.close();
    }
  }

  /** Waits until so many more are acknowledged; throws when the sessions end before. */
  async reach(more: number): Promise<void> {
    const goal = this.acknowledged.length + more;
    let isOver = false;
    void Promise.all(this.work).then(() => (isOver = true));
    while (this.acknowledged.length < goal) {
      if (isOver) throw new Error(`${this.acknowledged.length} of ${goal}, and no session is left`);
      await sleep(1);
    }
  }

  /** Waits for the end of all sessions, which comes with the end of the server. */
  async ended(): Promise<void> {
    await Promise.all(this.work);
  }

  /** How many of the checkpoints acknowledged so far are not there. */
  async lost(acknowledged: readonly Saved[] = this.acknowledged): Promise<number> {
    const rows = await query(this.url, 'SELECT checkpoint_id FROM reconverge.checkpoints');
    const found = new Set(rows.flat());
    return acknowledged.filter(({ checkpointId }) => !found.has(checkpointId)).length;
  }

  /** Recovers every workflow: hashes and chains hold, and the newest is the last acknowledged. */
  async recoverAll(): Promise<void> {
    const last = new Map(this.acknowledged.map((saved) => [saved.workflowId, saved.checkpointId]));
    const store = this.open();
    try {
      for (const [workflowId, checkpointId] of last) {
        const history = await store.history(workflowId);
        const newest = await store.recover(workflowId, null, randomUUID());
        // A save in doubt may have been committed, and is the only one that may come after.
        const [at] = history.flatMap((entry, index) =>
          entry.checkpointId === checkpointId ? [index] : [],
        );
        if (at === undefined || newest.seq - at > 1 || newest.seq < at) {
          throw new Error(`${workflowId}: recovered ${newest.seq}, acknowledged ${at}`);
        }
      }
    } finally {
      await store.close();
    }
  }
}
