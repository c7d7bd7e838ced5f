import type { Stats } from '../model/verdict.ts';
import type { Run } from './fair-run.ts';
import type { State, Step, Stepping } from './stepping.ts';

/** Counts what the runs went through; shrinking is not counted. */
export class Tally {
  private readonly stepping: Stepping;
  private readonly states = new Set<State>();
  private readonly transitions = new Map<State, Set<Step>>();
  private readonly fired = new Map<string, number>();
  private depth = 0;

  constructor(stepping: Stepping) {
    this.stepping = stepping;
    for (const name of stepping.compiled.world.plan.faults.keys()) this.fired.set(name, 0);
  }

  record({ start, steps, walked }: Run): void {
    this.depth = Math.max(this.depth, steps.length + 1);
    let from = start;
    this.states.add(start);
    for (const [index, step] of steps.entries()) {
      this.states.add(step.to);
      const taken = this.transitions.get(from) ?? new Set();
      this.transitions.set(from, taken.add(step));
      from = step.to;
      const fault = index < walked ? this.stepping.faultName(step) : null;
      if (fault !== null) this.fired.set(fault, (this.fired.get(fault) ?? 0) + 1);
    }
  }

  /** How often each fault fired in all runs together; 0 for one that never did. */
  get faults(): { readonly [name: string]: number } {
    return Object.fromEntries(this.fired);
  }

  /** Distinct states and transitions that were visited; depth is the states of the longest run. */
  stats(seconds: number): Stats {
    let transitions = 0;
    for (const taken of this.transitions.values()) transitions += taken.size;
    return {
      states: this.states.size,
      transitions,
      depth: this.depth,
      seconds,
      statesPerSecond: Math.round(this.states.size / Math.max(seconds, 1e-6)),
      bytesPerState: this.stepping.compiled.width * Int32Array.BYTES_PER_ELEMENT,
      visited: 'sampled',
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
  }
}
