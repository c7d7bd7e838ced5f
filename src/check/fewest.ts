import { axesOf, withBudgets, type Axis } from '../machine/budgets.ts';
import { declaredFaults } from '../machine/fault.ts';
import type { System } from '../model/system.ts';
import type { FewestFaults, PropertyReport, Trace } from '../model/verdict.ts';
import { check, type CheckOptions, type CheckReport } from './check.ts';
import type { Point } from './frontier.ts';

/** Budgets beyond which nothing is said: there are too many ways to have so few faults. */
const POINTS_MAX = 256;
/** So many states may be looked at in all, or as many as the whole span has. */
const STATES_MAX = 100_000;

/**
 * Kinds whose counterexample under some budgets is one under all larger ones: every path is a path
 * there, just as fair, and no step but F is added to it.
 */
const INHERITED: ReadonlySet<string> = new Set([
  'always',
  'eventually',
  'eventuallyAlways',
  'leadsTo',
  'until',
  'ltl',
  'recoverable',
  'converges',
  'withinSteps',
  'total',
]);

/** Which budget each fault is taken from, by its name. */
function axisByFault({ tolerance }: System, axes: readonly Axis[]): ReadonlyMap<string, number> {
  const pools = Object.entries(tolerance.pools ?? {});
  const budgetOf = (fault: string): string =>
    pools.find(([, { faults }]) => (faults as readonly string[]).includes(fault))?.[0] ?? fault;
  const known = [...declaredFaults(tolerance)].map(({ name }): [string, number] => [
    name,
    axes.findIndex((axis) => axis.name === budgetOf(name)),
  ]);
  return new Map(known);
}

/** How much of each budget a trace takes; a request that was adrift has none (spec 2.5). */
function spentIn({ steps }: Trace, axes: number, axisOf: ReadonlyMap<string, number>): Point {
  const spent = Array.from({ length: axes }, () => 0);
  for (const { fault } of steps) {
    const axis = fault === null ? undefined : axisOf.get(fault.name);
    if (axis !== undefined) spent[axis]! += 1;
  }
  return spent;
}

/** All ways to have so many faults in all. */
function* ways(box: Point, total: number): Generator<Point> {
  const [most, ...others] = box;
  if (most === undefined) {
    if (total === 0) yield [];
    return;
  }
  for (let count = Math.min(most, total); count >= 0; count -= 1) {
    for (const rest of ways(others, total - count)) yield [count, ...rest];
  }
}

const sum = (point: Point): number => point.reduce((a, b) => a + b, 0);

/** A violated property of which it is not known yet whether it needs all its faults. */
interface Open {
  readonly report: PropertyReport;
  readonly spent: Point;
}

/** The counterexample of a property under some budgets. */
interface Found {
  readonly at: Point;
  readonly trace: Trace;
}

/** Checks under smaller budgets until as many states were seen as one may look at. */
class Allowance {
  private points = POINTS_MAX;
  private states: number;
  private readonly started = performance.now();
  private readonly system: System;
  private readonly options: CheckOptions;

  constructor(system: System, options: CheckOptions, states: number) {
    this.system = system;
    this.options = options;
    this.states = Math.max(states, STATES_MAX);
  }

  /** null where nothing more can be said. */
  checked(budgets: Record<string, number>, properties: readonly string[]): CheckReport | null {
    this.points -= 1;
    if (this.points < 0 || this.states <= 0) return null;
    const { timeoutMs, ...options } = this.options;
    const passed = performance.now() - this.started;
    const left = timeoutMs === undefined ? {} : { timeoutMs: Math.max(0, timeoutMs - passed) };
    const statesMax = Math.min(this.states, options.statesMax ?? Infinity);
    const bounded = { ...options, ...left, statesMax, properties };
    const report = check(withBudgets(this.system, budgets), bounded);
    this.states -= report.stats.states;
    return report.properties.some(({ result }) => result === 'unknown') ? null : report;
  }
}

/** The budgets of a point by name, those of 0 left out. */
const named = (axes: readonly Axis[], point: Point): { [axis: string]: number } =>
  Object.fromEntries(
    axes.map(({ name }, i): [string, number] => [name, point[i]!]).filter(([, count]) => count > 0),
  );

/**
 * For each violated property the fewest faults that it takes, with a shortest trace with no more
 * than those where its own has more. Every way to have fewer was checked: no model of them violates
 * it. Properties about which that is not known within reason are left out, and all where a budget
 * is Infinity: a request adrift is applied again and again then, which no finite budget allows.
 * `report` is the check of the system itself; where nothing is violated this costs nothing.
 */
export function fewestFaults(
  system: System,
  report: CheckReport,
  options: CheckOptions = {},
): ReadonlyMap<string, FewestFaults> {
  const known = new Map<string, FewestFaults>();
  const violated = report.properties.filter(
    ({ result, trace, kind }) => result === 'violated' && trace !== null && INHERITED.has(kind),
  );
  if (violated.length === 0) return known;
  const axes = axesOf(system.tolerance).filter(({ budget }) => budget > 0);
  if (axes.some(({ budget }) => budget === Infinity)) return known;
  const axisOf = axisByFault(system, axes);
  let open = violated.map((property): Open => ({
    report: property,
    spent: spentIn(property.trace!, axes.length, axisOf),
  }));
  const box = axes.map(({ budget }) => budget);
  const allowance = new Allowance(system, options, report.stats.states);
  for (let total = 0; open.length > 0; total += 1) {
    for (const { report: own, spent } of open) {
      if (sum(spent) > total) continue;
      known.set(own.name, { faults: named(axes, spent), trace: null });
    }
    open = open.filter(({ spent }) => sum(spent) > total);
    const names = open.map(({ report: { name } }) => name);
    const found = new Map<string, Found>();
    for (const point of names.length === 0 ? [] : ways(box, total)) {
      const answer = allowance.checked(named(axes, point), names);
      if (answer === null) return known;
      for (const { name, result, trace } of answer.properties) {
        if (result !== 'violated' || trace === null) continue;
        const best = found.get(name);
        if (best !== undefined && best.trace.steps.length <= trace.steps.length) continue;
        found.set(name, { at: point, trace });
      }
    }
    for (const [name, { at, trace }] of found) {
      known.set(name, { faults: named(axes, at), trace });
    }
    open = open.filter(({ report: { name } }) => !found.has(name));
  }
  return known;
}
