import { createHash } from 'node:crypto';
import { toleranceOf } from '../../check/tolerance.ts';
import { compile } from '../../machine/compile.ts';
import type { System } from '../../model/system.ts';
import { Actions } from '../action.ts';
import { Stepping } from '../stepping.ts';
import type { Walk } from '../walk.ts';
import { coverOf } from './cover.ts';
import type { Coverage } from './coverage.ts';
import { byVectors, goalsOf, type FaultVector } from './criteria.ts';
import { exploredSpan, type Span, type SpanBound, type SpanLimits } from './span.ts';

/** Sequences from the model that cover what was asked for. */
export interface Suite {
  readonly coverage: Coverage;
  readonly stepping: Stepping;
  readonly walks: readonly Walk[];
  /** What there is to be covered, and all of it is. */
  readonly goals: number;
  /**
   * Vectors of faults that were asked for and that no sequence has: no behaviour does, or the model
   * does not count them (declared 0 times, or without a bound).
   */
  readonly missing: readonly string[];
  /** How many of the goals are about each step or fault, where they are about single ones. */
  readonly goalsByName: { readonly [name: string]: number };
  /** No fewer sequences cover it. */
  readonly lowerBound: number;
  readonly states: number;
  readonly transitions: number;
  /** Of all that the model does: another one does otherwise. */
  readonly behaviour: string;
  /** Names of all steps and faults that the model takes anywhere, in order of first. */
  readonly names: { readonly steps: readonly string[]; readonly faults: readonly string[] };
}

/** SHA-256 of every reachable state and step, in breadth-first order. */
export function behaviourOf({
  stepping,
  states,
  steps,
  graph: { offsets, targets },
}: Span): string {
  const hash = createHash('sha256');
  const actions = new Actions(stepping);
  for (const [number, state] of states.entries()) {
    hash.update(`${JSON.stringify(stepping.compiled.stateView(state.row))}\n`);
    for (let edge = offsets[number]!; edge < offsets[number + 1]!; edge += 1) {
      hash.update(`${actions.identity(state, steps[edge]!)} ${targets[edge]!}\n`);
    }
  }
  return hash.digest('hex');
}

function namesIn({ stepping, states, steps, from }: Span): Suite['names'] {
  const actions = new Actions(stepping);
  const names = { steps: new Set<string>(), faults: new Set<string>() };
  for (const [number, step] of steps.entries()) {
    const { name } = actions.of(states[from[number]!]!, step);
    names[step.isFault ? 'faults' : 'steps'].add(name);
  }
  return { steps: [...names.steps], faults: [...names.faults] };
}

/** The vectors of the tolerance table: the most that is tolerated, and the least that is not. */
function boundaryOf(system: System): readonly FaultVector[] {
  const { rows } = toleranceOf(system);
  return rows.flatMap(({ faults, values }) => {
    const beyond = values['witnessOf'] as FaultVector | undefined;
    return beyond === undefined ? [faults] : [faults, beyond];
  });
}

function countedNames(names: readonly (string | null)[]): { readonly [name: string]: number } {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The suite of a system for a criterion. The same system gives the same suite.
 * @throws ReconvergeError for what is wrong with the model
 */
export function suiteOf(system: System, coverage: Coverage, limits: SpanLimits): Suite | SpanBound {
  const stepping = new Stepping(compile(system, [], { valuesMax: Infinity }));
  const span = exploredSpan(stepping, limits);
  if (typeof span === 'string') return span;
  const { goals: asked, missing } =
    coverage === 'frontier'
      ? byVectors(span, boundaryOf(system))
      : { goals: goalsOf(span, coverage), missing: [] };
  const { graph, goals, read, nameOf } = asked;
  const { walks, lowerBound } = coverOf(graph, goals);
  return {
    coverage,
    stepping,
    walks: walks.map((nodes) => {
      const { start, steps } = read(nodes);
      return { start: span.states[start]!, steps: steps.map((step) => span.steps[step]!) };
    }),
    goals: goals.length,
    missing,
    goalsByName: countedNames(goals.map((_, goal) => nameOf(goal))),
    lowerBound,
    states: span.states.length,
    transitions: span.steps.length,
    behaviour: behaviourOf(span),
    names: namesIn(span),
  };
}
