import { Graph } from '../../explore/graph.ts';
import { forEachComponent } from '../../explore/scc.ts';
import type { Compiled } from '../../machine/compile.ts';
import { UnboundedComponent } from '../../machine/component.ts';
import { ReconvergeError } from '../../model/error.ts';
import { stateKey } from '../../model/integer-system.ts';
import type { Outcomes } from './outcomes.ts';
import { Recoverers } from './recoverers.ts';

/** The way to where recovery ends leads through too many states, or the model refuses one. */
export class NoEnds extends Error {}

/** States that are not reachable are nobody's mistake. */
export function refusedAs<T>(code: () => T): T {
  try {
    return code();
  } catch (thrown) {
    const isRefused = thrown instanceof ReconvergeError || thrown instanceof UnboundedComponent;
    if (!isRefused) throw thrown;
    throw new NoEnds(`a state that is not reachable is refused: ${thrown.message}`);
  }
}

/** Texts and the like by number, equal ones by the same. */
class Numbers {
  readonly texts: string[] = [];
  private readonly known = new Map<string, number>();

  of(text: string): number {
    const number = this.known.get(text) ?? this.texts.push(text) - 1;
    this.known.set(text, number);
    return number;
  }
}

/**
 * Where recovery ends: for each state what is seen of the first states, on paths without faults,
 * in which nobody recovers. The states need not be reachable.
 */
export class Ends {
  private readonly outcomes: Outcomes;
  private readonly look: (state: Int32Array) => string;
  private readonly statesMax: number;
  private readonly recoverers: Recoverers;
  private readonly rows: Int32Array[] = [];
  private readonly states = new Numbers();
  private readonly seen = new Numbers();
  /** By state: the number of what is seen of it if it is an end; else -1. */
  private readonly endOf: number[] = [];
  private readonly sets = new Numbers();
  private readonly members: (readonly number[])[] = [];
  private setOf = new Int32Array(0);

  constructor(
    compiled: Compiled,
    outcomes: Outcomes,
    look: (state: Int32Array) => string,
    statesMax: number,
  ) {
    this.outcomes = outcomes;
    this.look = look;
    this.statesMax = statesMax;
    this.recoverers = new Recoverers(compiled);
  }

  /** Takes up a state; returns its number. @throws NoEnds */
  add(row: Int32Array): number {
    const state = this.states.of(stateKey(row));
    if (state < this.rows.length) return state;
    if (state >= this.statesMax) throw new NoEnds('recovery goes through too many states');
    this.rows.push(row);
    const isEnd = this.recoverers.in(row).length === 0;
    this.endOf.push(isEnd ? this.seen.of(this.look(row)) : -1);
    return state;
  }

  private stepsOf(state: number) {
    return [...this.outcomes.of(this.rows[state] as Int32Array)];
  }

  /** Follows all states that were taken up to their ends, once. @throws NoEnds */
  settle(): void {
    const graph = new Graph();
    for (let state = 0; state < this.rows.length; state += 1) {
      graph.open();
      if (this.endOf[state] !== -1) continue;
      for (const [{ label }, next, action] of refusedAs(() => this.stepsOf(state))) {
        if (label !== 'F') graph.add(action, this.add(next));
      }
    }
    graph.close(this.rows.length);
    this.setOf = new Int32Array(this.rows.length).fill(-1);
    const inside = new Uint8Array(this.rows.length).fill(1);
    const counted = new Uint8Array(graph.targets.length).fill(1);
    forEachComponent({ graph, inside, counted }, (states) => this.unite(graph, states));
  }

  /** The ends of states that reach each other; those of what they lead to are known. */
  private unite({ offsets, targets }: Graph, states: Int32Array): void {
    const ends = new Set<number>();
    for (const state of states) {
      const own = this.endOf[state] as number;
      if (own !== -1) ends.add(own);
      for (let edge = offsets[state] as number; edge < (offsets[state + 1] as number); edge += 1) {
        const set = this.setOf[targets[edge] as number] as number;
        for (const end of this.members[set] ?? []) ends.add(end);
      }
    }
    const members = [...ends].toSorted((a, b) => a - b);
    const set = this.sets.of(members.join());
    this.members[set] = members;
    for (const state of states) this.setOf[state] = set;
  }

  /** Whether two settled states have the same ends; none is as good as none. */
  same(one: number, other: number): boolean {
    return this.setOf[one] === this.setOf[other];
  }

  /** What is seen of the ends of a settled state. */
  texts(state: number): readonly string[] {
    const members = this.members[this.setOf[state] as number] ?? [];
    return members.map((end) => this.seen.texts[end] as string);
  }
}
