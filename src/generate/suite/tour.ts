import type { Condensed } from './condensed.ts';
import type { Digraph } from './digraph.ts';

/** Goes from node to node along paths of components, to what is wanted in each of them. */
export class Tour {
  private readonly whole: Digraph;
  private readonly of: Int32Array;
  private readonly isWanted: Uint8Array;
  /** How many nodes are wanted still, by component. */
  private readonly left: Int32Array;
  private readonly parent: Int32Array;

  constructor({ whole, of, members }: Condensed, wanted: Iterable<number>) {
    this.whole = whole;
    this.of = of;
    this.isWanted = new Uint8Array(whole.nodes);
    this.left = new Int32Array(members.length);
    this.parent = new Int32Array(whole.nodes).fill(-2);
    for (const node of wanted) {
      this.isWanted[node] = 1;
      this.left[of[node]!]! += 1;
    }
  }

  private visit(node: number): void {
    if (this.isWanted[node] === 0) return;
    this.isWanted[node] = 0;
    this.left[this.of[node]!]! -= 1;
  }

  /** A shortest way within a component, from one of some nodes to one that is right. */
  private way(
    from: readonly number[],
    component: number,
    isRight: (node: number) => boolean,
  ): readonly number[] {
    const { offsets, targets } = this.whole;
    const { parent } = this;
    const queue = [...from];
    for (const node of from) parent[node] = -1;
    let last = -1;
    for (const node of queue) {
      if (isRight(node)) {
        last = node;
        break;
      }
      for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge += 1) {
        const target = targets[edge]!;
        if (parent[target] !== -2 || this.of[target] !== component) continue;
        parent[target] = node;
        queue.push(target);
      }
    }
    const way: number[] = [];
    for (let node = last; node !== -1; node = parent[node]!) way.push(node);
    for (const node of queue) parent[node] = -2;
    if (way.length === 0) throw new Error('internal: a component is not connected');
    return way.toReversed();
  }

  private successors(node: number, component: number): readonly number[] {
    const { offsets, targets } = this.whole;
    const all = targets.subarray(offsets[node], offsets[node + 1]);
    return [...all].filter((target) => this.of[target] === component);
  }

  /** A walk along a path of components that visits what is still wanted in them. */
  along(path: readonly number[]): readonly number[] {
    const walk: number[] = [];
    for (const [index, component] of path.entries()) {
      const go = (isRight: (node: number) => boolean): void => {
        const last = walk.at(-1);
        const from =
          last === undefined
            ? this.whole.starts.filter((node) => this.of[node] === component)
            : this.successors(last, component);
        for (const node of this.way(from, component, isRight)) {
          this.visit(node);
          walk.push(node);
        }
      };
      while (this.left[component]! > 0) go((node) => this.isWanted[node] === 1);
      const next = path[index + 1];
      if (next === undefined) break;
      const leads = (node: number): boolean => this.successors(node, next).length > 0;
      const last = walk.at(-1);
      if (last === undefined || this.of[last] !== component || !leads(last)) go(leads);
    }
    return walk;
  }
}
