import type { Parameters, ParameterValues } from './parameter.ts';
import type { Names } from './names.ts';
import type { System } from './system.ts';

/**
 * How a service actor is a table in a real database: one SQL statement per event of its machine,
 * with the event as `$1::jsonb`, each a transaction of its own; and one query that reads the state
 * back as the machine's context (one row, one `context` jsonb column; `$1` is the workflow's name).
 */
export interface ServiceTable {
  /** One statement for each type of event. */
  readonly on: { readonly [eventType: string]: string };
  /** One row with one `context` column. */
  readonly read: string;
}

/** What the executor needs to run a model's orchestrator on PostgreSQL (spec 5, 6). */
export interface PostgresBinding {
  /** The actor that runs in worker processes; it has a checkpoint. */
  readonly orchestrator: string;
  /** The input of the orchestrator that runs the workflow of that name. */
  readonly input: (workflow: string) => unknown;
  /**
   * The name under which the model itself runs: `input(example)` is the orchestrator's input in it.
   */
  readonly example: string;
  /** Creates the services' tables; run once per schema. Loading it again must not fail. */
  readonly schema: string;
  readonly services: { readonly [actor: string]: ServiceTable };
}

/** A parametrised family of systems: what a model file exports as its default. */
export interface Model<N extends Names = Names> {
  readonly kind: 'reconverge/model';
  readonly name: string;
  readonly description: string;
  readonly parameters: Parameters;
  /** The system of those values; the same values give the same system. */
  readonly build: (values: Values) => System<N>;
  /** How the model of those values runs on PostgreSQL; null if it does not. */
  readonly postgres: ((values: Values) => PostgresBinding) | null;
}

/** Parameters by name, as `parameterValues` makes them. */
export type Values = Readonly<Record<string, string | number>>;

/**
 * A family of systems under a name, which a model file exports as its default. Nothing is built
 * yet: what is wrong with a system is found by whoever builds and explores it.
 */
export function defineModel<
  const P extends Parameters = Record<never, never>,
  N extends Names = Names,
>(family: {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: P;
  readonly build: (values: ParameterValues<P>) => System<N>;
  readonly postgres?: (values: ParameterValues<P>) => PostgresBinding;
}): Model<N> {
  const { name, description = '', parameters = {} as P, build, postgres = null } = family;
  return {
    kind: 'reconverge/model',
    name,
    description,
    parameters,
    build: build as Model<N>['build'],
    postgres: postgres as Model['postgres'],
  };
}
