import { Actions } from '../action.ts';
import type { Coverage } from './coverage.ts';
import { lineGraph, type Digraph } from './digraph.ts';
import { Places } from './place.ts';
import type { Span } from './span.ts';
import type { State } from '../stepping.ts';

interface ReadWalk {
  readonly start: number;
  readonly steps: readonly number[];
}

/**
 * What is to be visited: sets of nodes of a graph, one of each, and how a walk through that graph
 * is read as a walk of the model.
 */
export interface Goals {
  readonly graph: Digraph;
  readonly goals: readonly (readonly number[])[];
  /** Where a walk begins, and its steps, by number. */
  readonly read: (walk: readonly number[]) => ReadWalk;
  /** The step or fault that a goal is about; null where it is about no single one. */
  readonly nameOf: (goal: number) => string | null;
}

/** Every step that passes, by its name and by what all actors are doing when it is taken. */
function stepsInPlaces(span: Span, counts: (step: number) => boolean): Goals {
  const places = new Places(span.stepping);
  const actions = new Actions(span.stepping);
  const classes = new Map<string, number[]>();
  for (const [number, step] of span.steps.entries()) {
    if (!counts(number)) continue;
    const from = span.states[span.from[number]!]!;
    const key = `${actions.of(from, step).name} in ${places.of(from)}`;
    const known = classes.get(key);
    if (known === undefined) classes.set(key, [number]);
    else known.push(number);
  }
  const goals = [...classes.values()];
  const nameOf = (goal: number): string => {
    const [first = -1] = goals[goal]!;
    return actions.of(span.states[span.from[first]!]!, span.steps[first]!).name;
  };
  return { ...bySteps(span), goals, nameOf };
}

function bySteps(span: Span): Goals {
  const graph = lineGraph(span.graph);
  const goals = span.steps.map((_, number) => [number]);
  const read = (walk: readonly number[]): ReadWalk => ({
    start: span.from[walk[0]!]!,
    steps: walk,
  });
  return { graph, goals, read, nameOf: () => null };
}

function byStates(span: Span): Goals {
  const { offsets, targets } = span.graph;
  const read = (walk: readonly number[]): ReadWalk => ({
    start: walk[0]!,
    steps: walk.slice(1).map((state, index) => targets.indexOf(state, offsets[walk[index]!])),
  });
  const goals = span.states.map((_, number) => [number]);
  return { graph: span.graph, goals, read, nameOf: () => null };
}

/** Two steps, one after the other. A behaviour of a single step has none. */
function byPairs(span: Span): Goals {
  const line = lineGraph(span.graph);
  const graph = lineGraph(line);
  const first = new Int32Array(line.targets.length);
  for (let step = 0; step < line.nodes; step += 1) {
    first.fill(step, line.offsets[step], line.offsets[step + 1]);
  }
  const read = (walk: readonly number[]): ReadWalk => {
    const begin = first[walk[0]!]!;
    const steps = [begin, ...walk.map((pair) => line.targets[pair]!)];
    return { start: span.from[begin]!, steps };
  };
  const goals = Array.from({ length: graph.nodes }, (_, pair) => [pair]);
  return { graph, goals, read, nameOf: () => null };
}

/** How often each fault strikes, by the name of its budget; a budget that is left out: never. */
export type FaultVector = { readonly [axis: string]: number };

const vectorText = (vector: FaultVector): string => {
  const struck = Object.entries(vector).filter(([, count]) => count > 0);
  return struck
    .map(([name, count]) => `${count} × ${name}`)
    .toSorted()
    .join(' + ');
};

/**
 * Vectors of faults that some behaviour has, these and no others; and those that none has, or that
 * cannot be told, because the model keeps no budget of a fault.
 */
export interface Vectors {
  readonly goals: Goals;
  readonly missing: readonly string[];
}

/** For each vector the faults with which it is complete: exactly these have struck then. */
export function byVectors(span: Span, vectors: readonly FaultVector[]): Vectors {
  const { stepping, states, steps, from } = span;
  const { world } = stepping.compiled;
  const { pools } = world.plan;
  const struckIn = ({ row }: State): string => {
    const spent = pools.map(({ name, budget }, pool): [string, number] => {
      return [name, budget - (row[world.budgetComponent(pool)] as number)];
    });
    return vectorText(Object.fromEntries(spent));
  };
  const texts = new Map(vectors.map((vector) => [vectorText(vector), [] as number[]]));
  texts.delete('');
  for (const [number, { isFault, to }] of steps.entries()) {
    const text = isFault ? struckIn(to) : '';
    // A request that lands late is a fault, too, and takes from no budget.
    if (text !== struckIn(states[from[number]!]!)) texts.get(text)?.push(number);
  }
  const reached = [...texts].filter(([, found]) => found.length > 0);
  const goals = reached.map(([, found]) => found);
  const missing = [...texts].flatMap(([text, found]) => (found.length === 0 ? [text] : []));
  return { goals: { ...bySteps(span), goals, nameOf: (goal) => reached[goal]![0] }, missing };
}

/** What a criterion asks for in a model. */
export function goalsOf(span: Span, coverage: Exclude<Coverage, 'frontier'>): Goals {
  const { stepping, steps } = span;
  const label = (step: number): string => stepping.compiled.action(steps[step]!.action).label;
  switch (coverage) {
    case 'states':
      return byStates(span);
    case 'transitions':
      return bySteps(span);
    case 'transition-pairs':
      return byPairs(span);
    case 'faults':
      return stepsInPlaces(span, (step) => steps[step]!.isFault);
    case 'recovery':
      return stepsInPlaces(span, (step) => label(step) === 'R');
  }
}
