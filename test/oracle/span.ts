import type { AnyView, System } from '../../src/model/system.ts';
import { DOWN_TAG } from '../../src/model/recovery.ts';
import type { NaiveGraph } from './explore.ts';
import type { Reading } from './fairness.ts';
import type { ActorSight } from './view.ts';
import { free } from './fairness.ts';

export type Predicate = (view: AnyView) => boolean;
export type States = ReadonlySet<number>;

/** A graph with the sets of states that the definitions speak of. */
export interface Span {
  readonly graph: NaiveGraph;
  readonly system: System;
  readonly reading: Reading;
  readonly all: States;
  /** No P, R or E step but self-loops. */
  readonly deadEnds: States;
  readonly consistent: States;
  readonly rest: States;
}

export function where(graph: NaiveGraph, predicate: Predicate): Set<number> {
  return new Set(graph.views.flatMap((view, state) => (predicate(view) ? [state] : [])));
}

export function minus(states: States, others: States): Set<number> {
  return new Set([...states].filter((state) => !others.has(state)));
}

export function both(states: States, others: States): Set<number> {
  return new Set([...states].filter((state) => others.has(state)));
}

export function sightsOf(view: AnyView, part: string): readonly ActorSight[] {
  return [view[part]].flat() as ActorSight[];
}

export function spanOf(system: System, graph: NaiveGraph, reading: Reading): Span {
  const { parts, tolerance } = system;
  const all = new Set(graph.states.keys());
  const deadEnds = minus(all, new Set(free(graph).map(({ from }) => from)));
  const { consistent: predicate = () => true } = tolerance;
  const errors = new Set(graph.errors);
  const consistent = minus(where(graph, predicate), errors);
  const tags: string[] = [...Object.values(tolerance.recovery ?? {}), DOWN_TAG];
  const atRest = (view: AnyView): boolean =>
    Object.entries(parts).every(([name, { checkpoint }]) =>
      sightsOf(view, name).every(({ status, hasTag }) => {
        if (status === 'down' || (status === 'paused' && !reading.pausedRests)) return false;
        if (status === 'halted') return checkpoint === null;
        return !tags.some((tag) => hasTag(tag));
      }),
    );
  const rest = both(consistent, where(graph, atRest));
  return { graph, system, reading, all, deadEnds, consistent, rest };
}

/** Breadth-first over all labels, from the initial states, staying inside `within`. */
export function distances({ graph }: Span, within: States): Map<number, number> {
  const found = new Map(graph.initial.filter((at) => within.has(at)).map((at) => [at, 0]));
  for (let steps = 0, size = -1; size !== found.size; steps += 1) {
    size = found.size;
    for (const { from, to } of graph.edges) {
      if (found.get(from) === steps && within.has(to) && !found.has(to)) found.set(to, steps + 1);
    }
  }
  return found;
}
