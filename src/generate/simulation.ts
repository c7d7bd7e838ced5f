import { check, property, sample as drawn } from 'fast-check';
import { planOf, type Plan, type PlannedProperty } from '../check/plan.ts';
import { compile } from '../machine/compile.ts';
import { assertInternal, ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import { WalkArbitrary } from './arbitrary.ts';
import { continued } from './fair-run.ts';
import { judgeRun } from './judge-run.ts';
import { checkWalkOptions, checkWhich, RUNS, type SimulationOptions } from './options.ts';
import { Sample, type RunVerdict, type Shown } from './sample.ts';
import { Stepping } from './stepping.ts';
import { Tally } from './tally.ts';
import type { Walk } from './walk.ts';

type Violation = Extract<RunVerdict, { is: 'violated' }>;
/** What shows that a property is violated, and where it comes from. */
export type Found = Violation & { readonly path: string };
export interface Reached {
  readonly shown: Shown;
  readonly path: string;
}

/** Runs through random failure sequences, notes what they say, and shrinks those that violate. */
export class Simulation {
  readonly plan: Plan;
  readonly stepping: Stepping;
  readonly tally: Tally;
  readonly seed: number;
  /** Runs asked for. */
  readonly runs: number;
  /** In how many runs a property could not be decided. */
  readonly undecided = new Map<string, number>();
  /** The shortest witnesses of `sometimes`. */
  readonly reached = new Map<string, Reached>();
  /** The violated properties, in the order of the runs that showed it. */
  readonly found = new Map<string, Found>();
  private readonly options: SimulationOptions;
  private readonly walks: WalkArbitrary;
  private target: PlannedProperty | null = null;
  private thrown: { readonly error: unknown } | null = null;
  private counted = 0;
  private isOver = false;

  constructor(system: System, options: SimulationOptions) {
    const { seed = 0, runs = RUNS, path, properties = [] } = options;
    checkWhich(seed, runs);
    this.options = options;
    this.plan = planOf(system, properties);
    const compiled = compile(system, this.plan.predicates, { valuesMax: Infinity });
    checkWalkOptions(compiled, options);
    this.stepping = new Stepping(compiled);
    this.tally = new Tally(this.stepping);
    this.walks = new WalkArbitrary(this.stepping, options, () => this.isOver);
    this.seed = seed;
    this.runs = path === undefined ? runs : 1;
  }

  /** Runs done. */
  get done(): number {
    return this.counted;
  }

  /**
   * Does all runs. @throws ReconvergeError for what is wrong with the model, RCV311 for the path
   */
  run(): void {
    const { path } = this.options;
    if (path !== undefined) return this.replay(path);
    for (let from = 0; from !== -1 && !this.isOver;) from = this.round(from);
  }

  private sample(walk: Walk): Sample {
    return new Sample(this.stepping, this.plan, walk, (of) => continued(this.stepping, of));
  }

  private violation(sample: Sample, planned: PlannedProperty): Violation | null {
    const verdict = judgeRun(sample, planned);
    return verdict.is === 'violated' ? verdict : null;
  }

  private get open(): readonly PlannedProperty[] {
    return this.plan.properties.filter(({ name }) => !this.found.has(name));
  }

  private firstViolated(sample: Sample): PlannedProperty | null {
    return this.open.find((planned) => this.violation(sample, planned) !== null) ?? null;
  }

  /** Notes what a run says that violates nothing, and what it went through. */
  private count(sample: Sample, path: string): void {
    this.tally.record(sample.run);
    for (const planned of this.open) {
      const { name } = planned;
      const verdict = judgeRun(sample, planned);
      if (verdict.is === 'undecided') this.undecided.set(name, (this.undecided.get(name) ?? 0) + 1);
      if (verdict.is !== 'reached') continue;
      const best = this.reached.get(name)?.shown.steps.length ?? Infinity;
      const { shown } = verdict;
      if (shown.steps.length < best) this.reached.set(name, { shown, path });
    }
    this.counted += 1;
    this.options.onProgress?.(this.counted);
  }

  /**
   * Whether run `number` passes; once one did not, whether its shrunk form passes the same
   * property.
   */
  private passes(walk: Walk, number: number): boolean {
    this.isOver ||= this.options.interrupted?.() ?? false;
    if (this.isOver) return true;
    const sample = this.sample(walk);
    if (this.target !== null) return this.violation(sample, this.target) === null;
    if (number === this.counted) this.count(sample, String(number));
    this.target = this.firstViolated(sample);
    return this.target === null;
  }

  /**
   * Runs from number `from` on until a property is violated, which is shrunk and noted. Shrinking
   * keeps to that property, so that it does not slip to another one. Answers where to go on: at
   * the same run, which may violate other properties too; -1 after the last one.
   */
  private round(from: number): number {
    this.target = null;
    let number = from - 1;
    const safely = (walk: Walk): boolean => {
      if (this.thrown !== null) return true;
      if (this.target === null) number += 1;
      try {
        return this.passes(walk, number);
      } catch (error) {
        this.thrown = { error };
        return true;
      }
    };
    const { seed, runs } = this;
    const which = { seed, numRuns: runs - from, path: String(from) };
    const details = check(property(this.walks, safely), which);
    if (this.thrown !== null) throw (this.thrown as { error: unknown }).error;
    if (!details.failed) return -1;
    this.note(this.target, details.counterexample?.[0], details.counterexamplePath);
    return number;
  }

  private note(planned: PlannedProperty | null, walk: Walk | undefined, path: string | null): void {
    assertInternal(
      planned !== null && walk !== undefined && path !== null,
      'a failure without cause',
    );
    const violation = this.violation(this.sample(walk), planned);
    assertInternal(violation !== null, 'a shrunk walk does not violate what it was shrunk for');
    this.found.set(planned.name, { ...violation, path });
  }

  private replay(path: string): void {
    const walk = this.walkAt(path);
    const sample = this.sample(walk);
    this.count(sample, path);
    for (let next = this.firstViolated(sample); next !== null; next = this.firstViolated(sample)) {
      this.note(next, walk, path);
    }
  }

  private walkAt(path: string): Walk {
    let cause: unknown;
    try {
      const [walk] = drawn(this.walks, { seed: this.seed, path, numRuns: 1 });
      if (walk !== undefined && /^\d+(:\d+)*$/.test(path)) return walk;
    } catch (error) {
      if (error instanceof ReconvergeError) throw error;
      cause = error;
    }
    throw new ReconvergeError('RCV311', `the path '${path}' leads to no sequence`, {
      hint: 'give path and seed as they were printed, with the same model and parameters',
      cause,
    });
  }
}
