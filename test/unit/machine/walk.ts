import { compile, type Compiled, type NamedPredicate } from '../../../src/machine/compile.ts';
import { successor, type Outcome } from '../../../src/model/integer-system.ts';
import type { System } from '../../../src/model/system.ts';
import type { Json, StateView } from '../../../src/model/verdict.ts';

/** A step of a state: `LABEL actor event` and, of a fault, its name. */
export interface NamedStep {
  readonly name: string;
  readonly vector: Int32Array;
  readonly view: StateView;
}

/** One component of a state as people read it, with the fields that tests ask for. */
export interface Seen {
  readonly value?: Json;
  readonly context?: { readonly [key: string]: Json };
  readonly mode?: string;
  readonly status?: string;
  readonly pending?: readonly string[];
  readonly timers?: readonly (readonly { readonly event: string; readonly delay: number }[])[];
  readonly saved?: { readonly value: Json; readonly context: { readonly [key: string]: Json } };
  readonly survives?: Json;
}

/** A walk through a compiled system, step by step, as its rules give them. */
export class Walk {
  readonly compiled: Compiled;
  vector: Int32Array;

  constructor(system: System, options: { start?: number; predicates?: NamedPredicate[] } = {}) {
    this.compiled = compile(system, options.predicates ?? []);
    this.vector = this.compiled.initial[options.start ?? 0] as Int32Array;
  }

  private named({ action, writes }: Outcome): NamedStep {
    const { actor, event, label, fault } = this.compiled.action(action);
    const vector = successor(this.vector, writes);
    const { type, ...payload } = event;
    const load = type.startsWith('xstate.') || Object.keys(payload).length === 0;
    const what = load ? type : `${type} ${JSON.stringify(payload)}`;
    const name = `${label} ${this.compiled.actorNames[actor]} ${what}`;
    const view = this.compiled.stateView(vector);
    return { name: fault === null ? name : `${name} by ${fault.name}`, vector, view };
  }

  steps(): readonly NamedStep[] {
    return this.compiled.order.flatMap((rule) =>
      this.compiled.expand(rule, this.vector).answer.map((outcome) => this.named(outcome)),
    );
  }

  /** The names of all steps, sorted. */
  get names(): readonly string[] {
    return this.steps()
      .map(({ name }) => name)
      .toSorted();
  }

  /** Takes the steps whose names contain these texts, one after the other; each must be one. */
  take(...texts: readonly string[]): this {
    for (const text of texts) {
      const found = this.steps().filter(({ name }) => name.includes(text));
      if (found.length !== 1) {
        throw new Error(`${found.length} steps '${text}' among ${this.names.join(', ')}`);
      }
      this.vector = (found[0] as NamedStep).vector;
    }
    return this;
  }

  /** Takes one of several steps of that name: the `which`-th. */
  choose(text: string, which: number): this {
    const found = this.steps().filter(({ name }) => name.includes(text));
    this.vector = (found[which] as NamedStep).vector;
    return this;
  }

  get view(): StateView {
    return this.compiled.stateView(this.vector);
  }

  /** An actor of the present state. */
  at(actor: string): Seen {
    return this.view[actor] as Seen;
  }
}
