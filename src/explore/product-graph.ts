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
