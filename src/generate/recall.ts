import type { Evaluation, Observation } from '../model/integer-system.ts';

type Node<A> =
  | { readonly answer: A }
  | { readonly observation: number; readonly next: Map<number, Node<A>> };

/** What the observations of a system show, each value classified once. */
export class Observations {
  private readonly observation: (index: number) => Observation;
  private readonly known: { readonly of: Observation; readonly classes: Map<number, number> }[] =
    [];

  constructor(observation: (index: number) => Observation) {
    this.observation = observation;
  }

  of(index: number, state: Int32Array): number {
    this.known[index] ??= { of: this.observation(index), classes: new Map<number, number>() };
    const { of, classes } = this.known[index];
    const value = state[of.component] ?? 0;
    if (of.classify === null) return value;
    const found = classes.get(value) ?? of.classify(value);
    classes.set(value, found);
    return found;
  }
}

/**
 * Answers to one question, recalled wherever the state shows the same to who asks: a tree of what
 * was looked at, in order. The same contract as in exhaustive search, in maps, for states that
 * come one by one.
 */
export class Recall<A> {
  private readonly observations: Observations;
  private readonly ask: (state: Int32Array) => Evaluation<A>;
  private root: Node<A> | undefined;

  constructor(observations: Observations, ask: (state: Int32Array) => Evaluation<A>) {
    this.observations = observations;
    this.ask = ask;
  }

  answer(state: Int32Array): A {
    let node = this.root;
    while (node !== undefined && 'next' in node) {
      node = node.next.get(this.observations.of(node.observation, state));
    }
    return node === undefined ? this.learn(state) : node.answer;
  }

  private learn(state: Int32Array): A {
    const { reads, answer } = this.ask(state);
    let place = (node: Node<A>): unknown => (this.root = node);
    let node = this.root;
    for (const observation of reads) {
      if (node === undefined) {
        node = { observation, next: new Map<number, Node<A>>() };
        place(node);
      }
      if (!('next' in node) || node.observation !== observation) {
        throw new Error('internal: a question looked at the state in two different orders');
      }
      const { next }: { next: Map<number, Node<A>> } = node;
      const seen = this.observations.of(observation, state);
      place = (below) => next.set(seen, below);
      node = next.get(seen);
    }
    place({ answer });
    return answer;
  }
}
