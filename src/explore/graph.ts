import { Ints } from './growable.ts';

/**
 * Edges in compressed rows: those of state s are at `offsets[s]` to `offsets[s + 1]`, exclusive.
 */
export class Graph {
  private readonly offsetList = new Ints();
  private readonly actionList = new Ints();
  private readonly targetList = new Ints();

  /** Begins the row of the next state. */
  open(): void {
    this.offsetList.push(this.targetList.length);
  }

  /** Adds an edge to the open row; returns its number. */
  add(action: number, target: number): number {
    this.actionList.push(action);
    this.targetList.push(target);
    return this.targetList.length - 1;
  }

  /** Gives an edge another action. */
  rename(edge: number, action: number): void {
    this.actionList.data[edge] = action;
  }

  /** Ends the last row; states that were never opened have no edges. */
  close(states: number): void {
    while (this.offsetList.length <= states) this.offsetList.push(this.targetList.length);
  }

  get offsets(): Int32Array {
    return this.offsetList.data.subarray(0, this.offsetList.length);
  }

  get actions(): Int32Array {
    return this.actionList.data.subarray(0, this.actionList.length);
  }

  get targets(): Int32Array {
    return this.targetList.data.subarray(0, this.targetList.length);
  }
}
