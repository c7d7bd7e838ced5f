/**
 * Naive decisions of the properties on a naive graph, by fixpoints over sets of state numbers,
 * written after the definitions (spec 1.7, 1.8) and for clarity only.
 */
import type { Fairness, Property, Resumes } from '../../src/model/property.ts';
import type { AnyView, System } from '../../src/model/system.ts';
import type { FailureForm } from '../../src/model/verdict.ts';
import type { NaiveGraph } from './explore.ts';
import type { Reading } from './fairness.ts';
import type { Predicate, Span, States } from './span.ts';
import { DEFAULT_READING, foreverInside, free, reaching } from './fairness.ts';
import { isSatisfied } from './formula.ts';
import { breaking, diverted, leaving, lost, torn } from './laws.ts';
import { isRefinement } from './refinement.ts';
import { both, distances, minus, sightsOf, spanOf, where } from './span.ts';
import { allSights } from './view.ts';

export interface Finding {
  /** null where the answer asks for states that are not reachable and that the model refuses. */
  readonly holds: boolean | null;
  /**
   * Per form of failure, the states that show it: those that are bad in themselves (`state`,
   * `deadlock`, `trap`), those that a bad step leaves (`step`), those from which `steps` do not suffice (`bound`), those that begin a fair
   * path that never meets the goal though it could (`lasso`). Empty if the property holds, and for
   * `unreached`.
   */
  readonly failures: ReadonlyMap<FailureForm, States>;
  /** The least number of steps, faults included, from an initial state to one of these. */
  readonly distances: ReadonlyMap<FailureForm, number>;
}

function finding(span: Span, failures: [FailureForm, States][], within: States): Finding {
  const shown = failures.filter(([, states]) => states.size > 0);
  const reached = distances(span, within);
  const nearest = shown.map(
    ([form, states]) => [form, Math.min(...[...states].map((at) => reached.get(at)!))] as const,
  );
  return { holds: shown.length === 0, failures: new Map(shown), distances: new Map(nearest) };
}

function eventually(span: Span, holds: Predicate, fairness: Fairness): Finding {
  const avoiding = minus(span.all, where(span.graph, holds));
  const reached = new Set(distances(span, avoiding).keys());
  const loops = foreverInside(span.graph, reached, fairness, span.reading);
  return finding(
    span,
    [
      ['deadlock', both(reached, span.deadEnds)],
      ['lasso', loops],
    ],
    avoiding,
  );
}

function eventuallyAlways(span: Span, holds: Predicate, fairness: Fairness): Finding {
  const { graph, all, deadEnds, reading } = span;
  const left = minus(all, where(graph, holds));
  const loops = foreverInside(graph, all, fairness, reading, [left]);
  const ends: [FailureForm, States] = ['deadlock', both(left, deadEnds)];
  return finding(span, [ends, ['lasso', loops]], all);
}

function recoverable(span: Span, holds: Predicate | null): Finding {
  const goal = holds === null ? span.consistent : where(span.graph, holds);
  const traps = minus(span.all, reaching(free(span.graph), goal, span.all));
  return finding(span, [['trap', traps]], span.all);
}

/** Dead ends in which a checkpointed actor has not finished. */
function unfinished({ system, graph, deadEnds }: Span): Set<number> {
  const checkpointed = Object.entries(system.parts).filter(([, part]) => part.checkpoint !== null);
  const open = (view: AnyView): boolean =>
    checkpointed.some(([name]) => sightsOf(view, name).some(({ status }) => status !== 'done'));
  return both(deadEnds, where(graph, open));
}

function converges(span: Span, fairness: Fairness): Finding {
  const { graph, rest, all, deadEnds, reading } = span;
  const outside = minus(all, rest);
  const stuck = new Set([...both(deadEnds, outside), ...unfinished(span)]);
  const hopeless = minus(all, reaching(free(graph), rest, all));
  const loops = foreverInside(graph, outside, fairness, reading);
  return finding(
    span,
    [
      ['deadlock', stuck],
      ['trap', minus(hopeless, deadEnds)],
      ['lasso', minus(loops, hopeless)],
    ],
    all,
  );
}

