import { ReconvergeError } from '../model/error.ts';
import type { EffectFree } from './effect-free.ts';
import { Probe, type Keyhole, type Keyholes, type Look } from './probe.ts';
import type { Numbered, Question } from './probe.ts';
import type { Shape } from './shape.ts';
import { ActorSight } from './sight.ts';
import { Source } from './tracked.ts';

type Test = (view: object, index: number) => unknown;

/** Thrown where a test looks at more than its own actor. */
const ELSEWHERE = new Error('internal: a test looks elsewhere');

/**
 * How an actor fares in a test. Unknown: its own state does not tell, or the test throws; then the
 * test is run as any other code, and what it reads is noted.
 */
export type Outcome = 'passes' | 'fails' | 'unknown';
const OUTCOMES: readonly Outcome[] = ['passes', 'fails', 'unknown'];

/** A look at one value of one component. */
class Still implements Look {
  private readonly component: number;
  private readonly value: number;
  hasLeft = false;

  constructor(component: number, value: number) {
    this.component = component;
    this.value = value;
  }

  see(keyhole: Keyhole): unknown {
    if (keyhole.component === this.component) return keyhole.show(this.value);
    this.hasLeft = true;
    throw ELSEWHERE;
  }
}

function outcome(component: number, value: number, test: (still: Still) => unknown): Outcome {
  const still = new Still(component, value);
  try {
    const isPassed = Boolean(test(still));
    return still.hasLeft ? 'unknown' : isPassed ? 'passes' : 'fails';
  } catch {
    return 'unknown';
  }
}

function fickle(name: string): ReconvergeError {
  return new ReconvergeError('RCV215', `the same test of ${name} gave two different results`, {
    hint: 'lambdas and predicates may read only the state they are given, no variable outside',
  });
}

/** How many values are tested ahead each time. */
const BATCH = 64;

/**
 * The outcomes of a test that may depend on what is around it: that is the same wherever its
 * question has seen the same so far. For a value that was not tested then the question is put once
 * more about the state in which it came here first.
 */
class Passing implements Numbered {
  readonly index: number;
  readonly component: number;
  private readonly shape: Shape;
  private readonly question: Question;
  private readonly keyholes: Keyholes;
  private readonly state: Int32Array;
  /** By value, as indices of OUTCOMES. */
  private readonly outcomes: number[] = [];
  /** Values below were tested. */
  private once = 0;
  /** Values below were tested again when the question was put once more. */
  private twice = 0;
  /** What the question is put once more for. */
  private wanted: number | null = null;

  constructor(index: number, shape: Shape, probe: Probe, question: Question) {
    this.index = index;
    this.component = shape.component;
    this.shape = shape;
    this.question = question;
    this.keyholes = probe.keyholes;
    this.state = probe.state.slice();
  }

  readonly classify = (value: number): number => {
    const { keyholes, question, state } = this;
    if (this.outcomes[value] === undefined) {
      this.wanted = value;
      for (let time = 0; time < 2; time += 1) question.run(new Probe(keyholes, state, question));
      this.wanted = null;
    }
    return (this.outcomes[value] ??= OUTCOMES.indexOf('unknown'));
  };

  /** Tests a value, and some of those that may be asked for in time. */
  outcome(value: number, test: (value: number) => Outcome): Outcome {
    const { once, wanted } = this;
    const again = Math.min(once, this.twice + BATCH);
    for (; this.twice < again; this.twice += 1) this.settle(this.twice, test(this.twice));
    const end = Math.min(this.shape.values, once + BATCH);
    for (; this.once < end; this.once += 1) this.settle(this.once, test(this.once));
    return this.settle(wanted ?? value, test(wanted ?? value));
  }

  /** Whether the question is put for the sake of these outcomes only. */
  get isWanted(): boolean {
    return this.wanted !== null;
  }

  private settle(value: number, found: Outcome): Outcome {
    const number = OUTCOMES.indexOf(found);
    const known = this.outcomes[value] ?? number;
    if (known !== number) {
      this.question.contradiction ??= fickle(this.shape.name);
      throw this.question.contradiction;
    }
    this.outcomes[value] = number;
    return found;
  }
}

/** The outcomes of tests that depend on what is around them, by the path of their question. */
const passings = new WeakMap<Keyholes, Map<number, Passing>>();

function passingAt(probe: Probe, question: Question, path: number, shape: Shape): Passing {
  const { keyholes } = probe;
  const known = passings.get(keyholes) ?? new Map<number, Passing>();
  passings.set(keyholes, known);
  const found =
    known.get(path) ?? keyholes.add((index) => new Passing(index, shape, probe, question));
  known.set(path, found);
  return found;
}

/** How an actor fares in a test without effect, as one observation of its component. */
export function faring(sight: ActorSight, how: EffectFree, test: Test, index: number): Outcome {
  const { shape, view } = sight;
  const { look } = sight.source;
  const { component } = shape;
  if (how.isClosed) {
    const place = how.parameters > 1 ? index : 0;
    const keyhole = shape.test(
      how,
      place,
      () => (value) =>
        outcome(component, value, (still) =>
          test(new ActorSight(new Source(still), shape).view, index),
        ),
    );
    return look.see(keyhole) as Outcome;
  }
  if (!(look instanceof Probe) || look.question === null) return 'unknown';
  const path = look.path(look.question);
  if (path === null) return 'unknown';
  const passing = passingAt(look, look.question, path, shape);
  const found = passing.outcome(look.at(component), (value) =>
    outcome(component, value, (still) => look.through(still, () => test(view, index))),
  );
  if (passing.isWanted) look.end();
  look.note(passing.index);
  return found;
}
