import { Questions } from '../explore/questions.ts';
import { Search } from '../explore/search.ts';
import { compile, type Compiled } from '../machine/compile.ts';
import { UnboundedComponent } from '../machine/component.ts';
import type { Local } from '../machine/local.ts';
import type { Action } from '../model/integer-system.ts';
import type { System } from '../model/system.ts';

/** Where to stop exploring. */
export interface SpanBounds {
  readonly statesMax: number;
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly interrupted: () => boolean;
}

/** The steps of a system, from the initial states as far as the bounds let them be explored. */
export class Span {
  readonly compiled: Compiled;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly actions: Int32Array;
  readonly states: number;
  /** States below this number were explored: all steps of theirs are known. */
  readonly expanded: number;
  readonly initial: number;
  /** Which bound ended the exploration; null: none did. */
  readonly incomplete: string | null;
  private readonly search: Search;

  constructor(system: System, bounds: SpanBounds) {
    this.compiled = compile(system, []);
    const { interrupted, ...limits } = bounds;
    this.search = new Search(new Questions(this.compiled), {
      bounds: { ...limits, depthMax: Number.MAX_SAFE_INTEGER },
      edges: true,
      watchFalse: [],
      watchTrue: [],
      stopAt: [],
      stopAtClaim: false,
      symmetry: false,
      reduce: false,
      clock: () => performance.now(),
      residentBytes: () => process.memoryUsage.rss(),
      interrupted,
      onProgress: () => {},
    }).run((thrown) => thrown instanceof UnboundedComponent);
    const { graph, states, expanded, initial, incomplete } = this.search;
    graph.close(states);
    this.offsets = graph.offsets;
    this.targets = graph.targets;
    this.actions = graph.actions;
    this.states = states;
    this.expanded = expanded;
    this.initial = initial;
    this.incomplete = incomplete;
  }

  action(edge: number): Action {
    return this.compiled.action(this.actions[edge] as number);
  }

  row(state: number): Int32Array {
    return this.search.row(state);
  }

  /** What an actor is in a state. */
  local(actor: number, state: number): Local {
    const id = this.row(state)[actor] as number;
    return this.compiled.world.actor(actor).locals.at(id);
  }
}
