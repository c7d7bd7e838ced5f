import { ReconvergeError } from '../model/error.ts';
import type { Json } from '../model/verdict.ts';
import type { Compiled } from '../machine/compile.ts';
import type { ServiceTables } from '../postgres/services.ts';
import type { Store } from '../postgres/store.ts';
import type { StateData } from '../postgres/orchestration.ts';
import type { WorkerView } from '../postgres/protocol.ts';

/** What model and database can both say of a moment (spec 6.2). */
export interface Moment {
  /** The orchestrator's current snapshot; null while it is down. */
  readonly current: Json;
  /** Sources it waits for, in order of invoke id. */
  readonly waiting: readonly string[];
  readonly timers: readonly string[];
  /** The snapshot of the last checkpoint. */
  readonly saved: Json;
  readonly services: { readonly [service: string]: Json };
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;

function core(snapshot: Record<string, unknown>): Json {
  const { value, context, status, output = null, error = null } = snapshot;
  return plain({ value, context, status, output, error });
}

/** The model's state, abstracted. */
export function expectedMoment(
  compiled: Compiled,
  orchestrator: number,
  services: readonly string[],
  state: Int32Array,
): Moment {
  const { world } = compiled;
  const { body, saved } = world.actor(orchestrator).locals.at(state[orchestrator] as number);
  const contexts = services.map((name): [string, Json] => {
    const { index } = world.instance(name, 'postgres.services');
    const local = world.actor(index).locals.at(state[index] as number);
    return [name, plain(local.body?.snapshot.context)];
  });
  return {
    current: body === null ? null : core(body.snapshot as unknown as Record<string, unknown>),
    waiting: (body?.requests ?? []).map(({ id, src }) => `${src} as ${id}`),
    timers: (body?.timers ?? [])
      .flat()
      .map(({ event }) => event)
      .toSorted(),
    saved: saved === null ? null : plain(JSON.parse(saved)),
    services: Object.fromEntries(contexts),
  };
}

/** The database and the worker, abstracted. `view` is null while no worker lives. */
export async function observedMoment(
  store: Store,
  tables: ServiceTables,
  names: { readonly workflowId: string; readonly workflow: string },
  services: readonly string[],
  view: WorkerView | null,
): Promise<Moment> {
  const contexts = await Promise.all(
    services.map(async (name): Promise<[string, Json]> => [
      name,
      plain(await tables.read(name, names.workflow)),
    ]),
  );
  const state = await savedState(store, names.workflowId);
  const snapshot = view?.snapshot ?? null;
  return {
    current: snapshot === null ? null : core(snapshot as unknown as Record<string, unknown>),
    waiting: (view?.waiting ?? [])
      .map(({ child, source }) => `${source} as ${child}`)
      .toSorted(byId),
    timers: [...(view?.timers ?? [])].toSorted(),
    saved: plain(state?.snapshot),
    services: Object.fromEntries(contexts),
  };
}

/** The newest checkpoint; null when the database has lost the whole workflow. */
async function savedState(store: Store, workflowId: string): Promise<StateData | null> {
  try {
    return (await store.head(workflowId)).state as StateData;
  } catch (thrown) {
    if (thrown instanceof ReconvergeError && thrown.code === 'RCV406') return null;
    throw thrown;
  }
}

const idOf = (text: string): string => text.slice(text.indexOf(' as ') + 4);
const byId = (a: string, b: string): number => (idOf(a) < idOf(b) ? -1 : 1);

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item as Json)]));
}

/** The parts of the two moments that differ; empty if they agree. */
export function differences(expected: Moment, observed: Moment): readonly string[] {
  const keys = Object.keys(expected) as (keyof Moment)[];
  return keys.filter(
    (key) =>
      JSON.stringify(sorted(expected[key] as Json)) !==
      JSON.stringify(sorted(observed[key] as Json)),
  );
}
