import { axesOf, withBudgets, type Axis } from '../machine/budgets.ts';
import type { System } from '../model/system.ts';
import type { Json, PropertyReport, Tolerance, ToleranceRow, Trace } from '../model/verdict.ts';
import { withinSteps } from '../model/property.ts';
import { ReconvergeError } from '../model/error.ts';
import { check, type CheckOptions, type CheckReport } from './check.ts';
import { frontierOf, type Frontier, type Point } from './frontier.ts';
import { planOf } from './plan.ts';

/** A fault declared with budget 0 is tried up to this one; one without a bound up to the other. */
const PROBED_ZERO = 1;
const PROBED_INFINITE = 3;

/** Points of the box beyond which faults are looked at one by one only. */
const POINTS_MAX = 2 ** 16;

/** States beyond which the bound on recovery is not computed. */
const BETA_STATES_MAX = 200_000;

const BETA = 'bounded recovery';

/** The table, and what keeps it from being complete, if anything does. */
export interface ToleranceTable {
  readonly rows: readonly ToleranceRow[];
  /** What a row must at least be classified as to count as tolerated; null: nothing to ask. */
  readonly required: Tolerance | null;
  /** Why rows are missing; null when none are. */
  readonly missing: string | null;
}

/** What a system does under some budgets (spec 3.8). */
interface Assessment {
  readonly tolerates: Tolerance;
  readonly states: number;
  /** The first property that is violated, with its trace. */
  readonly violated: PropertyReport | null;
}

/** A check within the table came to a bound. */
class Unassessed extends Error {}

function classOf(isSafe: boolean, isConvergent: boolean): Tolerance {
  if (isSafe) return isConvergent ? 'masking' : 'fail-safe';
  return isConvergent ? 'nonmasking' : 'intolerant';
}

function isAtLeast(tolerance: Tolerance, required: Tolerance): boolean {
  return tolerance === required || tolerance === 'masking';
}

const shortest = (reports: readonly PropertyReport[]): PropertyReport | null =>
  reports.toSorted(
    (a, b) => (a.trace?.steps.length ?? Infinity) - (b.trace?.steps.length ?? Infinity),
  )[0] ?? null;

/** Computes a tolerance table; every point is checked at most once. */
class Assessor {
  readonly axes: readonly Axis[];
  box: Point;
  /** What became of faults that could not be tried. */
  readonly leftOut: string[] = [];
  readonly required: Tolerance | null;
  private readonly system: System;
  private readonly options: CheckOptions;
  private readonly started = performance.now();
  private readonly safety: readonly string[];
  private readonly convergence: readonly string[];
  private readonly known = new Map<string, Assessment>();

  constructor(system: System, options: CheckOptions) {
    this.system = system;
    this.options = options;
    this.axes = axesOf(system.tolerance);
    this.box = this.axes.map(({ budget }) => {
      if (budget === 0) return PROBED_ZERO;
      return budget === Infinity ? PROBED_INFINITE : budget;
    });
    const ofKind = (kind: string): readonly string[] =>
      planOf(system).properties.flatMap(({ name, property }) =>
        property.kind === kind ? [name] : [],
      );
    this.safety = ofKind('always');
    this.convergence = ofKind('converges');
    const asked = this.safety.length + this.convergence.length > 0;
    this.required = asked ? classOf(this.safety.length > 0, this.convergence.length > 0) : null;
  }

  budgets(point: Point): { readonly [axis: string]: number } {
    return Object.fromEntries(this.axes.map(({ name }, i) => [name, point[i]!]));
  }

  leaveOut(axis: number, because: string): void {
    this.box = this.box.with(axis, 0);
    this.leftOut.push(because);
  }

  /** The check of the whole model is a point of the box, where all budgets are as declared. */
  learn(report: CheckReport): void {
    if (this.axes.some(({ budget }, i) => budget !== this.box[i])) return;
    const assessment = this.judged(report);
    if (assessment !== null) this.known.set(this.box.join(), assessment);
  }

