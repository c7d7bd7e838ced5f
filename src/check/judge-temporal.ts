import { fairComponents, type FairComponent } from '../explore/fair.ts';
import { Graph } from '../explore/graph.ts';
import { fairCycle, type Hop } from '../explore/paths.ts';
import type { Fairness } from '../model/property.ts';
import type { Analysis } from './analysis.ts';
import { automatonOf, normal, type Automaton, type Logic } from './automaton.ts';
import { HOLDS, violated, type Judgement } from './judgement.ts';
import { prolonged } from './path.ts';

/** The edge of a path that has ended, and stays where it is. */
const STAY = -1;

/**
 * The states of the span together with modes of an automaton, as far as they are reached from its
 * initial modes; nodes are numbered breadth-first.
 */
class Paths {
  readonly graph = new Graph();
  readonly states: number[] = [];
  readonly modes: number[] = [];
  /** By edge: that of the span, or STAY. */
  readonly edges: number[] = [];
  /** 1 for edges without a fault. */
  readonly counted: number[] = [];
  private readonly parents: (Hop | null)[] = [];
  /** Steps of the span on the shortest way. */
  readonly levels: number[] = [];
  private readonly numbers = new Map<number, number>();
  private readonly analysis: Analysis;
  private readonly automaton: Automaton;
  /** The first node from where on anything is accepted. */
  firstFree = -1;

  constructor(analysis: Analysis, automaton: Automaton) {
    this.analysis = analysis;
    this.automaton = automaton;
    for (let state = 0; state < analysis.found.initial; state += 1) {
      for (const mode of automaton.initial) this.reach(state, mode, null);
    }
    const { progress, moves } = analysis;
    for (let node = 0; node < this.states.length && this.firstFree === -1; node += 1) {
      this.graph.open();
      this.expand(node, progress, moves);
    }
    this.graph.close(this.states.length + 1);
  }

  private fits(state: number, mode: number): boolean {
    return this.automaton.modes[mode]!.asks.every(
      ({ predicate, holds }) => this.analysis.holds(predicate, state) === holds,
    );
  }

  /** The node of a state in a mode, a new one if need be; -1 where the mode asks for another. */
  private reach(state: number, mode: number, from: Hop | null): number {
    const key = state * this.automaton.modes.length + mode;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (!this.fits(state, mode)) return -1;
    const node = this.states.push(state) - 1;
    this.numbers.set(key, node);
    this.modes.push(mode);
    this.parents.push(from === null ? null : { ...from, to: node });
    this.levels.push(from === null ? 0 : this.levels[from.from]! + (from.edge === STAY ? 0 : 1));
    const { isFree, next } = this.automaton.modes[mode]!;
    if (this.firstFree === -1 && isFree) this.firstFree = node;
    // Staying is no step: what it leads to is as near, and is numbered with it.
    if (this.analysis.isEnd(this.analysis.progress, state)) {
      for (const later of next) this.reach(state, later, { from: node, edge: STAY, to: -1 });
    }
    return node;
  }

  private expand(node: number, progress: Uint8Array, moves: Uint8Array): void {
    const state = this.states[node] as number;
    const { offsets, targets } = this.analysis.graph;
    for (let edge = offsets[state]!; edge < offsets[state + 1]!; edge += 1) {
      if (moves[edge] === 1) this.follow(node, targets[edge]!, edge, progress[edge]!);
    }
    if (this.analysis.isEnd(progress, state)) this.follow(node, state, STAY, 1);
  }

  private follow(node: number, target: number, edge: number, counted: number): void {
    const { next } = this.automaton.modes[this.modes[node] as number]!;
    const hop = { from: node, edge, to: -1 };
    const found = next.map((mode) => this.reach(target, mode, hop)).filter((to) => to !== -1);
    // A step that no mode follows is enabled all the same: it leads out, to -1 for now.
    for (const to of found.length === 0 ? [-1] : found) {
      this.graph.add(0, to);
      this.edges.push(edge);
      this.counted.push(counted);
    }
  }

