import type { Evaluation } from '../model/integer-system.ts';
import type { Predicate } from '../model/property.ts';
import type { AnyView } from '../model/system.ts';
import { ReconvergeError, assertInternal } from '../model/error.ts';
import { Probe, type Keyholes, type Question } from './probe.ts';
import { batch, evaluate, evaluationsSoFar } from './purity.ts';
import { Viewer } from './view.ts';
import type { World } from './world.ts';

/** A predicate with the name under which its exceptions are reported. */
export interface NamedPredicate {
  readonly name: string;
  readonly holds: Predicate<AnyView>;
  /** Must hold as well; asked after `holds`. What it answers is kept for all who share it. */
  readonly and?: NamedPredicate;
}

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
interface Branch {
  readonly read: number;
  readonly after: (Branch | Evaluation<boolean>)[];
}

/** The answers of a predicate, each at the end of what is seen for it. */
class Answers {
  private readonly keyholes: Keyholes;
  /** Under 0. */
  private readonly root: Branch = { read: -1, after: [] };

  constructor(keyholes: Keyholes) {
    this.keyholes = keyholes;
  }

  find(state: Int32Array): Evaluation<boolean> | null {
    let place = this.root.after[0];
    while (place !== undefined && 'read' in place) {
      place = place.after[this.keyholes.seen(place.read, state)];
    }
    return place ?? null;
  }

  keep(state: Int32Array, evaluation: Evaluation<boolean>): void {
    let { root: place } = this;
    let seen = 0;
    for (const read of evaluation.reads) {
      const next = (place.after[seen] ??= { read, after: [] });
      assertInternal('read' in next && next.read === read, 'a predicate looked in two orders');
      place = next;
      seen = this.keyholes.seen(read, state);
    }
    place.after[seen] = evaluation;
  }
}

/** A predicate as a question to be put to states. */
class Asked implements Question {
  readonly number: number;
  contradiction: Error | null = null;
  private readonly viewer: Viewer;
  private readonly keyholes: Keyholes;
  private readonly predicate: NamedPredicate;
  private readonly and: Asked | null;
  private readonly answers: Answers;

  constructor(viewer: Viewer, predicate: NamedPredicate, number: number, and: Asked | null) {
    this.viewer = viewer;
    this.keyholes = viewer.keyholes;
    this.predicate = predicate;
    this.number = number;
    this.and = and;
    this.answers = new Answers(viewer.keyholes);
  }

  private said(probe: Probe): unknown {
    const { name, holds } = this.predicate;
    const said: unknown = evaluate(name, () => {
      const own: unknown = this.viewer.show(probe, holds);
      if (this.contradiction !== null) throw this.contradiction;
      return own;
    });
    if (said !== true || this.and === null) return said;
    const { reads, answer } = this.and.recall(probe.state);
    for (const read of reads) probe.note(read);
    return answer;
  }

  run(probe: Probe): void {
    try {
      this.said(probe);
    } catch {
      // Whoever asks for the answer will be told.
    }
  }

  private recall(state: Int32Array): Evaluation<boolean> {
    const known = this.answers.find(state);
    if (known !== null) return known;
    const found = this.decide(state);
    this.answers.keep(state, found);
    return found;
  }

  /** @throws ReconvergeError for what is wrong with the predicate */
  decide(state: Int32Array): Evaluation<boolean> {
    const { name } = this.predicate;
    const { reads, answer } = agreeing(name, () => {
      const probe = new Probe(this.keyholes, state, this);
      return { answer: this.said(probe), reads: probe.reads };
    });
    if (typeof answer === 'boolean') return { reads, answer };
    throw new ReconvergeError(
      'RCV219',
      `a predicate answered ${String(answer)}, not true or false`,
      { at: name, hint: 'compare explicitly: x !== null, list.length > 0' },
    );
  }
}

/** Decides the predicates of a system, by their place. */
export function deciderOf(
  world: World,
  keyholes: Keyholes,
  predicates: readonly NamedPredicate[],
): (index: number, state: Int32Array) => Evaluation<boolean> {
  const viewer = new Viewer(world, keyholes);
  const shared = new Map<NamedPredicate, Asked>();
  let questions = 0;
  const sharedOf = (predicate: NamedPredicate): Asked => {
    const one = shared.get(predicate) ?? askedOf(predicate);
    shared.set(predicate, one);
    return one;
  };
  const askedOf = (predicate: NamedPredicate): Asked => {
    const and = predicate.and === undefined ? null : sharedOf(predicate.and);
    questions += 1;
    return new Asked(viewer, predicate, questions, and);
  };
  const asked = predicates.map(askedOf);
  return (index, state) => (asked[index] as Asked).decide(state);
}