  /** null where something is unknown. */
  private judged({ properties, stats }: CheckReport): Assessment | null {
    const all = (names: readonly string[]): PropertyReport[] =>
      properties.filter(({ name }) => names.includes(name));
    const [safety, convergence] = [all(this.safety), all(this.convergence)];
    const asked = [...safety, ...convergence];
    if (asked.some(({ result }) => result === 'unknown')) return null;
    const holds = (reports: readonly PropertyReport[]): boolean =>
      reports.length > 0 && reports.every(({ result }) => result === 'holds');
    const violated = shortest(asked.filter(({ result }) => result === 'violated'));
    const tolerates = classOf(holds(safety), holds(convergence));
    return { tolerates, states: stats.states, violated };
  }

  private checked(system: System, properties: readonly string[]): CheckReport {
    const { timeoutMs, ...options } = this.options;
    const passed = performance.now() - this.started;
    const left = timeoutMs === undefined ? {} : { timeoutMs: Math.max(0, timeoutMs - passed) };
    return check(system, { ...options, ...left, properties });
  }

  /** @throws Unassessed at a bound */
  at(point: Point): Assessment {
    const known = this.known.get(point.join());
    if (known !== undefined) return known;
    const system = withBudgets(this.system, this.budgets(point));
    const found = this.judged(this.checked(system, [...this.safety, ...this.convergence]));
    if (found === null) throw new Unassessed();
    this.known.set(point.join(), found);
    return found;
  }

  isTolerated(point: Point): boolean {
    return this.required !== null && isAtLeast(this.at(point).tolerates, this.required);
  }

  /** So many of one fault and none of the others. */
  only(axis: number, count: number): Point {
    return this.box.map((_, i) => (i === axis ? count : 0));
  }

  /** How many of a fault are tolerated by itself; -1 if not even none of any are. */
  alone(axis: number): number {
    let tolerated = -1;
    while (tolerated < this.box[axis]! && this.isTolerated(this.only(axis, tolerated + 1))) {
      tolerated += 1;
    }
    return tolerated;
  }

  /**
   * The most steps without faults from any state to one that is consistent and at rest; null: no
   * end of them, undefined: not computed.
   */
  beta(point: Point): number | null | undefined {
    if (this.convergence.length === 0 || this.at(point).states > BETA_STATES_MAX) return undefined;
    const { parts, tolerance } = withBudgets(this.system, this.budgets(point));
    if (tolerance.consistent === undefined) return undefined;
    const properties = { [BETA]: withinSteps(Number.MAX_SAFE_INTEGER) };
    const [report] = this.checked({ parts, tolerance: { ...tolerance, properties } }, [
      BETA,
    ]).properties;
    if (report === undefined || report.result === 'unknown') throw new Unassessed();
    return report.values['beta'] as number | null;
  }
}

/**
 * Whether a fault happens: a budget that is spent makes states of its own. Not by itself, perhaps,
 * but with others, or never at all.
 */
function firing(assessor: Assessor, axis: number): 'alone' | 'with others' | 'never' {
  const { box } = assessor;
  const [none, one] = [assessor.only(axis, 0), assessor.only(axis, 1)];
  if (assessor.at(one).states > assessor.at(none).states) return 'alone';
  const fires = assessor.at(box).states > assessor.at(box.with(axis, 0)).states;
  return fires ? 'with others' : 'never';
}

function witnessOf({ violated }: Assessment): Trace | null {
  return violated?.trace ?? null;
}

