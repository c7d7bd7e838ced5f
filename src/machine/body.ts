import type { AnyMachineSnapshot } from 'xstate';
import type { Failure } from '../model/failure.ts';
import { canonical } from './canonical.ts';

/**
 * What an asker will be told. `done` carries the output (undefined for none), `error` the failure.
 */
export type Reply =
  | { readonly is: 'done'; readonly output: unknown }
  | { readonly is: 'error'; readonly error: Failure };

/**
 * A pending invoke. `save` is the snapshot text that a checkpoint in flight will store, else null.
 */
export interface Request {
  readonly id: string;
  readonly src: string;
  readonly input: unknown;
  readonly reply: Reply | null;
  readonly save: string | null;
}

/** A pending `after`: the event it raises and its delay in milliseconds. */
export interface Timer {
  readonly event: string;
  readonly delay: number;
}

/** The volatile part of an actor: its current snapshot and what it waits for (spec 1.1). */
export interface Body {
  readonly snapshot: AnyMachineSnapshot;
  /** In order of id. */
  readonly requests: readonly Request[];
  /** One batch per macrostep that armed timers; within a batch they fire in order of delay. */
  readonly timers: readonly (readonly Timer[])[];
  /**
   * Children that were answered while their invoking state stayed active: id to persisted snapshot.
   */
  readonly answered: Readonly<Record<string, unknown>>;
}

export function isActive(body: Body): boolean {
  return body.snapshot.status === 'active';
}

/** The timers that may fire now: the earliest of each batch. */
export function dueTimers(body: Body): readonly Timer[] {
  return body.timers.flatMap((batch) => {
    const earliest = Math.min(...batch.map((timer) => timer.delay));
    return batch.filter((timer) => timer.delay === earliest);
  });
}

function history(snapshot: AnyMachineSnapshot): Record<string, unknown> {
  const entries = Object.entries(snapshot.historyValue as Record<string, { id: string }[]>);
  return Object.fromEntries(entries.map(([key, nodes]) => [key, nodes.map(({ id }) => ({ id }))]));
}

/** The persisted snapshot, as `getPersistedSnapshot` gives it in a running actor at rest. */
export function persisted(body: Body): Record<string, unknown> {
  const { snapshot, requests, answered } = body;
  const children: Record<string, unknown> = {};
  for (const { id, src, input } of requests) {
    const waiting = input === undefined ? { status: 'active' } : { status: 'active', input };
    children[id] = { snapshot: waiting, src, syncSnapshot: false };
  }
  for (const [id, child] of Object.entries(answered)) children[id] = child;
  return {
    status: snapshot.status,
    value: snapshot.value,
    context: snapshot.context,
    historyValue: history(snapshot),
    children,
    ...(snapshot.output === undefined ? {} : { output: snapshot.output as unknown }),
    ...(snapshot.error === undefined ? {} : { error: snapshot.error }),
  };
}

const snapshotTexts = new WeakMap<AnyMachineSnapshot, string>();
const texts = new WeakMap<Body, string>();

function snapshotText(snapshot: AnyMachineSnapshot, at: string): string {
  const known = snapshotTexts.get(snapshot);
  if (known !== undefined) return known;
  const all = {
    status: snapshot.status,
    value: snapshot.value,
    context: snapshot.context,
    history: history(snapshot),
    output: snapshot.output as unknown,
    error: snapshot.error,
  };
  const text = canonical(all, 'snapshot', at);
  snapshotTexts.set(snapshot, text);
  return text;
}

/** The identity of a body: two bodies with the same text behave the same. */
export function bodyText(body: Body, at: string): string {
  const known = texts.get(body);
  if (known !== undefined) return known;
  const { snapshot, requests, timers, answered } = body;
  const rest = canonical([requests, timers, answered], 'snapshot', at);
  const text = snapshotText(snapshot, at) + rest;
  texts.set(body, text);
  return text;
}