function withinSteps(span: Span, steps: number, holds: Predicate | null): Finding {
  const goal = holds === null ? span.rest : where(span.graph, holds);
  const moves = free(span.graph);
  let there: States = goal;
  for (let step = 0; step < steps; step += 1) {
    const late = new Set(moves.filter(({ to }) => !there.has(to)).map(({ from }) => from));
    const next = minus(minus(span.all, span.deadEnds), late);
    there = new Set([...goal, ...next]);
  }
  return finding(span, [['bound', minus(span.all, there)]], span.all);
}

function deadlockFree(span: Span): Finding {
  const { graph, system, all } = span;
  const canEnd = (name: string): boolean => {
    const { root } = system.parts[name]!.machine as { root: { states: object } };
    return Object.values(root.states).some(({ type }: { type: string }) => type === 'final');
  };
  const enders = Object.entries(system.parts).filter(([name]) => canEnd(name));
  const allDone = (view: AnyView): boolean =>
    allSights(view as NaiveGraph['views'][number]).some(({ status }) => status === 'done') &&
    enders.every(([name, { checkpoint }]) =>
      sightsOf(view, name).every(
        ({ status }) => status === 'done' || (status === 'halted' && checkpoint === null),
      ),
    );
  const stuck = minus(all, new Set(graph.edges.map(({ from }) => from)));
  return finding(span, [['deadlock', minus(stuck, where(graph, allDone))]], all);
}

function resumes(span: Span, property: Resumes<AnyView>): Finding {
  try {
    return finding(span, [['state', diverted(span, property)]], span.all);
  } catch (thrown) {
    const isRefused = thrown instanceof Error && /^(unhandled|over capacity)/.test(thrown.message);
    if (!isRefused) throw thrown;
    return { ...finding(span, [], span.all), holds: null };
  }
}

/** Decides one property of the system on its complete graph. */
export function decide(
  system: System,
  graph: NaiveGraph,
  property: Property<AnyView>,
  reading: Reading = DEFAULT_READING,
): Finding {
  const span = spanOf(system, graph, reading);
  switch (property.kind) {
    case 'always': {
      const { holds, when = () => true } = property;
      // Elsewhere it need not even be defined.
      const bad = where(graph, (state) => when(state) && !holds(state));
      return finding(span, [['state', bad]], span.all);
    }
    case 'sometimes':
      return { ...finding(span, [], span.all), holds: where(graph, property.holds).size > 0 };
    case 'eventually':
      return eventually(span, property.holds, property.fairness);
    case 'eventuallyAlways':
      return eventuallyAlways(span, property.holds, property.fairness);
    case 'recoverable':
      return recoverable(span, property.holds);
    case 'converges':
      return converges(span, property.fairness);
    case 'withinSteps':
      return withinSteps(span, property.steps, property.holds);
    case 'leadsTo':
    case 'until':
    case 'ltl': {
      const holds = isSatisfied(span, property.formula, property.fairness);
      return { ...finding(span, [], span.all), holds };
    }
    case 'deadlockFree':
      return deadlockFree(span);
    case 'closed': {
      const inside = property.holds === null ? span.consistent : where(graph, property.holds);
      return finding(span, [['step', leaving(span, inside)]], span.all);
    }
    case 'everyStep':
      return finding(span, [['step', breaking(span, property)]], span.all);
    case 'totalRecovery':
      return finding(span, [['state', lost(span)]], span.all);
    case 'deterministicRecovery':
      return finding(span, [['state', torn(span)]], span.all);
    case 'resumes':
      return resumes(span, property);
    case 'refines':
      return { ...finding(span, [], span.all), holds: isRefinement(graph, property) };
  }
}

/** All properties by name; a declared `consistent` adds `converges`, unless that name is taken. */
export function decideAll(
  system: System,
  graph: NaiveGraph,
  reading: Reading = DEFAULT_READING,
): Map<string, Finding> {
  const { properties = {}, consistent } = system.tolerance;
  const added: Record<string, Property<AnyView>> = consistent === undefined
    ? {}
    : { converges: { kind: 'converges', fairness: 'default' } };
  const named = Object.entries({ ...added, ...properties });
  return new Map(named.map(([name, property]) => [name, decide(system, graph, property, reading)]));
}
