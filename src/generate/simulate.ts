import { retrace } from '../check/retrace.ts';
import type { PlannedProperty } from '../check/plan.ts';
import type { System } from '../model/system.ts';
import type { Json, PropertyReport, Result, Stats, Trace } from '../model/verdict.ts';
import type { Shown } from './sample.ts';
import type { SimulationOptions } from './options.ts';
import { Simulation } from './simulation.ts';

/** What random failure sequences showed. `holds`: every requested run passed (spec 1.10). */
export interface SimulationReport {
  /** `unknown` if interrupted before all runs were done, and nothing was violated. */
  readonly result: Result;
  readonly seed: number;
  /** Of the first violated property; null if none is. */
  readonly path: string | null;
  /** Runs done. */
  readonly runs: number;
  readonly stats: Stats;
  /**
   * `holds`: passed in every run (`sometimes`: reached in one); `unknown`: not decided in some run,
   * in how many is `values.undecided`. `replay` is the options that reproduce the trace
   * (`--seed S --path P`). Vacuous if a declared fault never fired: `values.neverFired` names it.
   */
  readonly properties: readonly PropertyReport[];
  /** How often each declared fault fired, in all runs together; 0 for one that never did. */
  readonly faults: { readonly [name: string]: number };
}

/** The verdicts of a simulation, in words. */
class Summary {
  private readonly system: System;
  private readonly simulation: Simulation;
  private readonly neverFired: readonly string[];

  constructor(system: System, simulation: Simulation) {
    this.system = system;
    this.simulation = simulation;
    const fired = Object.entries(simulation.tally.faults);
    this.neverFired = fired.flatMap(([name, times]) => (times === 0 ? [name] : []));
  }

  property(planned: PlannedProperty): PropertyReport {
    const { name, property } = planned;
    const { found, reached } = this.simulation;
    const { kind } = property;
    const violation = found.get(name);
    const plain = { name, kind, failure: null, vacuous: false, values: {} };
    if (violation !== undefined) {
      const { failure, because, shown, path } = violation;
      return { ...plain, result: 'violated', failure, because, ...this.evidence(shown, path) };
    }
    const witness = reached.get(name);
    if (witness !== undefined) {
      const evidence = this.evidence(witness.shown, witness.path);
      return { ...plain, result: 'holds', because: 'reached by the trace', ...evidence };
    }
    return { ...plain, ...this.unviolated(planned), trace: null, replay: null };
  }

  private unviolated({ name, property }: PlannedProperty): {
    readonly result: Result;
    readonly because: string | null;
    readonly vacuous: boolean;
    readonly values: { readonly [name: string]: Json };
  } {
    const { undecided, done } = this.simulation;
    if (property.kind === 'sometimes') {
      const because = 'no run reached a state that satisfies it';
      return { result: 'unknown', because, vacuous: false, values: {} };
    }
    const open = undecided.get(name) ?? 0;
    const { neverFired } = this;
    const silent = neverFired.length === 0 ? {} : { neverFired };
    if (done === 0)
      return { result: 'unknown', because: 'no run was done', vacuous: false, values: {} };
    if (open === 0) {
      return { result: 'holds', because: null, vacuous: neverFired.length > 0, values: silent };
    }
    const because = `in ${open} of ${done} runs it was not decided before the run was cut`;
    return { result: 'unknown', because, vacuous: false, values: { undecided: open, ...silent } };
  }

  /** The trace, walked again through XState, and how to see it once more. */
  private evidence(
    { start, steps, loop }: Shown,
    path: string,
  ): { readonly trace: Trace; readonly replay: string } {
    const { stepping, seed } = this.simulation;
    const initial = stepping.compiled.stateView(start.row);
    const trace = { initial, steps: steps.map((step) => stepping.traceStep(step)), loop };
    retrace(this.system, trace);
    return { trace, replay: `--seed ${seed} --path ${path}` };
  }
}

/**
 * Runs random failure sequences: each is drawn from the model's states, then faults stop and it
 * goes on fairly until it ends, repeats itself, or is cut. What is violated is certain, shrunk,
 * and replayed by seed and path; what is not violated was only not seen to be.
 * @throws ReconvergeError for the user's mistakes in the model, RCV310 for options that make no
 *   sense,
 *   RCV311 for a path that leads nowhere
 */
export function simulate(system: System, options: SimulationOptions = {}): SimulationReport {
  const started = performance.now();
  const simulation = new Simulation(system, options);
  simulation.run();
  const { found, done, runs, seed, plan, tally } = simulation;
  const summary = new Summary(system, simulation);
  const properties = plan.properties.map((planned) => summary.property(planned));
  const [first] = found.values();
  return {
    result: first !== undefined ? 'violated' : done < runs ? 'unknown' : 'holds',
    seed,
    path: first?.path ?? null,
    runs: done,
    stats: tally.stats((performance.now() - started) / 1000),
    properties,
    faults: tally.faults,
  };
}
