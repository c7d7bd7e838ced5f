import type { Exploration } from '../explore/exploration.ts';
import type { Fairness } from '../model/property.ts';
import type { Fairness as FairnessClasses } from '../explore/fair.ts';
import type { Graph } from '../explore/graph.ts';
import type { Compiled } from '../machine/compile.ts';
import type { Action } from '../model/integer-system.ts';
import type { Label } from '../model/verdict.ts';
import { partsOf } from './claims.ts';
import type { Plan } from './plan.ts';

/**
 * What all properties share: the explored span, its labelled edges, and sets of states by
 * predicate.
 */
export class Analysis {
  readonly compiled: Compiled;
  readonly plan: Plan;
  readonly found: Exploration;
  readonly states: number;

  constructor(compiled: Compiled, plan: Plan, found: Exploration) {
    this.compiled = compiled;
    this.plan = plan;
    this.found = found;
    this.states = found.states;
  }

  /** Why a predicate is false in a state, to be put behind what is said of it; empty: unknown. */
  why(predicate: number, state: number): string {
    const texts = this.compiled.explain(predicate, this.found.row(state));
    return texts.length === 0 ? '' : `: ${texts.join(', ')}`;
  }

  get graph(): Graph {
    return this.found.graph;
  }

  holds(predicate: number, state: number): boolean {
    return this.found.holds(predicate, state);
  }

  /** 1 for every state in which the predicate has the given value. */
  where(predicate: number, value = true): Uint8Array {
    const set = new Uint8Array(this.states);
    for (let state = 0; state < this.states; state += 1) {
      if (this.holds(predicate, state) === value) set[state] = 1;
    }
    return set;
  }

  private cachedProgress: Uint8Array | null = null;

  /** 1 for edges that count as steps when no fault happens: P, R and E, self-loops left out. */
  get progress(): Uint8Array {
    this.cachedProgress ??= this.edges((label, from, to) => label !== 'F' && from !== to);
    return this.cachedProgress;
  }

  /** 1 for every edge but self-loops, faults included. */
  get moves(): Uint8Array {
    return this.edges((_, from, to) => from !== to);
  }

  private edges(counts: (label: Label, from: number, to: number) => boolean): Uint8Array {
    const { offsets, targets, actions } = this.graph;
    const counted = new Uint8Array(targets.length);
    for (let from = 0; from < this.states; from += 1) {
      const end = offsets[from + 1] as number;
      for (let edge = offsets[from] as number; edge < end; edge += 1) {
        const { label } = this.compiled.action(actions[edge] as number);
        if (counts(label, from, targets[edge] as number)) counted[edge] = 1;
      }
    }
    return counted;
  }

  /** States without a counted edge. */
  isEnd(counted: Uint8Array, state: number): boolean {
    const { offsets } = this.graph;
    for (let edge = offsets[state] as number; edge < (offsets[state + 1] as number); edge += 1) {
      if (counted[edge] === 1) return false;
    }
    return true;
  }

  /**
   * By default one weak class per actor and label of P, R and E; strong for replies that compete
   * with a timeout. Claims: one class per claim and actor.
   */
  fairness(kind: Fairness): FairnessClasses {
    if (kind === 'none') return { weak: [], strong: [], classes: 0 };
    if (kind !== 'default') {
      const { weak = [], strong = [] } = kind;
      const classes = new Map<string, number>();
      const layers = (claims: readonly string[]): readonly Int32Array[] =>
        claims.map((claim) => this.classed(classes, (action) => this.claimed(claim, action)));
      return { weak: layers(weak), strong: layers(strong), classes: classes.size };
    }
    const classes = new Map<string, number>();
    const weak = this.classed(classes, ({ actor, label }) => `${actor} ${label}`);
    const strong = this.classed(classes, ({ actor, event, strong: competes }) =>
      competes ? `reply ${actor} ${event.type}` : null,
    );
    return { weak: [weak], strong: [strong], classes: classes.size };
  }

  /** The class of every edge without a fault, by name. */
  private classed(
    classes: Map<string, number>,
    nameOf: (action: Action) => string | null,
  ): Int32Array {
    const { actions } = this.graph;
    const layer = new Int32Array(actions.length).fill(-1);
    for (let edge = 0; edge < actions.length; edge += 1) {
      const action = this.compiled.action(actions[edge] as number);
      const name = action.label === 'F' ? null : nameOf(action);
      if (name === null) continue;
      if (!classes.has(name)) classes.set(name, classes.size);
      layer[edge] = classes.get(name) as number;
    }
    return layer;
  }

  /** `*`: every step; `tm`, `tm.VOTE`: the steps of an actor, of each replica by itself. */
  private claimed(claim: string, { actor, event }: Action): string | null {
    if (claim === '*') return claim;
    const name = this.compiled.actorNames[actor] as string;
    const [part, type] = partsOf(claim);
    if (name.replace(/\[\d+\]$/, '') !== part) return null;
    return type === null || type === event.type ? `${claim} of ${name}` : null;
  }

  /**
   * Whether the model has replies that compete with a timeout, so that strong fairness was assumed.
   */
  get assumesStrongFairness(): boolean {
    return this.found.mayTake((action) => this.compiled.action(action).strong);
  }
}
