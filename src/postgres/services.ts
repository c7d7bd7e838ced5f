import { Pool } from 'pg';
import { ReconvergeError, messageOf } from '../model/error.ts';
import type { PostgresBinding } from '../model/define.ts';
import { targetOf } from './store.ts';

/** An event of a service's machine, as a request carries it. */
export interface ServiceEvent {
  readonly type: string;
}

/**
 * The services of a model as tables: each event of a service's machine is one SQL statement, one
 * transaction. The other end of every effect.
 */
export class ServiceTables {
  private readonly pool: Pool;
  private readonly binding: PostgresBinding;

  constructor(url: string, schema: string, binding: PostgresBinding) {
    this.pool = new Pool({
      connectionString: targetOf(url, schema),
      max: 2,
      query_timeout: 10_000,
      allowExitOnIdle: true,
    });
    this.pool.on('error', () => undefined);
    this.binding = binding;
  }

  async create(): Promise<void> {
    await this.run(this.binding.schema, []);
  }

  /** Applies a request; returns when it is committed. */
  async apply(service: string, event: ServiceEvent): Promise<void> {
    const statement = this.binding.services[service]?.on[event.type];
    if (statement === undefined) {
      throw new ReconvergeError('RCV414', `no statement for ${event.type} of ${service}`, {
        at: `postgres.services.${service}`,
        hint: 'give every event of the service its SQL statement',
      });
    }
    await this.run(statement, [JSON.stringify(event)]);
  }

  /** The service's context for a workflow, as its machine would have it. */
  async read(service: string, workflow: string): Promise<unknown> {
    const query = this.binding.services[service]?.read ?? '';
    const [row] = await this.run(query, [workflow]);
    return row?.context;
  }

  private async run(text: string, values: readonly string[]): Promise<{ context?: unknown }[]> {
    try {
      // Several statements (a schema) can only be sent without parameters.
      const result = await (values.length === 0
        ? this.pool.query<{ context?: unknown }>(text)
        : this.pool.query<{ context?: unknown }>(text, [...values]));
      return result.rows;
    } catch (thrown) {
      throw new ReconvergeError('RCV415', `a service statement failed: ${messageOf(thrown)}`, {
        at: text.trim().slice(0, 80),
        hint: 'try the statement of the model by hand',
        cause: thrown,
      });
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
