import { Analysis } from '../check/analysis.ts';
import { explored } from '../check/explored.ts';
import { pathTo, prolonged, traceOf } from '../check/path.ts';
import { planOf } from '../check/plan.ts';
import { localText } from '../machine/facets.ts';
import type { Compiled } from '../machine/compile.ts';
import type { System } from '../model/system.ts';
import type { Trace } from '../model/verdict.ts';

/**
 * All that a state is, in one text; the view alone leaves out what an answer holds. Nothing in it
 * depends on the order in which states were found, so that it means the same in any system.
 */
function identityOf(compiled: Compiled, state: Int32Array): string {
  const { actors, adrift } = compiled.world;
  const own = actors.map(({ instance, locals }, index) =>
    localText(locals.at(state[index]!), instance.name),
  );
  const zombies = adrift.map((lists, index) =>
    lists?.at(state[compiled.world.adriftComponent(index)]!),
  );
  return JSON.stringify([own, zombies, compiled.stateView(state)]);
}

/** The whole behaviour of a system: its steps that change something, as they read. */
export class Behaviour {
  private readonly analysis: Analysis;
  private readonly texts: readonly string[];
  readonly initial: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;

  constructor(system: System) {
    this.analysis = new Analysis(...explored(system, planOf(system)));
    const { compiled, found } = this.analysis;
    this.texts = Array.from({ length: found.states }, (_, state) =>
      identityOf(compiled, found.row(state)),
    );
    this.initial = new Set(this.texts.slice(0, found.initial));
    const steps = new Set<string>();
    this.forEachStep((_from, _edge, _to, text) => void steps.add(text));
    this.steps = steps;
  }

  /**
   * Breadth-first; stops when told true. A self-loop counts only where nothing else does: all that
   * a property can tell of it is that there is no deadlock (spec 1.7).
   */
  private forEachStep(
    visit: (from: number, edge: number, to: number, text: string) => boolean | void,
  ): void {
    const { compiled, graph, moves } = this.analysis;
    const { offsets, targets, actions } = graph;
    for (let from = 0; from < this.texts.length; from += 1) {
      const isStill = this.analysis.isEnd(moves, from);
      for (let edge = offsets[from]!; edge < offsets[from + 1]!; edge += 1) {
        if (moves[edge] === 0 && !isStill) continue;
        const { actor, event, fault } = compiled.action(actions[edge]!);
        const to = targets[edge]!;
        const step = JSON.stringify([actor, event, fault?.name ?? null]);
        if (visit(from, edge, to, `${this.texts[from]}${step}${this.texts[to]}`) === true) return;
      }
    }
  }

  /** The shortest way to a step that the other does not have; null: there is none. */
  beyond(other: Behaviour): Trace | null {
    const start = this.texts.findIndex(
      (text, state) => state < this.analysis.found.initial && !other.initial.has(text),
    );
    if (start !== -1) return traceOf(this.analysis, pathTo(this.analysis, start));
    let trace: Trace | null = null;
    this.forEachStep((from, edge, to, text) => {
      if (other.steps.has(text)) return false;
      const path = prolonged(
        this.analysis,
        pathTo(this.analysis, from),
        [{ from, edge, to }],
        false,
      );
      trace = traceOf(this.analysis, path);
      return true;
    });
    return trace;
  }
}
