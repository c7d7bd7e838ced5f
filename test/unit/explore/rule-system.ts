import type {
  Action,
  Evaluation,
  IntegerSystem,
  JointForm,
  Outcome,
} from '../../../src/model/integer-system.ts';
import type { Label } from '../../../src/model/verdict.ts';

const LABELS: readonly Label[] = ['P', 'P', 'R', 'E', 'F'];

/** What a rule or a predicate looks at: components one after another, as long as they fit. */
export interface Sight {
  readonly components: readonly number[];
  /** By component and value, whether it fits. */
  readonly fits: readonly (readonly boolean[])[];
}

export interface Change {
  readonly component: number;
  /** By the value of a component that was looked at; null: `to[0]` whatever they are. */
  readonly of: number | null;
  readonly to: readonly number[];
}

export interface RuleOutcome {
  readonly action: number;
  readonly brokenClaim: number;
  readonly changes: readonly Change[];
  readonly spends: boolean;
}

export interface Rule {
  readonly sight: Sight;
  /** A budget of which something must be left; -1: none. */
  readonly budget: number;
  readonly outcomes: readonly RuleOutcome[];
  /** A joint step instead: by component where its values go, -1: not able. */
  readonly members:
    | readonly { readonly component: number; readonly to: readonly number[] }[]
    | null;
}

interface Start {
  readonly width: number;
  readonly initial: readonly Int32Array[];
  readonly initialValues: readonly (readonly number[])[] | null;
}

/** A system given by its rules as data. */
export class RuleSystem implements IntegerSystem {
  readonly width: number;
  readonly initial: readonly Int32Array[];
  readonly initialValues: readonly (readonly number[])[] | null;
  readonly rules: number;
  readonly predicates: number;
  readonly budgets: readonly number[];
  private readonly all: readonly Rule[];
  private readonly sights: readonly Sight[];

  constructor(
    rules: readonly Rule[],
    sights: readonly Sight[],
    budgets: readonly number[],
    { width, initial, initialValues }: Start,
  ) {
    this.width = width;
    this.initial = initial;
    this.initialValues = initialValues;
    this.all = rules;
    this.sights = sights;
    this.budgets = budgets;
    this.rules = rules.length;
    this.predicates = sights.length;
  }

  joint(rule: number): JointForm | null {
    const { members, budget, outcomes } = this.all[rule]!;
    if (members === null) return null;
    return {
      action: outcomes[0]!.action,
      budget,
      members: members.map(({ component, to }) => ({
        component,
        react: (value) => (to[value]! < 0 ? null : [component, to[value]!]),
      })),
    };
  }

  observation(component: number) {
    return { component, classify: null };
  }

  private looks({ components, fits }: Sight, state: Int32Array, reads: number[]): boolean {
    return components.every((component, i) => {
      reads.push(component);
      return fits[i]![state[component]!];
    });
  }

  expand(rule: number, state: Int32Array): Evaluation<readonly Outcome[]> {
    const { sight, budget, outcomes, members } = this.all[rule]!;
    const reads: number[] = [];
    if (budget !== -1) {
      reads.push(budget);
      if (state[budget] === 0) return { reads, answer: [] };
    }
    if (!this.looks(sight, state, reads)) return { reads, answer: [] };
    const spent = budget === -1 ? [] : [budget, state[budget]! - 1];
    if (members !== null) {
      reads.push(...members.map(({ component }) => component));
      const able = members.filter(({ component, to }) => to[state[component]!]! >= 0);
      if (able.length === 0) return { reads, answer: [] };
      const moved = able.flatMap(({ component, to }) => [component, to[state[component]!]!]);
      const { action } = outcomes[0]!;
      return { reads, answer: [{ action, brokenClaim: -1, writes: [...moved, ...spent] }] };
    }
    const answer = outcomes.map(({ action, brokenClaim, changes, spends }) => {
      const writes = changes.flatMap(({ component, of, to }) => [
        component,
        of === null ? to[0]! : to[state[of]!]!,
      ]);
      return { action, brokenClaim, writes: [...writes, ...(spends ? spent : [])] };
    });
    return { reads, answer };
  }

  decide(predicate: number, state: Int32Array): Evaluation<boolean> {
    const reads: number[] = [];
    return { answer: this.looks(this.sights[predicate]!, state, reads), reads };
  }

  action(index: number): Action {
    return {
      actor: 0,
      event: { type: 'x' },
      label: LABELS[index % LABELS.length]!,
      fault: null,
      step: Math.floor(index / LABELS.length),
      strong: false,
    };
  }
}
