import type { Outcome } from '../model/integer-system.ts';
import type { Closure } from './closure.ts';
import { UNKNOWN, type Table } from './decision-table.ts';
import type { Group } from './group.ts';

/** A digit of the mixed-radix number of a state: the layer (digit 0), or a group. */
export interface Digit {
  readonly radix: number;
  readonly stride: number;
  /** Which tuples it counts: component values by tuple number. */
  readonly members: Group;
}

/** The product is too large or too entangled to be put into tables. */
export class Untabled extends Error {}

/** The states of a closure as mixed-radix numbers. */
export class Numbering {
  readonly closure: Closure;
  readonly digits: readonly Digit[];
  /** One more than the largest number. */
  readonly domain: number;

  /** @throws Untabled where the numbers are too large to be exact */
  constructor(closure: Closure) {
    this.closure = closure;
    const members = [closure.layers, ...closure.groups];
    const digits: Digit[] = [];
    let stride = 1;
    for (const one of members.toReversed()) {
      digits.unshift({ radix: one.count, stride, members: one });
      stride *= one.count;
    }
    if (stride > Number.MAX_SAFE_INTEGER) throw new Untabled('the domain is too large');
    this.digits = digits;
    this.domain = stride;
  }

  digit(index: number): Digit {
    return this.digits[index] as Digit;
  }

  /** The state vector of a number. */
  vector(state: number, into = new Int32Array(this.closure.questions.system.width)): Int32Array {
    let rest = state;
    for (const { stride, members } of this.digits) {
      const digit = Math.floor(rest / stride);
      rest -= digit * stride;
      members.put(digit, into);
    }
    return into;
  }

  /** The number of a state vector; -1 where it is outside of the product. */
  number(vector: Int32Array): number {
    let state = 0;
    for (const { stride, members } of this.digits) {
      const digit = members.find(members.components.map((component) => vector[component] ?? 0));
      if (digit === -1) return -1;
      state += digit * stride;
    }
    return state;
  }

  /** The digits of a state's number. */
  digitsOf(state: number, into: Int32Array): Int32Array {
    let rest = state;
    for (let i = 0; i < this.digits.length; i += 1) {
      const { stride } = this.digit(i);
      const digit = Math.floor(rest / stride);
      rest -= digit * stride;
      into[i] = digit;
    }
    return into;
  }

  /** What a table answers for chosen digits; UNKNOWN where that was never asked. */
  peek(table: Table, vector: Int32Array): number {
    const { classes } = this.closure.questions;
    let node = table.first;
    while (node >= 0) {
      const observation = table.observed(node);
      const { component } = classes.at(observation);
      node = table.after(node, classes.kind(observation, vector[component] as number));
    }
    return node === UNKNOWN ? UNKNOWN : -2 - node;
  }

  /** What an outcome changes, by digit: positions in the tuple, and new values. */
  changes({ writes }: Outcome): ReadonlyMap<number, readonly (readonly [number, number])[]> {
    const changes = new Map<number, (readonly [number, number])[]>();
    for (let i = 0; i < writes.length; i += 2) {
      const { group, position } = this.closure.home(writes[i] as number);
      const digit = group + 1;
      if (!changes.has(digit)) changes.set(digit, []);
      changes.get(digit)!.push([position, writes[i + 1] as number]);
    }
    return changes;
  }

  /** Where an outcome leads, as what it adds; NaN where that is outside of the product. */
  add(outcome: Outcome, shown: ReadonlyMap<number, number>): number {
    let delta = 0;
    for (const [digit, change] of this.changes(outcome)) {
      const { members, stride, radix } = this.digit(digit);
      const from = shown.get(digit) as number;
      const to = members.find(members.replaced(from, change));
      if (to === -1 || to >= radix) return Number.NaN;
      delta += (to - from) * stride;
    }
    return delta;
  }
}
