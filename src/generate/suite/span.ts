import type { State, Step, Stepping } from '../stepping.ts';
import { digraphOf, type Digraph } from './digraph.ts';

/** Every reachable state and step, self-loops left out (spec 1.7). Numbered breadth-first. */
export interface Span {
  readonly stepping: Stepping;
  readonly states: readonly State[];
  /** In rows by state: that of edge e of `graph` is `steps[e]`. */
  readonly steps: readonly Step[];
  /** From which state each of them is. */
  readonly from: Int32Array;
  readonly graph: Digraph;
}

/** What ended the exploration before its end; nothing is covered then. */
export type SpanBound = 'states' | 'interrupted';

export interface SpanLimits {
  readonly statesMax: number;
  readonly interrupted: () => boolean;
  readonly onProgress: (states: number) => void;
}

/** Explores all there is; or says what kept it from that. */
export function exploredSpan(stepping: Stepping, limits: SpanLimits): Span | SpanBound {
  const { statesMax, interrupted, onProgress } = limits;
  const numbers = new Map<State, number>();
  const states: State[] = [];
  const numberOf = (state: State): number => {
    const known = numbers.get(state);
    if (known !== undefined) return known;
    numbers.set(state, states.length);
    return states.push(state) - 1;
  };
  for (let start = 0; start < stepping.initialCount; start += 1) {
    numberOf(stepping.initial(start));
    if (states.length > statesMax) return 'states';
  }
  const starts = states.map((_, number) => number);
  const rows: number[][] = [];
  const steps: Step[] = [];
  const from: number[] = [];
  for (let number = 0; number < states.length; number += 1) {
    if (number % 256 === 0) {
      if (interrupted()) return 'interrupted';
      onProgress(states.length);
    }
    const row = stepping.steps(states[number]!);
    rows.push(row.map(({ to }) => numberOf(to)));
    for (const step of row) {
      steps.push(step);
      from.push(number);
    }
    if (states.length > statesMax) return 'states';
  }
  return { stepping, states, steps, from: Int32Array.from(from), graph: digraphOf(rows, starts) };
}
