import { Client } from 'pg';

/** How long to wait before listening again after the connection was lost. Milliseconds. */
const PAUSE_MS = 500;

/**
 * Listens to what executors tell each other. Nothing depends on it: what is not heard is found by
 * looking (spec/executor.sql), later.
 */
export class Listener {
  private readonly url: string;
  private readonly heard: (payload: string) => void;
  private client: Client | null = null;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(url: string, heard: (payload: string) => void) {
    this.url = url;
    this.heard = heard;
  }

  async open(): Promise<void> {
    if (this.isClosed) return;
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 5000 });
    this.client = client;
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    client.on('notification', ({ payload }) => this.heard(payload ?? ''));
    try {
      await client.connect();
      await client.query('LISTEN reconverge');
    } catch {
      this.lost(client);
    }
  }

  private lost(client: Client): void {
    if (this.client !== client) return;
    this.client = null;
    client.end().catch(() => undefined);
    if (this.isClosed) return;
    this.timer = setTimeout(() => void this.open(), PAUSE_MS);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }
}
