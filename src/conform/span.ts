import type { Search } from '../explore/search.ts';
import { spanSearch, type SpanBounds } from '../explore/span-search.ts';
import { compile, type Compiled } from '../machine/compile.ts';
import { UnboundedComponent } from '../machine/component.ts';
import type { Local } from '../machine/local.ts';
import type { Action } from '../model/integer-system.ts';
import type { System } from '../model/system.ts';

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
    const search = spanSearch(this.compiled, bounds);
    this.search = search.run((thrown) => thrown instanceof UnboundedComponent);
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
