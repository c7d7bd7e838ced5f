import type { Evaluation } from '../model/integer-system.ts';
import { ReconvergeError, assertInternal } from '../model/error.ts';
import type { Keyholes } from './probe.ts';
import { batch, evaluationsSoFar } from './purity.ts';

function isSame(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Asks twice what code of the model answers: what is answered once per distinct reading must be a
 * function of what is read.
 * @throws ReconvergeError RCV215
 */
export function agreeing<A>(at: string, ask: () => Evaluation<A>): Evaluation<A> {
  return batch(() => {
    const before = evaluationsSoFar();
    const first = ask();
    if (evaluationsSoFar() === before) return first;
    const second = ask();
    const isAgreed =
      first.reads.length === second.reads.length &&
      first.reads.every((read, index) => read === second.reads[index]) &&
      isSame(first.answer, second.answer);
    if (isAgreed) return first;
    throw new ReconvergeError('RCV215', 'the same question about the same state got two answers', {
      at,
      hint: 'lambdas and predicates may read only the state they are given, no variable outside',
    });
  });
}

/** What is seen next, and what was known after it, by what was seen. */
interface Branch<A> {
  readonly read: number;
  readonly after: (Branch<A> | Evaluation<A>)[];
}

/** The answers to a question, each at the end of what is seen for it. */
export class Answers<A> {
  private readonly keyholes: Keyholes;
  /** Under 0. */
  private readonly root: Branch<A> = { read: -1, after: [] };

  constructor(keyholes: Keyholes) {
    this.keyholes = keyholes;
  }

  find(state: Int32Array): Evaluation<A> | null {
    let place = this.root.after[0];
    while (place !== undefined && 'read' in place) {
      place = place.after[this.keyholes.seen(place.read, state)];
    }
    return place ?? null;
  }

  keep(state: Int32Array, evaluation: Evaluation<A>): void {
    let { root: place } = this;
    let seen = 0;
    for (const read of evaluation.reads) {
      const next = (place.after[seen] ??= { read, after: [] });
      assertInternal('read' in next && next.read === read, 'a question looked in two orders');
      place = next;
      seen = this.keyholes.seen(read, state);
    }
    place.after[seen] = evaluation;
  }
}