  /** Edges and nodes as a subgraph in which cycles are looked for. */
  subgraph() {
    const nodes = this.states.length;
    const { targets } = this.graph;
    for (const [edge, to] of targets.entries()) if (to === -1) targets[edge] = nodes;
    const inside = new Uint8Array(nodes + 1).fill(1);
    inside[nodes] = 0;
    return { graph: this.graph, inside, counted: Uint8Array.from(this.counted) };
  }

  /** The steps of the span on the shortest way to a node. */
  hopsTo(node: number): { readonly start: number; readonly hops: readonly Hop[] } {
    const hops: Hop[] = [];
    let at = node;
    for (let hop = this.parents[at]; hop; hop = this.parents[at]) {
      hops.unshift(hop);
      at = hop.from;
    }
    return { start: this.states[at] as number, hops: this.stepsOf(hops) };
  }

  /** Hops between nodes as hops of the span; staying is none. */
  stepsOf(hops: readonly Hop[], isByNumber = false): readonly Hop[] {
    return hops
      .map(({ from, edge, to }) => {
        const number = isByNumber ? (this.edges[edge] as number) : edge;
        return { from: this.states[from]!, edge: number, to: this.states[to]! };
      })
      .filter(({ edge }) => edge !== STAY);
  }
}

/** A fair way round that meets every `until`; the states at which it does are among its needs. */
function accepted(
  paths: Paths,
  { modes }: Automaton,
  component: FairComponent,
): FairComponent | null {
  const untils = modes[0]?.meets.length ?? 0;
  const needs = [...component.needs];
  for (let until = 0; until < untils; until += 1) {
    const state = component.states.find((node) => modes[paths.modes[node]!]!.meets[until] === true);
    if (state === undefined) return null;
    needs.push({ state, edge: null });
  }
  return { states: component.states, needs };
}

const earliest = (states: Int32Array): number => states.reduce((a, b) => Math.min(a, b));

/**
 * Decides a formula of linear temporal logic: the paths that violate it are those of an automaton,
 * and one of them is looked for that is fair.
 */
export function judgeTemporal(analysis: Analysis, formula: Logic, fairness: Fairness): Judgement {
  const automaton = automatonOf(normal(formula, true));
  const paths = new Paths(analysis, automaton);
  const along = (node: number) => {
    const { start, hops } = paths.hopsTo(node);
    return prolonged(analysis, { start, steps: [], loop: null }, hops, false);
  };
  if (paths.firstFree !== -1) {
    const because = 'whatever comes after the last state, the formula is false of this path';
    return violated('state', because, along(paths.firstFree));
  }
  const part = paths.subgraph();
  const classes = analysis.fairness(fairness);
  const of = (layers: readonly Int32Array[]): readonly Int32Array[] =>
    layers.map((layer) =>
      Int32Array.from(paths.edges, (edge) => (edge === STAY ? -1 : layer[edge]!)),
    );
  const fair = { ...classes, weak: of(classes.weak), strong: of(classes.strong) };
  // The nearest, and a path that ends rather than a loop where both are equally near.
  const rank = ({ states }: FairComponent): number => {
    const isEnd = states.every((node) => paths.states[node] === paths.states[states[0]!]);
    return 2 * paths.levels[earliest(states)]! + (isEnd ? 0 : 1);
  };
  const [first] = fairComponents(part, fair)
    .flatMap((component) => accepted(paths, automaton, component) ?? [])
    .toSorted((a, b) => rank(a) - rank(b) || earliest(a.states) - earliest(b.states));
  if (first === undefined) return HOLDS;
  const entry = earliest(first.states);
  const prefix = along(entry);
  const cycle = paths.stepsOf(fairCycle(part, first, entry), true);
  if (cycle.length === 0) {
    const because = 'no fault-free step leads on, and the formula is false of this path';
    return violated('deadlock', because, prefix);
  }
  const because = 'the loop is fair, and the formula is false of this path';
  return violated('lasso', because, prolonged(analysis, prefix, cycle, true));
}
