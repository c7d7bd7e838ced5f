import { Closure } from '../../../src/explore/closure.ts';
import type { Exploration, SearchOptions } from '../../../src/explore/exploration.ts';
import { Product } from '../../../src/explore/product.ts';
import { Questions } from '../../../src/explore/questions.ts';
import { Search } from '../../../src/explore/search.ts';
import { stateKey } from '../../../src/model/integer-system.ts';
import type { Drawing, RandomSystem } from './random-system.ts';

/** Ways to draw, by name. */
export const DRAWINGS: readonly (readonly [string, Drawing])[] = [
  ['upward', { components: 5, values: 4, sight: 3, upward: true, twins: false }],
  ['round and round', { components: 5, values: 4, sight: 3, upward: false, twins: false }],
  ['twins', { components: 4, values: 4, sight: 2, upward: false, twins: true }],
  ['many values', { components: 2, values: 40, sight: 2, upward: false, twins: false }],
];

/** The predicates of every random system. */
export const PREDICATES: readonly number[] = [0, 1, 2];

/** Everything is watched, and there is no bound. */
export const anySearch: SearchOptions = {
  bounds: { statesMax: 1e15, depthMax: 1e15, timeoutMs: 1e15, memoryBytes: 1e15 },
  edges: true,
  watchFalse: PREDICATES,
  watchTrue: PREDICATES,
  stopAt: [],
  stopAtClaim: false,
  symmetry: false,
  reduce: false,
  clock: () => performance.now(),
  residentBytes: () => 0,
  interrupted: () => false,
  onProgress: () => {},
};

/** A system as a product of closed groups; rules with more than `rowsMax` rows are trees. */
export function productOf({ system, partition }: RandomSystem, rowsMax?: number): Product {
  const limits = { values: 1e6, questions: 1e6, spread: [], isOver: () => false };
  const closure = new Closure(new Questions(system), partition, limits);
  closure.run();
  return new Product(closure, rowsMax);
}

/** What the plain search finds, and which states have no edge, or none without a fault elsewhere. */
export function plainly({ system }: RandomSystem) {
  const found = new Search(new Questions(system), anySearch).run(() => false);
  const { offsets, targets, actions } = found.graph;
  const states = Array.from({ length: found.states }, (_, state) => state);
  const isEnd = (state: number): boolean => offsets[state] === offsets[state + 1];
  const isQuiet = (state: number): boolean => {
    for (let edge = offsets[state]!; edge < offsets[state + 1]!; edge += 1) {
      if (targets[edge] !== state && system.action(actions[edge]!).label !== 'F') return false;
    }
    return true;
  };
  return { found, states, isEnd, isQuiet };
}

/** Whether each state of a path is a successor of the one before, and the first initial. */
export function isPath(found: Exploration, path: readonly number[]): boolean {
  return path.slice(1).every((to, index) => {
    const target = stateKey(found.row(to));
    let leads = false;
    found.forEachEdge(path[index]!, (_action, _claim, next) => {
      leads ||= stateKey(next) === target;
    });
    return leads;
  });
}
