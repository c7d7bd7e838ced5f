import { ReconvergeError } from '../../model/error.ts';
import { type Link, startLink } from '../link.ts';
import type { PostgresServer } from '../server/running.ts';
import { type ServerOptions, startServer } from '../server/server.ts';
import { ask, awaitRow } from './ask.ts';
import { type Fork, forkOf } from './fork.ts';
import { configure, conninfo, makeStandby } from './role.ts';

/** A server of a cluster, under the name by which `synchronous_standby_names` knows it. */
export interface Member {
  readonly name: string;
  readonly server: PostgresServer;
  /** What its log comes over: `back` is towards it. Null for one that leads, or has led. */
  readonly link: Link | null;
}

/** What a cluster is started with. */
export interface ClusterOptions extends Pick<ServerOptions, 'major' | 'durable' | 'settings'> {
  /** Default 1. */
  readonly standbys?: number;
  /** `synchronous_standby_names` of whoever leads, for example "ANY 1 (s1, s2)". Default: none. */
  readonly synchronous?: string;
}

/**
 * A primary "s0" and its standbys "s1", "s2" …, each a server of its own with streaming replication
 * over a link that can be held and cut (tier T2). Nobody but the caller decides who leads: nothing
 * fails over by itself, and an old primary is not fenced.
 */
export class Cluster {
  #members = new Map<string, Member>();
  #leader = 's0';
  #synchronous = '';
  readonly #options: ClusterOptions;

  private constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** All standbys stream when this resolves. Throws what `startServer` throws. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(options);
    try {
      const server = await startServer(cluster.#serverOptions());
      cluster.#members.set('s0', { name: 's0', server, link: null });
      for (let id = 1; id <= (options.standbys ?? 1); id++) await cluster.#copy(`s${id}`);
      await cluster.synchronize(options.synchronous ?? '');
    } catch (thrown) {
      await cluster.stop();
      throw thrown;
    }
    return cluster;
  }

  /** The member of that name, as it is now. */
  member(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new ReconvergeError('RCV402', `no server is called ${name}`);
    return member;
  }

  /** Whoever was promoted last. */
  get leader(): Member {
    return this.member(this.#leader);
  }

  /** Sets `synchronous_standby_names` of the leader, and of those that will lead. */
  async synchronize(names: string): Promise<void> {
    this.#synchronous = names;
    const { server } = this.leader;
    configure(dataOf(server), { synchronous_standby_names: names });
    await ask(server.url, 'SELECT pg_reload_conf()');
    const isSet = `SELECT WHERE current_setting('synchronous_standby_names') = $1`;
    await awaitRow('the new synchronous_standby_names', server.url, isSet, [names]);
  }

  /** Makes a standby the leader, whatever the old one does. Others follow when they `rejoin`. */
  async promote(name: string): Promise<void> {
    const { server } = this.member(name);
    await ask(server.url, 'SELECT pg_promote(true, 60)');
    await awaitRow('the promotion', server.url, 'SELECT WHERE NOT pg_is_in_recovery()');
    await this.#unlink(name);
    this.#leader = name;
    await this.synchronize(this.#synchronous);
  }

  /**
   * Makes a server, running or not, a standby of the leader; it streams when this resolves. One
   * that has gone on where the leader has left their common history cannot follow it: the fork is
   * returned, and the server starts again from a fresh copy.
   */
  async rejoin(name: string): Promise<Fork | null> {
    const { server } = this.member(name);
    await this.#unlink(name);
    const towards = await startLink(this.leader.server.port);
    this.#members.set(name, { name, server, link: towards });
    // By itself first: once it follows somebody, how far it had come is not to be seen any more.
    configure(dataOf(server), { primary_conninfo: '' });
    makeStandby(dataOf(server));
    await server.restart();
    const fork = await forkOf(server.url, this.leader.server.url);
    if (fork === null) {
      configure(dataOf(server), { primary_conninfo: conninfo(towards.port, name) });
      await ask(server.url, 'SELECT pg_reload_conf()');
      await this.#streams(name);
      return null;
    }
    await this.#unlink(name);
    await server.stop();
    await this.#copy(name);
    return fork;
  }

  /** Stops all servers; nothing is left. Idempotent. */
  async stop(): Promise<void> {
    const members = [...this.#members.values()];
    for (const { name } of members) await this.#unlink(name);
    await Promise.all(members.map(({ server }) => server.stop()));
  }

  async #unlink(name: string): Promise<void> {
    const { server, link } = this.member(name);
    this.#members.set(name, { name, server, link: null });
    await link?.close();
  }

  #serverOptions(): ServerOptions {
    const { major, durable, settings } = this.#options;
    return {
      ...(major !== undefined && { major }),
      ...(durable !== undefined && { durable }),
      settings: { wal_keep_size: '256MB', wal_retrieve_retry_interval: '50ms', ...settings },
    };
  }

  /** A standby with a copy of the leader's data. */
  async #copy(name: string): Promise<void> {
    const { url, port, dataDirectory } = this.leader.server;
    const link = await startLink(port);
    try {
      const standbyOf = { url, dataDirectory: dataDirectory ?? '', host: '127.0.0.1', name };
      const options = { ...this.#serverOptions(), standbyOf: { ...standbyOf, port: link.port } };
      this.#members.set(name, { name, server: await startServer(options), link });
    } catch (thrown) {
      await link.close();
      throw thrown;
    }
    await this.#streams(name);
  }

  async #streams(name: string): Promise<void> {
    const streams = `SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = $2`;
    await awaitRow(`${name} streams`, this.leader.server.url, streams, [name, 'streaming']);
  }
}

function dataOf({ dataDirectory, url }: PostgresServer): string {
  if (dataDirectory !== null) return dataDirectory;
  throw new ReconvergeError('RCV402', `${url} was not started here`);
}
