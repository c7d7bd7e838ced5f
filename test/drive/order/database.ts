import type { Bug } from './bugs.ts';

/** What a worker knows of its order and writes down: enough to go on from. */
export interface Progress {
  readonly phase: 'start' | 'reserved' | 'charged' | 'shipped' | 'voiding' | 'undoing';
  readonly step: 'reserve' | 'charge' | 'ship';
  readonly attempts: number;
  readonly receipt: string | null;
  readonly key: string;
}

export type ServiceName = 'stock' | 'payments' | 'shipments';
export type Row = 'half' | 'full' | 'void';

/** Everything that survives a crash: the order's own row, and the tables of three services. */
export class Database {
  owner = 0;
  progress: Progress | null = null;
  ending: 'completed' | 'cancelled' | null = null;
  readonly tables: Readonly<Record<ServiceName, Map<string, Row>>> = {
    stock: new Map(),
    payments: new Map(),
    shipments: new Map(),
  };
  private readonly bug: Bug | null;

  constructor(bug: Bug | null) {
    this.bug = bug;
  }

  /** False if another worker has taken the order over. */
  save(owner: number, progress: Progress): boolean {
    if (owner < this.owner && this.bug !== 'a stale owner may save') return false;
    const { phase } = progress;
    if (this.bug === 'loses the checkpoint after reserve' && phase === 'reserved') return true;
    if (this.bug === 'loses the checkpoint after charge' && phase === 'charged') return true;
    this.progress = progress;
    return true;
  }

  perform(service: ServiceName, key: string): void {
    const table = this.tables[service];
    if (table.get(key) === 'void' && this.bug !== 'a late request opens a tombstone') return;
    table.set(key, 'full');
    if (this.bug === 'charges a second key' && service === 'payments') table.set(`${key}'`, 'full');
  }

  performHalf(service: ServiceName, key: string): void {
    if (this.tables[service].has(key)) return;
    this.tables[service].set(key, this.bug === 'half of a charge is all of it' ? 'full' : 'half');
  }

  revoke(service: ServiceName, key: string): void {
    if (this.bug === 'keeps no tombstone') this.tables[service].delete(key);
    else this.tables[service].set(key, 'void');
  }
}