/** A fault by itself, up to the most of it that is tolerated. */
function ownRow(assessor: Assessor, axis: number): ToleranceRow {
  const { name, budget, nature } = assessor.axes[axis]!;
  const most = assessor.box[axis]!;
  const only = (count: number): Point => assessor.only(axis, count);
  const tolerated = assessor.alone(axis);
  const shown = Math.max(0, tolerated);
  const point = only(shown);
  const beyond = tolerated === most ? null : assessor.at(only(tolerated + 1));
  const fires = firing(assessor, axis);
  const beta = tolerated === -1 ? undefined : assessor.beta(point);
  const values: { readonly [name: string]: Json } = {
    ...(budget === most ? {} : { declared: budget === Infinity ? 'Infinity' : budget }),
    ...(fires === 'alone' ? {} : { fires }),
    ...(beta === undefined ? {} : { beta }),
    ...(beyond === null
      ? {}
      : {
          beyond: beyond.tolerates,
          violates: beyond.violated?.name ?? null,
          witnessOf: assessor.budgets(only(tolerated + 1)),
        }),
  };
  return {
    faults: { [name]: shown },
    kind: nature?.kind ?? null,
    persistence: nature?.persistence ?? null,
    class: nature?.class ?? null,
    tolerates: assessor.at(point).tolerates,
    atLeast: tolerated === most,
    values,
    witness: beyond === null ? null : witnessOf(beyond),
  };
}

/**
 * The row of a fault that is declared with budget 0. The model need not be made for it: what is
 * wrong then is said of the fault, and it is left out of the vectors.
 */
function probed(assessor: Assessor, axis: number, add: (row: ToleranceRow) => void): void {
  try {
    add(ownRow(assessor, axis));
  } catch (thrown) {
    if (!(thrown instanceof ReconvergeError)) throw thrown;
    assessor.leaveOut(axis, `${assessor.axes[axis]!.name}: ${thrown.code} ${thrown.message}`);
  }
}

function vectorRow(assessor: Assessor, point: Point): ToleranceRow {
  const found = assessor.at(point);
  const isTolerated = assessor.isTolerated(point);
  return {
    faults: assessor.budgets(point),
    kind: null,
    persistence: null,
    class: null,
    tolerates: found.tolerates,
    atLeast: isTolerated && point.every((count, axis) => count === assessor.box[axis]),
    values: isTolerated ? {} : { violates: found.violated?.name ?? null },
    witness: isTolerated ? null : witnessOf(found),
  };
}

/** Vectors of several faults; what is known of one fault alone is said in its own row. */
function vectorRows(assessor: Assessor, { maximal, minimal }: Frontier): ToleranceRow[] {
  const isJoint = (point: Point): boolean => point.filter((count) => count > 0).length > 1;
  return [...maximal, ...minimal].filter(isJoint).map((point) => vectorRow(assessor, point));
}

/**
 * The tolerance of a system, fault by fault and for faults together (spec 3.8): how many of them
 * leave it as tolerant as it can be asked to be, and the shortest way to what happens beyond.
 * `whole`: the check of the system as it is declared.
 */
export function toleranceOf(
  system: System,
  options: CheckOptions = {},
  whole: CheckReport | null = null,
): ToleranceTable {
  const assessor = new Assessor(system, options);
  const { axes, required } = assessor;
  const rows: ToleranceRow[] = [];
  if (required === null || axes.length === 0) return { rows, required, missing: null };
  if (whole !== null) assessor.learn(whole);
  const missing = (because?: string): ToleranceTable => {
    const all = [...assessor.leftOut, ...(because === undefined ? [] : [because])];
    return { rows, required, missing: all.length === 0 ? null : all.join('; ') };
  };
  try {
    for (const axis of axes.keys()) {
      if (axes[axis]!.budget === 0) probed(assessor, axis, (row) => rows.push(row));
      else rows.push(ownRow(assessor, axis));
    }
    if (axes.length === 1) return missing();
    const points = assessor.box.reduce((product, most) => product * (most + 1), 1);
    if (points > POINTS_MAX) return missing(`${points} vectors of faults are too many to look at`);
    const alone = assessor.box.map((_, axis) => assessor.alone(axis));
    const frontier = frontierOf(assessor.box, alone, (point) => assessor.isTolerated(point));
    rows.push(...vectorRows(assessor, frontier));
  } catch (thrown) {
    if (!(thrown instanceof Unassessed)) throw thrown;
    return missing('a bound was reached first');
  }
  return missing();
}
