import type { FiredFault, JsonEvent, Label } from './verdict.ts';

/**
 * A component's value seen through a keyhole: `classify` maps the component's value to a small
 * integer, and a question that was answered by looking only through keyholes has the same answer
 * wherever they show the same.
 */
export interface Observation {
  readonly component: number;
  /** null: the identity. */
  readonly classify: ((value: number) => number) | null;
}

/** What a step is called: (actor, event with payload, fault) and its label (spec 1.2). */
export interface Action {
  readonly actor: number;
  readonly event: JsonEvent;
  readonly label: Label;
  readonly fault: FiredFault | null;
  /** What the step is, its label aside: equal for equal (actor, event, fault). */
  readonly step: number;
  /** True for a pending reply that competes with a timeout: strongly fair (spec 1.7). */
  readonly strong: boolean;
}

/**
 * One successor: which action, what it changes, and the claim of R that it breaks (index, or -1).
 */
export interface Outcome {
  readonly action: number;
  readonly brokenClaim: number;
  /** Pairs (component, new value), flattened. */
  readonly writes: readonly number[];
  /**
   * Pairs (component, edit), flattened: what is done to components that are not written, one edit
   * after another. Left out: nothing.
   */
  readonly edits?: readonly number[];
}

/** The answer to a question, and the observations that decided it, in the order they were made. */
export interface Evaluation<A> {
  readonly reads: readonly number[];
  readonly answer: A;
}

/** A component's value taken apart; `rest` and the set of elements together determine it. */
export interface Facets {
  readonly rest: string;
  readonly elements: readonly string[];
}

/** One component's part in a joint step. */
export interface Member {
  /** The component whose value alone decides what it does. */
  readonly component: number;
  /**
   * What it writes, pairs (component, value), flattened; null where it is not able. No two members
   * write the same component.
   */
  react(value: number): readonly number[] | null;
}

/**
 * A rule in which many components move at once, each by itself, such as the crash of a host: it is
 * enabled iff some member is able, and then all that are able move. A description of what `expand`
 * answers, without its product of cases.
 */
export interface JointForm {
  readonly action: number;
  /** Must be above 0 and is counted down by one; -1: none. */
  readonly budget: number;
  readonly members: readonly Member[];
}

/**
 * A model as the explorer sees it: vectors of integers, and questions about them that are answered
 * once per distinct reading. It knows no machine; whoever provides it knows nothing of the search.
 */
export interface IntegerSystem {
  /**
   * May grow while questions are answered: a component that is new is 0 in all states before. What
   * was answered stays true, and so says nothing of components that are yet to come.
   */
  readonly width: number;
  readonly initial: readonly Int32Array[];
  /**
   * By component its initial values, where all their combinations are initial; null where not. A
   * component beyond the list is 0.
   */
  readonly initialValues: readonly (readonly number[])[] | null;
  /** May grow, too: a rule that is new answers nothing in all states before. */
  readonly rules: number;
  /**
   * The rules in the order in which their outcomes are to be listed. Unlike their numbers it does
   * not depend on what was asked before. Left out: in order of number.
   */
  readonly order?: readonly number[];
  readonly predicates: number;
  /** Components that only ever count down, to 0. */
  readonly budgets: readonly number[];
  /** A rule's joint form, where it has one. */
  joint(rule: number): JointForm | null;
  observation(index: number): Observation;
  /** Components of replicas, which may be interchangeable; the explorer finds out. */
  readonly replicas?: readonly (readonly number[])[];
  /** A text of a component's value that replicas share iff they are in the same state. */
  text?(component: number, value: number): string;
  /** The sets in a value of a component; null where there is nothing to take apart. */
  facets?(component: number, value: number): Facets | null;
  /** Its outcomes have no edits. */
  expand(rule: number, state: Int32Array): Evaluation<readonly Outcome[]>;
  /**
   * The same, with edits in the place of writes that would have to look at what was there. Left
   * out: nothing can be told in this way.
   */
  expandOpen?(rule: number, state: Int32Array): Evaluation<readonly Outcome[]>;
  /** What a component has after an edit, by what it had. */
  edited?(edit: number, value: number): number;
  decide(predicate: number, state: Int32Array): Evaluation<boolean>;
  action(index: number): Action;
}

/** The state after writes; it is wider than the one before where they reach what is new. */
export function successor(from: Int32Array, writes: readonly number[]): Int32Array {
  let width = from.length;
  for (let i = 0; i < writes.length; i += 2) width = Math.max(width, (writes[i] as number) + 1);
  const next = new Int32Array(width);
  next.set(from);
  for (let i = 0; i < writes.length; i += 2) next[writes[i] as number] = writes[i + 1] as number;
  return next;
}

/** A text that vectors share iff they are the same state: what is missing at the end is 0. */
export function stateKey(vector: Int32Array): string {
  let end = vector.length;
  while (end > 0 && vector[end - 1] === 0) end -= 1;
  return vector.subarray(0, end).join();
}

const PRECEDENCE: readonly Label[] = ['F', 'E', 'R', 'P'];

/** Whether label a wins over label b where both apply to a step (spec 1.2). */
export function precedes(a: Label, b: Label): boolean {
  return PRECEDENCE.indexOf(a) < PRECEDENCE.indexOf(b);
}
