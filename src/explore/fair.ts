import { forEachComponent, type Subgraph } from './scc.ts';

/**
 * Fairness classes of edges, in layers: by edge its class, -1 for none. An edge may have a class in
 * every layer.
 */
export interface Fairness {
  /** Weak: a class that stays enabled for ever is taken again and again. */
  readonly weak: readonly Int32Array[];
  /** Strong: a class that is enabled again and again is taken again and again. */
  readonly strong: readonly Int32Array[];
  /** Classes are numbered from 0 up to this, exclusive, in weak and in strong layers. */
  readonly classes: number;
}

/** What a cycle must do for one class: pass a state where it is disabled, or take an edge of it. */
export interface FairComponent {
  readonly states: Int32Array;
  readonly needs: readonly { readonly state: number; readonly edge: number | null }[];
}

/** Which classes have a counted edge at a state. */
function enabledAt(
  part: Subgraph,
  layers: readonly Int32Array[],
  state: number,
  into: Uint8Array,
): void {
  const { offsets } = part.graph;
  for (let edge = offsets[state] as number; edge < (offsets[state + 1] as number); edge += 1) {
    if (part.counted[edge] === 0) continue;
    for (const classOf of layers) if (classOf[edge]! >= 0) into[classOf[edge]!] = 1;
  }
}

class Examination {
  private readonly part: Subgraph;
  private readonly fairness: Fairness;
  private readonly member: Uint8Array;
  readonly found: FairComponent[] = [];

  constructor(part: Subgraph, fairness: Fairness) {
    this.part = part;
    this.fairness = fairness;
    this.member = new Uint8Array(part.inside.length);
  }

  /** Examines a strongly connected component; what it finds are fair cycles within it. */
  examine(states: Int32Array): void {
    for (const state of states) this.member[state] = 1;
    const { takenWeak, takenStrong, cyclic } = this.taken(states);
    if (cyclic) this.judge(states, takenWeak, takenStrong);
    for (const state of states) this.member[state] = 0;
  }

  private taken(states: Int32Array): {
    takenWeak: Int32Array;
    takenStrong: Int32Array;
    cyclic: boolean;
  } {
    const { graph, counted } = this.part;
    const takenWeak = new Int32Array(this.fairness.classes).fill(-1);
    const takenStrong = new Int32Array(this.fairness.classes).fill(-1);
    let cyclic = false;
    for (const state of states) {
      const end = graph.offsets[state + 1] as number;
      for (let edge = graph.offsets[state] as number; edge < end; edge += 1) {
        if (counted[edge] === 0 || this.member[graph.targets[edge] as number] === 0) continue;
        cyclic = true;
        for (const weak of this.fairness.weak) if (weak[edge]! >= 0) takenWeak[weak[edge]!] = edge;
        for (const strong of this.fairness.strong) {
          if (strong[edge]! >= 0) takenStrong[strong[edge]!] = edge;
        }
      }
    }
    return { takenWeak, takenStrong, cyclic };
  }

  private judge(states: Int32Array, takenWeak: Int32Array, takenStrong: Int32Array): void {
    const { classes, weak, strong } = this.fairness;
    const starved = new Uint8Array(classes);
    const disabledAt = new Int32Array(classes).fill(-1);
    const hungry: number[] = [];
    for (const state of states) {
      const enabledWeak = new Uint8Array(classes);
      const enabledStrong = new Uint8Array(classes);
      enabledAt(this.part, weak, state, enabledWeak);
      enabledAt(this.part, strong, state, enabledStrong);
      for (let kind = 0; kind < classes; kind += 1) {
        if (enabledWeak[kind] === 0) disabledAt[kind] = state;
        if (enabledStrong[kind] === 1 && takenStrong[kind] === -1) starved[kind] = 1;
      }
      if (enabledStrong.some((on, kind) => on === 1 && takenStrong[kind] === -1))
        hungry.push(state);
    }
    for (let kind = 0; kind < classes; kind += 1) {
      if (takenWeak[kind] === -1 && disabledAt[kind] === -1) return;
    }
    if (starved.includes(1)) return this.without(states, hungry);
    const needs: { state: number; edge: number | null }[] = [];
    for (let kind = 0; kind < classes; kind += 1) {
      const edge = takenWeak[kind] as number;
      if (disabledAt[kind] !== -1) needs.push({ state: disabledAt[kind] as number, edge: null });
      else needs.push({ state: this.sourceOf(states, edge), edge });
      const strongEdge = takenStrong[kind] as number;
      if (strongEdge !== -1) {
        needs.push({ state: this.sourceOf(states, strongEdge), edge: strongEdge });
      }
    }
    this.found.push({ states: states.slice(), needs });
  }

  private sourceOf(states: Int32Array, edge: number): number {
    const { offsets } = this.part.graph;
    const source = states.find(
      (state) => (offsets[state] as number) <= edge && edge < (offsets[state + 1] as number),
    );
    return source as number;
  }

  /** A strongly fair cycle avoids the states in which a class is enabled that it never takes. */
  private without(states: Int32Array, hungry: readonly number[]): void {
    const inside = new Uint8Array(this.part.inside.length);
    for (const state of states) inside[state] = 1;
    for (const state of hungry) inside[state] = 0;
    const inner = new Examination({ ...this.part, inside }, this.fairness);
    forEachComponent({ ...this.part, inside }, (component) => inner.examine(component.slice()));
    this.found.push(...inner.found);
  }
}

/** Every maximal part of the subgraph around which a fair path can go for ever. */
export function fairComponents(part: Subgraph, fairness: Fairness): readonly FairComponent[] {
  const examination = new Examination(part, fairness);
  forEachComponent(part, (states) => examination.examine(states));
  return examination.found;
}
