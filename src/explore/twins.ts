import { precedes, type IntegerSystem } from '../model/integer-system.ts';
import { Ints } from './growable.ts';

/** The edges of one state at a time: one step for two reasons is one, by the stronger label. */
export class Twins {
  private readonly system: IntegerSystem;
  /** By action its step, from 1 on; 0: not asked yet. */
  private readonly stepOf = new Ints(256);
  /** By step its last edge, and the state whose edge it is. */
  private readonly last = new Ints(256);
  private readonly stateOf = new Ints(256);
  /** By edge its action, its target, and the edge before of the same step, -1: none. */
  private readonly actions = new Ints(64);
  private readonly targets = new Ints(64);
  private readonly before = new Ints(64);
  private state = 0;
  /** Edges of the state. */
  count = 0;

  constructor(system: IntegerSystem) {
    this.system = system;
  }

  /** Begins another state. */
  open(): void {
    this.state += 1;
    this.count = 0;
  }

  private step(action: number): number {
    const { stepOf, last, stateOf } = this;
    while (stepOf.length <= action) stepOf.push(0);
    const known = stepOf.data[action]!;
    if (known !== 0) return known;
    const step = this.system.action(action).step + 1;
    stepOf.data[action] = step;
    while (last.length <= step) {
      last.push(-1);
      stateOf.push(0);
    }
    return step;
  }

  /** Adds an edge, unless it is there. Its number; it is new iff `count` grew. */
  add(action: number, target: number): number {
    const step = this.stepOf.data[action]! || this.step(action);
    const isFirst = this.stateOf.data[step] !== this.state;
    const first = isFirst ? -1 : this.last.data[step]!;
    for (let edge = first; edge !== -1; edge = this.before.data[edge]!) {
      if (this.targets.data[edge] !== target) continue;
      const { label } = this.system.action(action);
      if (precedes(label, this.system.action(this.action(edge)).label)) {
        this.actions.data[edge] = action;
      }
      return edge;
    }
    const edge = this.count;
    this.count += 1;
    if (edge >= this.actions.length) this.widen();
    this.actions.data[edge] = action;
    this.targets.data[edge] = target;
    this.before.data[edge] = first;
    this.last.data[step] = edge;
    this.stateOf.data[step] = this.state;
    return edge;
  }

  private widen(): void {
    for (const list of [this.actions, this.targets, this.before]) list.push(0);
  }

  /** The action of an edge. */
  action(edge: number): number {
    return this.actions.data[edge] as number;
  }
}
