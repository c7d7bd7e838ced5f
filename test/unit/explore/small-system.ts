import { Closure } from '../../../src/explore/closure.ts';
import { Product } from '../../../src/explore/product.ts';
import { Questions } from '../../../src/explore/questions.ts';
import { RuleSystem, type Rule, type Sight } from './rule-system.ts';

export const [X, Y, Z] = [0, 1, 2];
const BUDGET = 3;
const VALUES = 3;

/** Some components with their values. */
export type Point = Readonly<Record<number, number>>;

const sight = (at: Point): Sight => {
  const components = Object.keys(at).map(Number);
  const fits = components.map((c) => Array.from({ length: VALUES }, (_, v) => v === at[c]));
  return { components, fits };
};

const LABELS = { P: 0, F: 4 };
let actions = 0;

interface Manner {
  readonly label?: 'P' | 'F';
  /** Whether something must be left of the budget. */
  readonly needs?: boolean;
  /** Whether it is taken; left out: if it is needed. */
  readonly spends?: boolean;
  readonly breaks?: boolean;
}

/** A rule with one step, from states that show this to such as show that. */
export function step(from: Point, to: Point, manner: Manner = {}): Rule {
  const { label = 'P', needs = false, spends = needs, breaks = false } = manner;
  actions += 5;
  const changes = Object.entries(to).map(([component, value]) => {
    return { component: Number(component), of: null, to: [value] };
  });
  const brokenClaim = breaks ? 0 : -1;
  const outcome = { action: actions + LABELS[label], brokenClaim, changes, spends };
  return { sight: sight(from), budget: needs ? BUDGET : -1, outcomes: [outcome], members: null };
}

/** A step of one component that looks at no other. */
export const go = (component: number, from: number, to: number): Rule =>
  step({ [component]: from }, { [component]: to });

/** A fault that takes each of these components from 0 to a value of its own. */
export function together(to: Point): Rule {
  actions += 5;
  const members = Object.entries(to).map(([component, value]) => {
    return { component: Number(component), to: [value, -1, -1] };
  });
  const outcome = { action: actions + LABELS.F, brokenClaim: -1, changes: [], spends: false };
  return { sight: { components: [], fits: [] }, budget: -1, outcomes: [outcome], members };
}

export interface SmallSettings {
  /** Rows of a step table beyond which it is a tree. */
  readonly tableMax?: number | undefined;
  /** Initial values of X, Y and Z. */
  readonly initial?: readonly (readonly [number, number, number])[];
}

/** Three components, from 0 to 2, and a budget of one; the only predicate holds at a point. */
export function smallSystem(
  rules: readonly Rule[],
  point: Point,
  { tableMax, initial = [[0, 0, 0]] }: SmallSettings = {},
) {
  const start = initial.map((values) => Int32Array.from([...values, 1]));
  const given = { width: 4, initial: start, initialValues: null };
  const system = new RuleSystem(rules, [sight(point)], [BUDGET], given);
  const limits = { values: 1e6, questions: 1e6, spread: [], isOver: () => false };
  const closure = new Closure(new Questions(system), [[X], [Y], [Z]], limits);
  closure.run();
  return { system, product: new Product(closure, tableMax) };
}
