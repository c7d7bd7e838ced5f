import type { Exploration } from '../explore/exploration.ts';
import type { Fairness as FairnessClasses } from '../explore/fair.ts';
import type { Graph } from '../explore/graph.ts';
import type { Compiled } from '../machine/compile.ts';
import type { Label } from '../model/verdict.ts';
import type { Plan } from './plan.ts';

const LABELS: readonly Label[] = ['P', 'R', 'E', 'F'];

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
   * One weak class per actor and label of P, R and E; strong for replies that compete with a
   * timeout.
   */
  fairness(kind: 'default' | 'none'): FairnessClasses {
    const { actions } = this.graph;
    const actors = this.compiled.actorNames.length;
    const weak = new Int32Array(actions.length).fill(-1);
    const strong = new Int32Array(actions.length).fill(-1);
    if (kind === 'none') return { weak, strong, classes: 0 };
    const replies = new Map<string, number>();
    for (let edge = 0; edge < actions.length; edge += 1) {
      const action = this.compiled.action(actions[edge] as number);
      if (action.label === 'F') continue;
      weak[edge] = action.actor * 3 + LABELS.indexOf(action.label);
      if (!action.strong) continue;
      const reply = `${action.actor} ${action.event.type}`;
      if (!replies.has(reply)) replies.set(reply, replies.size);
      strong[edge] = replies.get(reply) as number;
    }
    return { weak, strong, classes: Math.max(actors * 3, replies.size) };
  }

  /**
   * Whether the model has replies that compete with a timeout, so that strong fairness was assumed.
   */
  get assumesStrongFairness(): boolean {
    return this.found.mayTake((action) => this.compiled.action(action).strong);
  }
}
