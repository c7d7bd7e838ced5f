import { Graph } from './graph.ts';
import type { Queue } from './kernel.ts';
import type { Product } from './product.ts';

/** Numbers of a domain up to which places are listed by number. */
const LISTED_MAX = 2 ** 27;

/** From numbers of states to places in the queue. */
function placesIn(product: Product, queue: Queue, states: number): (state: number) => number {
  if (product.domain <= LISTED_MAX) {
    const places = new Int32Array(product.domain);
    for (let at = 0; at < states; at += 1) places[queue.at(at)] = at;
    return (state) => places[state]!;
  }
  const places = new Map<number, number>();
  for (let at = 0; at < states; at += 1) places.set(queue.at(at), at);
  return (state) => places.get(state)!;
}

/** All edges of the states of a queue, which is closed under steps, by places in it. */
export function graphOf(product: Product, queue: Queue, states: number): Graph {
  const graph = new Graph();
  const place = placesIn(product, queue, states);
  for (let state = 0; state < states; state += 1) {
    graph.open();
    product.forEach(queue.at(state), (target, action) => graph.add(action, place(target)));
  }
  graph.close(states);
  return graph;
}

/** The first step of a state that breaks a claim. */
export function claimAt(product: Product, state: number) {
  const found: { readonly number: number; readonly action: number; readonly claim: number }[] = [];
  product.forEach(state, (number, action, claim) => {
    if (claim >= 0) found.push({ number, action, claim });
  });
  const [first] = found;
  if (first === undefined) throw new Error('internal: no step breaks the claim');
  return first;
}

/** The budgets, by their components, that differ from state to state of a queue. */
export function touchedBudgets(
  product: Product,
  queue: Queue,
  states: number,
): ReadonlySet<number> {
  const { stride, radix, members } = product.digit(0);
  const layers = new Set<number>();
  for (let at = 0; at < states && layers.size < radix; at += 1)
    layers.add(Math.floor(queue.at(at) / stride));
  const isTouched = (_: number, position: number): boolean =>
    new Set([...layers].map((layer) => members.value(layer, position))).size > 1;
  return new Set(members.components.filter(isTouched));
}
