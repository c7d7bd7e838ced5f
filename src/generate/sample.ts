import type { Plan } from '../check/plan.ts';
import type { FailureForm } from '../model/verdict.ts';
import { statesOf, type Run } from './fair-run.ts';
import type { State, Step, Stepping } from './stepping.ts';
import type { Walk } from './walk.ts';

/** A behaviour that shows something; from step `loop` on it goes round for ever, if not null. */
export interface Shown {
  readonly start: State;
  readonly steps: readonly Step[];
  readonly loop: number | null;
}

/** What one run says about one property. `reached` is the good news of `sometimes`. */
export type RunVerdict =
  | { readonly is: 'passed' | 'undecided' }
  | { readonly is: 'reached'; readonly shown: Shown }
  | {
      readonly is: 'violated';
      readonly failure: FailureForm;
      readonly because: string;
      readonly shown: Shown;
    };

/** A walk with its fair continuation, worked out when a property asks for it. */
export class Sample {
  readonly stepping: Stepping;
  readonly plan: Plan;
  readonly walk: Walk;
  private readonly prolong: (walk: Walk) => Run;
  private cachedRun: Run | null = null;
  private cachedStates: readonly State[] | null = null;

  constructor(stepping: Stepping, plan: Plan, walk: Walk, prolong: (walk: Walk) => Run) {
    this.stepping = stepping;
    this.plan = plan;
    this.walk = walk;
    this.prolong = prolong;
  }

  get run(): Run {
    this.cachedRun ??= this.prolong(this.walk);
    return this.cachedRun;
  }

  /** The states of the run; the walk's own come first. */
  get states(): readonly State[] {
    this.cachedStates ??= statesOf(this.run);
    return this.cachedStates;
  }

  holds(predicate: number, state: State): boolean {
    return this.stepping.holds(predicate, state);
  }

  isDeadEnd(state: State): boolean {
    return this.stepping.isDeadEnd(state);
  }

  /** Whether the run ends in a loop in which the predicate never holds. */
  avoidsForEver(predicate: number): boolean {
    const { loop } = this.run;
    return loop !== null && !this.states.slice(loop).some((state) => this.holds(predicate, state));
  }

  /** Whether it holds at some time after the last step of the walk, its last state included. */
  comesTo(predicate: number): boolean {
    return this.states.slice(this.run.walked).some((state) => this.holds(predicate, state));
  }

  shown(length: number, loop: number | null = null): Shown {
    return { start: this.walk.start, steps: this.run.steps.slice(0, length), loop };
  }

  violated(failure: FailureForm, because: string, shown: Shown): RunVerdict {
    return { is: 'violated', failure, because, shown };
  }
}
