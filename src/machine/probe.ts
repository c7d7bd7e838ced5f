import { assertInternal } from '../model/error.ts';
import type { Observation } from '../model/integer-system.ts';

/** An observation with its number. */
export interface Numbered extends Observation {
  readonly index: number;
}

/** A Map takes 0 and -0 for one key; a predicate need not. */
const NEGATIVE_ZERO = Symbol('-0');

/** Shows something of the values of a component: a primitive, computed once per value. */
export class Keyhole implements Numbered {
  readonly index: number;
  readonly component: number;
  /** Names what is seen; null where there is no word for it. */
  readonly key: string | null;
  private readonly see: (value: number) => unknown;
  /** Classes by value of the component. */
  private readonly classOf: number[] = [];
  /** What is shown, by class. */
  private readonly shown: unknown[] = [];
  private readonly classes = new Map<unknown, number>();

  constructor(
    index: number,
    component: number,
    see: (value: number) => unknown,
    key: string | null = null,
  ) {
    this.index = index;
    this.component = component;
    this.see = see;
    this.key = key;
  }

  /** Values that show the same are of one class. */
  readonly classify = (value: number): number => {
    const known = this.classOf[value];
    if (known !== undefined) return known;
    const shown = this.see(value);
    const seen = Object.is(shown, -0) ? NEGATIVE_ZERO : shown;
    const found = this.classes.get(seen) ?? this.shown.push(shown) - 1;
    this.classes.set(seen, found);
    this.classOf[value] = found;
    return found;
  };

  show(value: number): unknown {
    return this.shown[this.classify(value)];
  }
}

/** All observations of a system, in the order in which they were first made. */
export class Keyholes {
  /** What questions saw, in their order. */
  readonly sequences = new Sequences();
  private readonly all: Numbered[] = [];
  /** By component. */
  private readonly wholes: Numbered[] = [];
  private readonly byKey = new Map<string, Keyhole>();

  get count(): number {
    return this.all.length;
  }

  at(index: number): Numbered {
    const keyhole = this.all[index];
    assertInternal(keyhole !== undefined, `no observation ${index}`);
    return keyhole;
  }

  /** Takes up an observation of a kind of its own. */
  add<O extends Numbered>(make: (index: number) => O): O {
    const made = make(this.all.length);
    this.all.push(made);
    return made;
  }

  /** What an observation shows of a state, as a class. */
  seen(index: number, state: Int32Array): number {
    const { component, classify } = this.at(index);
    const value = state[component] ?? 0;
    return classify === null ? value : classify(value);
  }

  /** The observation of a component as it is. */
  whole(component: number): Numbered {
    const known = this.wholes[component];
    if (known !== undefined) return known;
    const made = this.add((index) => ({ index, component, classify: null }));
    this.wholes[component] = made;
    return made;
  }

  /** The keyhole onto `component` that shows `see(value)`, a primitive. `key` names it. */
  open(component: number, key: string, see: (value: number) => unknown): Keyhole {
    const full = `${component} ${key}`;
    const known = this.byKey.get(full);
    if (known !== undefined) return known;
    const made = this.add((index) => new Keyhole(index, component, see, key));
    this.byKey.set(full, made);
    return made;
  }
}

/** A look at something through keyholes. */
export interface Look {
  see(keyhole: Keyhole): unknown;
}

/** A question about a state that can be put again, to look at another one. */
export interface Question {
  readonly number: number;
  /** Set once the same test of the same value gave two results. */
  contradiction: Error | null;
  /** Whatever it answers or throws. */
  run(probe: Probe): void;
}

/** Numbers for sequences of numbers. */
class Sequences {
  private readonly next: Map<number, number>[] = [new Map()];

  /** The number of a sequence with one more at its end; that of the empty one is 0. */
  longer(sequence: number, last: number): number {
    const after = this.next[sequence];
    assertInternal(after !== undefined, `no sequence ${sequence}`);
    const known = after.get(last);
    if (known !== undefined) return known;
    const made = this.next.push(new Map()) - 1;
    after.set(last, made);
    return made;
  }
}

const OVER = new Error('a view was kept: the state that it showed is gone');
export const NOTHING: Look = {
  see: () => {
    throw OVER;
  },
};

/** Observations that may become known during a look without any ado. */
const SPARE = 16;

/** One look at a global state that notes what was looked at. */
export class Probe implements Look {
  readonly state: Int32Array;
  readonly keyholes: Keyholes;
  /** Whether what is done to a component may be told without a look at it. */
  readonly isOpen: boolean;
  /** What looks; null where it can not be put again. */
  readonly question: Question | null;
  /** By observation, whether it was made. */
  private seen: Uint8Array;
  /** Components whose whole value was looked at. */
  private readonly wholes: number[] = [];
  /** Observations in the order they were first made. */
  readonly reads: number[] = [];
  private instead: Look | null = null;
  private walked = 0;
  private sequence = 0;

  constructor(
    keyholes: Keyholes,
    state: Int32Array,
    question: Question | null = null,
    isOpen = false,
  ) {
    this.keyholes = keyholes;
    this.isOpen = isOpen;
    this.state = state;
    this.question = question;
    this.seen = new Uint8Array(keyholes.count + SPARE);
  }

  /** The value of a component, not noted. */
  at(component: number): number {
    return this.state[component] ?? 0;
  }

  note(index: number): void {
    if (index >= this.seen.length) {
      const longer = new Uint8Array(2 * index);
      longer.set(this.seen);
      this.seen = longer;
    }
    if (this.seen[index] === 1) return;
    this.seen[index] = 1;
    this.reads.push(index);
  }

  /** The whole value of a component. */
  value(component: number): number {
    assertInternal(this.instead === null, 'a component is read in place of something else');
    if (!this.wholes.includes(component)) {
      this.wholes.push(component);
      this.note(this.keyholes.whole(component).index);
    }
    return this.at(component);
  }

  /** What a function shows of a component, a primitive. `key` names it. */
  glimpse(component: number, key: string, show: (value: number) => unknown): unknown {
    return this.see(this.keyholes.open(component, key, show));
  }

  /** What a keyhole shows of its component; the answer then depends on no more than that. */
  see(keyhole: Keyhole): unknown {
    if (this.instead !== null) return this.instead.see(keyhole);
    const { component } = keyhole;
    if (!this.wholes.includes(component)) this.note(keyhole.index);
    return keyhole.show(this.at(component));
  }

  /** Runs code that looks elsewhere in place of this state; nothing is noted. */
  through<T>(look: Look, code: () => T): T {
    const before = this.instead;
    this.instead = look;
    try {
      return code();
    } finally {
      this.instead = before;
    }
  }

  /** Nothing is to be seen any more. Throws, and so does every later look. */
  end(): never {
    this.instead = NOTHING;
    throw OVER;
  }

  /**
   * Numbers what this question has seen so far: the same wherever it saw the same; null where
   * nothing could be noted now.
   */
  path(question: Question): number | null {
    if (this.instead !== null) return null;
    const { sequences } = this.keyholes;
    if (this.sequence === 0) this.sequence = sequences.longer(0, question.number);
    for (; this.walked < this.reads.length; this.walked += 1) {
      const index = this.reads[this.walked] as number;
      const seen = this.keyholes.seen(index, this.state);
      this.sequence = sequences.longer(sequences.longer(this.sequence, index), seen);
    }
    return this.sequence;
  }
}
