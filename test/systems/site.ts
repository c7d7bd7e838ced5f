import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startTestServer } from '../postgres/server-under-test.ts';
import { ENGINES, type EngineName } from './engines/all.ts';
import type { Query } from './engine.ts';
import { prepared, WorkerProcess } from './worker-process.ts';

/** A server with the tables of engines, and a ledger; one run at a time. */
export class Site {
  readonly server: PostgresServer;
  private readonly known = new Set<EngineName>();
  private runs = 0;

  private constructor(server: PostgresServer) {
    this.server = server;
  }

  static async open(): Promise<Site> {
    return new Site(await startTestServer());
  }

  urlOf(database: string): URL {
    const url = new URL(this.server.url);
    url.pathname = `/${database}`;
    return url;
  }

  private async administer(text: string): Promise<void> {
    const client = new Client({ connectionString: this.server.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(text);
    await client.end();
  }

  /** A database of its own for a run, with the tables of the engine as it makes them. */
  async database(engine: EngineName): Promise<string> {
    const template = `template_${engine}`;
    if (!this.known.has(engine)) {
      await this.administer(`CREATE DATABASE "${template}"`);
      await prepared(engine, this.urlOf(template).href);
      const client = new Client({ connectionString: this.urlOf(template).href });
      await client.connect();
      await client.query('CREATE TABLE ledger (step int NOT NULL, at timestamptz DEFAULT now())');
      await client.end();
      this.known.add(engine);
    }
    this.runs += 1;
    const name = `run_${this.runs}`;
    await this.administer(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
    return name;
  }

  async drop(database: string): Promise<void> {
    await this.administer(`DROP DATABASE "${database}" WITH (FORCE)`);
  }

  async close(): Promise<void> {
    await this.server.stop();
  }
}

/** What befalls the database, or the way to it. */
export const WEAPONS = ['terminate', 'crash', 'cut', 'cut-late'] as const;
export type Weapon = (typeof WEAPONS)[number];

/** Two processes, a payment, a database and a ledger: one run of an engine. */
export class Scene {
  readonly engine: EngineName;
  private readonly site: Site;
  private readonly database: string;
  private readonly pool: Pool;
  readonly processes: WorkerProcess[] = [];
  private readonly retired: WorkerProcess[] = [];

  private constructor(site: Site, engine: EngineName, database: string) {
    this.site = site;
    this.engine = engine;
    this.database = database;
    this.pool = new Pool({ connectionString: site.urlOf(database).href, max: 2 });
    this.pool.on('error', () => undefined);
  }

  static async open(site: Site, engine: EngineName): Promise<Scene> {
    const scene = new Scene(site, engine, await site.database(engine));
    try {
      await scene.launch(0);
      await scene.processes[0]!.begin('p1');
    } catch (thrown) {
      await scene.close();
      throw thrown;
    }
    return scene;
  }

  readonly query: Query = async (text, values = []) =>
    (await this.pool.query<Record<string, unknown>>(text, [...values])).rows;

  async launch(number: number): Promise<void> {
    const before = this.processes[number];
    if (before !== undefined) this.retired.push(before);
    const url = this.site.urlOf(this.database);
    this.processes[number] = await WorkerProcess.start(this.engine, url, number);
  }

  /** Whoever was ever started, the dead included. */
  get all(): readonly WorkerProcess[] {
    return [...this.retired, ...this.processes];
  }

  async result(): Promise<string | null> {
    return (await ENGINES[this.engine]()).result(this.query, 'p1');
  }

  async looksEveryMs(): Promise<number> {
    return (await ENGINES[this.engine]()).looksEveryMs;
  }

  async elapse(): Promise<void> {
    await (await ENGINES[this.engine]()).elapse(this.query);
  }

  async serve(asks: readonly { readonly step: number; isServed: boolean }[]): Promise<void> {
    for (const one of asks) {
      if (one.isServed) continue;
      await this.query('INSERT INTO ledger (step) VALUES ($1)', [one.step]);
      one.isServed = true;
    }
  }

  async ledger(): Promise<readonly number[]> {
    const rows = await this.query('SELECT step, count(*)::int AS n FROM ledger GROUP BY step');
    return [0, 1, 2].map((step) => Number(rows.find((row) => row['step'] === step)?.['n'] ?? 0));
  }

  /** @throws Error if it struck nothing */
  async strike(weapon: Weapon): Promise<void> {
    const up = this.processes.filter(({ condition }) => condition === 'up');
    if (weapon === 'terminate') {
      const rows = await this.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND client_port <> ALL ($1)`,
        [[0]],
      );
      if (rows.length === 0) throw new Error('no backend was there to be terminated');
    } else if (weapon === 'crash') {
      await this.site.server.crash();
      await this.site.server.restart();
    } else {
      if (weapon === 'cut-late') {
        for (const { link } of up) link.hold('back');
        for (const { link } of up) link.open('there');
        await sleep(200);
      }
      for (const { link } of up) link.cut();
      for (const { link } of up) link.open('back');
    }
    for (const one of up) one.save();
  }

  async close(): Promise<void> {
    for (const one of this.all) await one.close();
    await this.pool.end();
    await this.site.drop(this.database);
  }
}
