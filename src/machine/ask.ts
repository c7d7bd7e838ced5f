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
  private readonly answers: Answers<boolean>;

  constructor(viewer: Viewer, predicate: NamedPredicate, number: number) {
    this.viewer = viewer;
    this.keyholes = viewer.keyholes;
    this.predicate = predicate;
    this.number = number;
    this.answers = new Answers(viewer.keyholes);
  }

  private said(probe: Probe): unknown {
    const { name, holds } = this.predicate;
    return evaluate(name, () => {
      const said: unknown = this.viewer.show(probe, holds);
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

  /** As `decide`, but asks once for all states that look the same to the predicate. */
  recall(state: Int32Array): Evaluation<boolean> {
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

/** Whether the second holds, too, where the first does. Neither is asked twice for it. */
function both(first: Asked, second: Asked, state: Int32Array): Evaluation<boolean> {
  const one = first.recall(state);
  if (!one.answer) return one;
  const { reads, answer } = second.recall(state);
  return { reads: [...new Set([...one.reads, ...reads])], answer };
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
  const askedOf = (predicate: NamedPredicate): Asked => {
    questions += 1;
    return new Asked(viewer, predicate, questions);
  };
  const sharedOf = (predicate: NamedPredicate): Asked => {
    const one = shared.get(predicate) ?? askedOf(predicate);
    shared.set(predicate, one);
    return one;
  };
  const deciders = predicates.map((predicate) => {
    const asked = askedOf(predicate);
    const { and } = predicate;
    if (and === undefined) return (state: Int32Array) => asked.decide(state);
    const other = sharedOf(and);
    return (state: Int32Array) => both(asked, other, state);
  });
  return (index, state) => deciders[index]!(state);
}
