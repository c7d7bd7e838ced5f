import type { Compiled } from '../machine/compile.ts';
import { stateKey, successor } from '../model/integer-system.ts';
import type { TraceStep } from '../model/verdict.ts';

/** A way on from a state. */
export interface Way {
  readonly action: number;
  /** The claim of R that the step breaks, or -1. */
  readonly brokenClaim: number;
  readonly to: Int32Array;
}

/** States whose ways are remembered, at most; beyond it all are forgotten and found again. */
const KNOWN_MAX = 20_000;

/** A compiled system, walked one state at a time: nothing is explored that nobody asks about. */
export class Walker {
  readonly compiled: Compiled;
  private readonly known = new Map<string, readonly Way[]>();

  constructor(compiled: Compiled) {
    this.compiled = compiled;
  }

  /** In the order of the rules, which is the same in every run; each way once, self-loops too. */
  ways(from: Int32Array): readonly Way[] {
    const key = stateKey(from);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.known.size >= KNOWN_MAX) this.known.clear();
    const ways = new Map<string, Way>();
    for (const rule of this.compiled.order) {
      for (const { action, brokenClaim, writes } of this.compiled.expand(rule, from).answer) {
        const to = successor(from, writes);
        const name = `${action} ${brokenClaim} ${stateKey(to)}`;
        if (!ways.has(name)) ways.set(name, { action, brokenClaim, to });
      }
    }
    const found = [...ways.values()];
    this.known.set(key, found);
    return found;
  }

  /** The step in words; its guards only where it has to do with what its actor was. */
  step(from: Int32Array, { action, to }: Way): TraceStep {
    const { compiled } = this;
    const { actor, event, label, fault } = compiled.action(action);
    const isTaken = fault === null || from[actor] !== to[actor];
    const guards = isTaken ? compiled.guards(action, from) : [];
    return {
      actor: compiled.actorNames[actor] as string,
      event,
      label,
      fault,
      ...(guards.length > 0 && { guards }),
      state: compiled.stateView(to),
    };
  }

  /** The number of an initial state; -1 for a state that is none. */
  startNumber(state: Int32Array): number {
    const { starts } = this.compiled;
    const { values } = starts;
    if (values === null) {
      const key = stateKey(state);
      return starts.all.findIndex((one) => stateKey(one) === key);
    }
    let number = 0;
    for (const [component, choices] of values.entries()) {
      const place = choices.indexOf(state[component] ?? 0);
      if (place === -1) return -1;
      number = number * choices.length + place;
    }
    return number;
  }
}
