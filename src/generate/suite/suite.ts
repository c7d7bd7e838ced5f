import { compile } from '../../machine/compile.ts';
import type { System } from '../../model/system.ts';
import { Stepping } from '../stepping.ts';
import type { Walk } from '../walk.ts';
import { coverOf } from './cover.ts';
import { goalsOf, type Coverage } from './criteria.ts';
import { exploredSpan, type SpanBound, type SpanLimits } from './span.ts';

/** Sequences from the model that cover what was asked for. */
export interface Suite {
  readonly coverage: Coverage;
  readonly stepping: Stepping;
  readonly walks: readonly Walk[];
  /** What there is to be covered, and all of it is. */
  readonly goals: number;
  /** No fewer sequences cover it. */
  readonly lowerBound: number;
  readonly states: number;
  readonly transitions: number;
}

/**
 * The suite of a system for a criterion. The same system gives the same suite.
 * @throws ReconvergeError for what is wrong with the model
 */
export function suiteOf(system: System, coverage: Coverage, limits: SpanLimits): Suite | SpanBound {
  const stepping = new Stepping(compile(system, [], { valuesMax: Infinity }));
  const span = exploredSpan(stepping, limits);
  if (typeof span === 'string') return span;
  const { graph, goals, read } = goalsOf(span, coverage);
  const { walks, lowerBound } = coverOf(graph, goals);
  return {
    coverage,
    stepping,
    walks: walks.map((nodes) => {
      const { start, steps } = read(nodes);
      return { start: span.states[start]!, steps: steps.map((step) => span.steps[step]!) };
    }),
    goals: goals.length,
    lowerBound,
    states: span.states.length,
    transitions: span.steps.length,
  };
}
