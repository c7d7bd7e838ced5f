import type { Outcome } from '../model/integer-system.ts';
import { Awake, nextBit } from './awake.ts';
import { beyond, learnBeyond, UNKNOWN } from './decision-table.ts';
import { Ints } from './growable.ts';
import type { Questions } from './questions.ts';
import { hashOf, type StateTable } from './state-table.ts';

/** Of a successor in `found`: its action, its broken claim, the state's hash, and the state. */
export const ACTION = 0;
export const CLAIM = 1;
export const HASH = 2;
export const PACKED = 3;

/** The place of the outcomes of an answer without any. */
const NOTHING = 1;
/** Integers of an edit in an outcome. */
const EDIT = 3;

/**
 * The successor function of an integer system, over the packed states of a table. A rule is put to
 * the model where no state before looked the same to it; all else is a walk through integers.
 */
export class Successors {
  /** The successors of the states that were expanded last, one after another. */
  readonly found = new Ints(4096);
  /** By state how many there are, with those of the states before it. */
  readonly ends = new Ints(64);
  /** What ended that early, thrown when the last state was expanded. */
  failure: { readonly thrown: unknown } | null = null;
  private count = 0;
  private readonly questions: Questions;
  private readonly table: StateTable;
  /** The first node of each rule, as far as it is known. */
  private readonly roots = new Ints(64);
  /** By answer where its outcomes are in `outcomes`; 0: not known. */
  private readonly places = new Ints(256);
  /**
   * Of an answer: how many; of each of these: action, claim, how many writes, pairs (component,
   * value), how many edits, and triples (component, edit, list of its results).
   */
  private readonly outcomes = new Ints(1024);
  /** By edit the list of its results, by value before. */
  private readonly lists: number[] = [];
  private readonly awake: Awake;
  private readonly numbers: number[] = [];
  /** The state that is shown; components that it does not have are 0. */
  private state = new Int32Array(64);

  constructor(questions: Questions, table: StateTable) {
    this.questions = questions;
    this.table = table;
    this.awake = new Awake(questions.classes);
    this.outcomes.push(0);
    this.outcomes.push(0);
  }

  private get order(): readonly number[] {
    const { order, rules } = this.questions.system;
    if (order !== undefined) return order;
    while (this.numbers.length < rules) this.numbers.push(this.numbers.length);
    return this.numbers;
  }

  private show(state: number): void {
    const { layout, rows } = this.table;
    const least = Math.max(layout.width, this.questions.system.width);
    if (this.state.length < least) this.state = new Int32Array(2 * least);
    layout.unpack(rows.data, state * layout.words, this.state);
  }

  /** Action, broken claim and state of a successor. */
  at(index: number): [action: number, claim: number, next: Int32Array] {
    const { layout } = this.table;
    const { data } = this.found;
    const start = index * (PACKED + layout.words);
    const next = new Int32Array(Math.max(layout.width, this.questions.system.width));
    layout.unpack(data, start + PACKED, next);
    return [data[start + ACTION]!, data[start + CLAIM]!, next];
  }

  /**
   * Finds the successors of states, for each outcome one, in the order of the rules. Ends at `to`,
   * exclusive, or where something is thrown; then those of the rules before were found.
   *
   * Rules that come into being meanwhile may be left out, and states that were expanded before are
   * not expanded again for their sake: the component that such a rule looks at first came into
   * being with it and is 0 in all of these states, so that it answers nothing there.
   */
  expand(from: number, to: number): void {
    while (!this.through(from, to));
  }

  /** Whether states are packed still as they were when it began. */
  private through(from: number, to: number): boolean {
    this.count = 0;
    this.ends.length = 0;
    this.failure = null;
    for (let state = from; state < to && this.failure === null; state += 1) {
      this.show(state);
      try {
        if (!this.attempt(state)) return false;
      } catch (thrown) {
        this.failure = { thrown };
      }
      this.ends.push(this.count);
    }
    return true;
  }

