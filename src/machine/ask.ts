import type { Evaluation } from '../model/integer-system.ts';
import type { Predicate } from '../model/property.ts';
import type { AnyView } from '../model/system.ts';
import { ReconvergeError } from '../model/error.ts';
import { agreeing, Answers } from './answers.ts';
import { Probe, type Keyholes, type Question } from './probe.ts';
import { evaluate } from './purity.ts';
import { Viewer } from './view.ts';
import type { World } from './world.ts';

/** A predicate with the name under which its exceptions are reported. */
export interface NamedPredicate {
  readonly name: string;
  readonly holds: Predicate<AnyView>;
  /** Must hold as well; asked after `holds`. What it answers is kept for all who share it. */
  readonly and?: NamedPredicate;
}

/** A predicate as a question to be put to states. */
class Asked implements Question {
  readonly number: number;
  contradiction: Error | null = null;
  private readonly viewer: Viewer;
  private readonly keyholes: Keyholes;
  private readonly predicate: NamedPredicate;
  private readonly and: Asked | null;
  private readonly answers: Answers<boolean>;

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
