import type { Evaluation } from '../model/integer-system.ts';
import type { Predicate } from '../model/property.ts';
import type { AnyView } from '../model/system.ts';
import { ReconvergeError } from '../model/error.ts';
import { Probe, type Keyholes, type Question } from './probe.ts';
import { batch, evaluate, evaluationsSoFar } from './purity.ts';
import { viewOf } from './view.ts';
import type { World } from './world.ts';

/** A predicate with the name under which its exceptions are reported. */
export interface NamedPredicate {
  readonly name: string;
  readonly holds: Predicate<AnyView>;
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

/** A predicate as a question to be put to states. */
export class Asked implements Question {
  readonly number: number;
  contradiction: Error | null = null;
  private readonly world: World;
  private readonly keyholes: Keyholes;
  private readonly predicate: NamedPredicate;

  constructor(world: World, keyholes: Keyholes, predicate: NamedPredicate, number: number) {
    this.world = world;
    this.keyholes = keyholes;
    this.predicate = predicate;
    this.number = number;
  }

  private said(probe: Probe): unknown {
    const { name, holds } = this.predicate;
    return evaluate(name, () => {
      const said: unknown = holds(viewOf(this.world, probe));
      if (this.contradiction !== null) throw this.contradiction;
      return said;
    });
  }

  run(probe: Probe): void {
    try {
      this.said(probe);
    } catch {
      // Whoever asks for the answer will be told.
    }
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