  /** Whether states are packed still as they were when it began. */
  private attempt(from: number): boolean {
    const { table, questions, awake } = this;
    const { layout } = table;
    const { words, word, shift, mask } = layout;
    const { order } = this;
    const begin = from * words;
    let nodes = questions.classes.pool.data;
    let outcomes = this.outcomes.data;
    let places = this.places.data;
    let roots = this.roots.data;
    let known = this.roots.length;
    let found = this.found.data;
    let state = this.state;
    let { count } = this;
    let end = count * (PACKED + words);
    awake.look(order, state, this.roots);
    const { live } = awake;
    for (let i = nextBit(live, 0); i >= 0; i = nextBit(live, i + 1)) {
      const rule = order[i]!;
      let leaf = rule < known ? roots[rule]! : UNKNOWN;
      while (leaf >= 0) {
        const next = beyond(nodes, leaf, state);
        if (next !== UNKNOWN) leaf = next;
        else {
          leaf = learnBeyond(questions.classes, leaf, state);
          nodes = questions.classes.pool.data;
        }
      }
      let place = leaf === UNKNOWN ? 0 : places[-2 - leaf]! | 0;
      if (place === 0) {
        place = this.learn(rule);
        if (table.layout !== layout) return false;
        nodes = questions.classes.pool.data;
        outcomes = this.outcomes.data;
        places = this.places.data;
        roots = this.roots.data;
        known = this.roots.length;
        state = this.state;
      }
      if (place === NOTHING) {
        awake.rest(i, roots[rule]!, state);
        nodes = questions.classes.pool.data;
        continue;
      }
      const rows = table.rows.data;
      for (let left = outcomes[place]!, at = place + 1; left > 0; left -= 1) {
        if (end + PACKED + words > found.length) {
          this.found.length = end;
          this.found.reserve(PACKED + words);
          found = this.found.data;
        }
        found[end + ACTION] = outcomes[at]!;
        found[end + CLAIM] = outcomes[at + 1]!;
        end += PACKED;
        for (let k = 0; k < words; k += 1) found[end + k] = rows[begin + k]!;
        const last = at + 3 + 2 * outcomes[at + 2]!;
        for (at += 3; at < last; at += 2) {
          const component = outcomes[at]!;
          const cell = end + word[component]!;
          const bits = shift[component]!;
          found[cell] = (found[cell]! & ~(mask[component]! << bits)) | (outcomes[at + 1]! << bits);
        }
        const lastEdit = at + 1 + EDIT * outcomes[at]!;
        for (at += 1; at < lastEdit; at += EDIT) {
          const component = outcomes[at]!;
          const list = outcomes[at + 2]!;
          const cell = end + word[component]!;
          const bits = shift[component]!;
          const before = (found[cell]! >> bits) & mask[component]!;
          let after = before < nodes[list]! ? nodes[nodes[list + 1]! + before]! : UNKNOWN;
          if (after === UNKNOWN) {
            after = this.edited(component, outcomes[at + 1]!, list, before);
            if (table.layout !== layout) return false;
            nodes = questions.classes.pool.data;
          }
          found[cell] = (found[cell]! & ~(mask[component]! << bits)) | (after << bits);
        }
        found[end - PACKED + HASH] = hashOf(found, end, words);
        end += words;
        count += 1;
      }
      this.count = count;
    }
    return true;
  }

  /** Puts a rule to the model; where its outcomes are. */
  private learn(rule: number): number {
    const { questions, roots, places } = this;
    const table = questions.openRule(rule);
    const answer = table.lookup(this.state, 0);
    while (roots.length <= rule) roots.push(UNKNOWN);
    if (roots.data[rule] !== table.first) this.awake.wake();
    roots.data[rule] = table.first;
    while (places.length <= answer) places.push(0);
    if (places.data[answer] === 0) places.data[answer] = this.take(questions.answers[answer]!);
    const { width } = questions.system;
    if (this.state.length < width) this.widen(2 * width);
    return places.data[answer]!;
  }

  /** Edits what a component has. */
  private edited(component: number, edit: number, list: number, before: number): number {
    const { system, classes } = this.questions;
    if (system.edited === undefined) throw new Error('internal: an edit that nobody can make');
    const after = system.edited(edit, before);
    classes.setEntry(list, before, after);
    this.table.admit(component, after);
    return after;
  }

  private widen(width: number): void {
    const before = this.state;
    this.state = new Int32Array(width);
    this.state.set(before);
  }

  private take(answer: readonly Outcome[]): number {
    if (answer.length === 0) return NOTHING;
    const { outcomes } = this;
    const place = outcomes.length;
    outcomes.push(answer.length);
    for (const { action, brokenClaim, writes, edits = [] } of answer) {
      outcomes.push(action);
      outcomes.push(brokenClaim);
      outcomes.push(writes.length / 2);
      for (let i = 0; i < writes.length; i += 2) {
        const component = writes[i]!;
        const value = writes[i + 1]!;
        this.table.admit(component, value);
        outcomes.push(component);
        outcomes.push(value);
      }
      outcomes.push(edits.length / 2);
      for (let i = 0; i < edits.length; i += 2) {
        const edit = edits[i + 1]!;
        outcomes.push(edits[i]!);
        outcomes.push(edit);
        outcomes.push((this.lists[edit] ??= this.questions.classes.list()));
      }
    }
    return place;
  }
}
