import type { EventObject } from 'xstate';
import type { Failure } from '../../src/model/failure.ts';

/** An XState persisted snapshot after a JSON round trip. */
export interface Persisted {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly children: { readonly [id: string]: Child };
  readonly [key: string]: unknown;
}

/** What a persisted snapshot holds of an invoked promise. */
export interface Child {
  readonly src: string;
  readonly snapshot: { readonly status: string; readonly input?: unknown };
}

/** The outcome of a request, once it is fixed. */
export type Reply = { readonly output?: unknown } | { readonly failure: Failure };

/**
 * A pending invoke of an effect; `reply` is null until the request was served (or hit by a fault).
 */
export interface Request {
  readonly id: string;
  readonly src: string;
  readonly input?: unknown;
  reply: Reply | null;
}

/**
 * A pending invoke of the checkpoint source, with the snapshot as it was when the save was invoked.
 */
export interface Save {
  readonly id: string;
  readonly snapshot: Persisted;
}

export interface Timer {
  readonly type: string;
  readonly delay: number;
}

/** `up` means neither down, paused nor halted; whether the machine is done is in its snapshot. */
export type NodeStatus = 'up' | 'down' | 'paused' | 'halted';

export interface Local {
  status: NodeStatus;
  /** null while down or halted. */
  snapshot: Persisted | null;
  requests: Request[];
  saves: Save[];
  /** Timers armed together; batches are independent of each other. */
  batches: Timer[][];
  saved: Persisted | null;
  /** What a restart begins with, where that is not always the declared input. */
  input?: unknown;
}

/** Requests in flight that nobody awaits: events on their way to one service, as JSON texts. */
export interface Zombies {
  once: string[];
  forever: string[];
}

export interface GlobalState {
  actors: { [name: string]: Local };
  inboxes: { [name: string]: string[] };
  zombies: { [service: string]: Zombies };
  budgets: { [name: string]: number };
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

/** JSON with sorted keys: equal values have equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, sortedKeys);
}

/** What is left of a value after a JSON round trip, keys sorted; undefined stays undefined. */
export function plain<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(canonical(value)) as T);
}

function sortedByText<T>(values: readonly T[]): T[] {
  return values.toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
}

function normalLocal(local: Local): Local {
  return {
    ...local,
    requests: sortedByText(local.requests),
    saves: sortedByText(local.saves),
    batches: sortedByText(
      local.batches.filter((batch) => batch.length > 0).map((batch) => sortedByText(batch)),
    ),
  };
}

/**
 * The text that identifies a global state. What is a set in the semantics is sorted here; inboxes
 * are lists, kept sorted by whoever adds to a set or bag, in order of sending for a fifo. What is
 * empty is left out.
 */
export function encode(state: GlobalState): string {
  const actors = Object.entries(state.actors).map(([name, local]) => [name, normalLocal(local)]);
  const inboxes = Object.entries(state.inboxes).filter(([, inbox]) => inbox.length > 0);
  const zombies = Object.entries(state.zombies)
    .filter(([, { once, forever }]) => once.length + forever.length > 0)
    .map(([service, { once, forever }]) => [
      service,
      { once: once.toSorted(), forever: forever.toSorted() },
    ]);
  return canonical({
    actors: Object.fromEntries(actors) as unknown,
    inboxes: Object.fromEntries(inboxes),
    zombies: Object.fromEntries(zombies) as unknown,
    budgets: state.budgets,
  });
}

export function decode(text: string): GlobalState {
  return JSON.parse(text) as GlobalState;
}

/** How XState tells an asker the outcome of its invoke. */
export function answerEvent(id: string, reply: Reply): EventObject {
  const settled = 'failure' in reply ? 'error' : 'done';
  const load = 'failure' in reply ? { error: reply.failure } : { output: reply.output };
  const event = { type: `xstate.${settled}.actor.${id}`, ...load, actorId: id };
  return event;
}
