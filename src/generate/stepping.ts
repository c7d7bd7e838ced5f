import type { Compiled } from '../machine/compile.ts';
import { stateKey, successor, type Outcome } from '../model/integer-system.ts';
import type { TraceStep } from '../model/verdict.ts';
import { Observations, Recall } from './recall.ts';

/** A global state that was met; equal states are the same object. */
export interface State {
  readonly id: number;
  readonly row: Int32Array;
}

/** A way on from a state, to a different one. */
export interface Step {
  readonly action: number;
  /** The rule that makes it. */
  readonly rule: number;
  /** (actor, event, fault), interned: what a step is recognised by in another sequence. */
  readonly name: number;
  /** Which of the state's steps of that name it is. */
  readonly ordinal: number;
  /** (rule, action, ordinal within the rule), interned: what a fair scheduler does not forget. */
  readonly unit: number;
  readonly isFault: boolean;
  /** The claim of R that the step breaks, or -1. */
  readonly brokenClaim: number;
  readonly to: State;
}

interface Expansion {
  readonly steps: readonly Step[];
  /** Whether there is any step at all, self-loops included. */
  readonly isStuck: boolean;
}

/** States whose steps are remembered, at most; beyond it all are forgotten and found again. */
const EXPANSIONS_MAX = 100_000;

class Numbers {
  private readonly known = new Map<string, number>();

  of(text: string): number {
    const found = this.known.get(text) ?? this.known.size;
    this.known.set(text, found);
    return found;
  }
}

/**
 * A compiled system, walked one state at a time. What was asked once is remembered: random
 * sequences meet the same states again and again. Self-loops are no steps (spec 1.7).
 */
export class Stepping {
  readonly compiled: Compiled;
  private readonly states = new Map<string, State>();
  private readonly expansions = new Map<State, Expansion>();
  private readonly observations: Observations;
  private readonly rules: Recall<readonly Outcome[]>[] = [];
  private readonly predicates: readonly Recall<boolean>[];
  private readonly names = new Numbers();
  private readonly units = new Numbers();
  private readonly nameOf: number[] = [];

  constructor(compiled: Compiled) {
    this.compiled = compiled;
    this.observations = new Observations((index) => compiled.observation(index));
    this.predicates = Array.from(
      { length: compiled.predicates },
      (_, predicate) => new Recall(this.observations, (state) => compiled.decide(predicate, state)),
    );
  }

  get initialCount(): number {
    return this.compiled.starts.count;
  }

  /** The initial state of that number, from 0. */
  initial(number: number): State {
    return this.met(this.compiled.starts.at(number));
  }

  private met(row: Int32Array): State {
    const key = stateKey(row);
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const state = { id: this.states.size, row };
    this.states.set(key, state);
    return state;
  }

  private rule(rule: number): Recall<readonly Outcome[]> {
    return (this.rules[rule] ??= new Recall(this.observations, (state) =>
      this.compiled.expand(rule, state),
    ));
  }

  /** The steps that lead on, in the order of the rules; each (action, target, claim) once. */
  steps(state: State): readonly Step[] {
    return this.expansion(state).steps;
  }

  /** No step at all: not even a fault, not even a self-loop. */
  isStuck(state: State): boolean {
    return this.expansion(state).isStuck;
  }

  /** No step without a fault leads on (spec 1.7). */
  isDeadEnd(state: State): boolean {
    return this.steps(state).every(({ isFault }) => isFault);
  }

  holds(predicate: number, state: State): boolean {
    return (this.predicates[predicate] as Recall<boolean>).answer(state.row);
  }

  private expansion(state: State): Expansion {
    const known = this.expansions.get(state);
    if (known !== undefined) return known;
    if (this.expansions.size >= EXPANSIONS_MAX) this.expansions.clear();
    const fresh = this.expand(state);
    this.expansions.set(state, fresh);
    return fresh;
  }

  private expand(state: State): Expansion {
    const steps: Step[] = [];
    const seen = new Set<string>();
    const counts = new Map<string, number>();
    const next = (key: string): number => {
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      return count;
    };
    let isStuck = true;
    for (const rule of this.compiled.order) {
      for (const { action, brokenClaim, writes } of this.rule(rule).answer(state.row)) {
        isStuck = false;
        const to = this.met(successor(state.row, writes));
        const key = `${action} ${to.id} ${brokenClaim}`;
        if (to === state || seen.has(key)) continue;
        seen.add(key);
        const name = this.name(action);
        const ordinal = next(`name ${name}`);
        const unit = this.units.of(`${rule} ${action} ${next(`unit ${rule} ${action}`)}`);
        const isFault = this.compiled.action(action).label === 'F';
        steps.push({ action, rule, name, ordinal, unit, isFault, brokenClaim, to });
      }
    }
    return { steps, isStuck };
  }

  private name(action: number): number {
    const { actor, event, fault } = this.compiled.action(action);
    return (this.nameOf[action] ??= this.names.of(
      `${actor} ${fault?.name ?? ''} ${JSON.stringify(event)}`,
    ));
  }

  /** The name of the fault that the step is, or null. */
  faultName(step: Step): string | null {
    return this.compiled.action(step.action).fault?.name ?? null;
  }

  /** The step in words. */
  traceStep({ action, to }: Step): TraceStep {
    const { actor, event, label, fault } = this.compiled.action(action);
    const name = this.compiled.actorNames[actor] as string;
    return { actor: name, event, label, fault, state: this.compiled.stateView(to.row) };
  }
}
