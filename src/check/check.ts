import { explore, type Strategy } from '../explore/explore.ts';
import type { Bounds, Exploration, Progress } from '../explore/exploration.ts';
import { NeedsAllStates } from '../explore/symmetry.ts';
import { compile } from '../machine/compile.ts';
import { UnboundedComponent } from '../machine/component.ts';
import { batch } from '../machine/purity.ts';
import { ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import type { Completeness, Json, PropertyReport, Result, Stats } from '../model/verdict.ts';
import { Analysis } from './analysis.ts';
import { judge, judgePartial, needsAllStates, needsEdges } from './judge.ts';
import { traceOf } from './path.ts';
import { planOf, type Plan } from './plan.ts';
import { isAntecedentMissing, neverFired, neverRecovered, withoutSteps } from './vacuity.ts';
import { retrace } from './retrace.ts';

/** What is to be decided, and within which limits. Without limits a search ends when it is done. */
export interface CheckOptions {
  /** Names of the properties to decide; none: all, on the whole span. */
  readonly properties?: readonly string[];
  /** Distinct states, at most. */
  readonly statesMax?: number;
  /** Steps from an initial state, at most. */
  readonly depthMax?: number;
  /** For all of it. */
  readonly timeoutMs?: number;
  /** Resident size of the process, at most. */
  readonly memoryBytes?: number;
  /** Distinct values of one component beyond which it counts as unbounded. */
  readonly valuesMax?: number;
  /** Asked now and then; true ends the search, and what is open stays unknown. */
  readonly interrupted?: () => boolean;
  /** Told now and then how far the search has come. */
  readonly onProgress?: (progress: Progress) => void;
  /** How to explore; null: as seems best. The answers are the same. */
  readonly strategy?: Strategy | null;
  /** Threads that may share the exploration; left out: one. The answers are the same. */
  readonly workers?: number;
  /**
   * One state stands for all that differ by a permutation of replicas, where the model and all that
   * is asked of it make no difference between them; counts are then those of such sets of states.
   */
  readonly symmetry?: boolean;
  /**
   * Where some steps may come first without any difference to what is asked, the others are left
   * for later: not every reachable state is visited then, and counts are of those that are.
   */
  readonly reduce?: boolean;
}

/** What `check` found out: verdicts, and how far they reach. */
export interface CheckReport {
  readonly result: Result;
  readonly completeness: Completeness;
  /** The bounds in force that were reached, by name; empty for an exhaustive answer. */
  readonly bounds: { readonly [name: string]: Json };
  readonly stats: Stats;
  readonly properties: readonly PropertyReport[];
  /** Assumptions behind the verdicts, in words. */
  readonly assumptions: readonly string[];
}

const UNBOUNDED = Number.MAX_SAFE_INTEGER;

function boundsOf(options: CheckOptions): Bounds {
  const { statesMax, depthMax, timeoutMs, memoryBytes } = options;
  return {
    statesMax: statesMax ?? UNBOUNDED,
    depthMax: depthMax ?? UNBOUNDED,
    timeoutMs: timeoutMs ?? UNBOUNDED,
    memoryBytes: memoryBytes ?? UNBOUNDED,
  };
}

function combined(properties: readonly PropertyReport[]): Result {
  if (properties.some(({ result }) => result === 'violated')) return 'violated';
  return properties.some(({ result }) => result === 'unknown') ? 'unknown' : 'holds';
}

function reached(
  found: Exploration,
  bounds: Bounds,
  unbounded: UnboundedComponent | null,
): CheckReport['bounds'] {
  switch (found.incomplete) {
    case null:
      return {};
    case 'states':
      return { states: bounds.statesMax };
    case 'depth':
      return { depth: bounds.depthMax };
    case 'time':
      return { timeoutMs: bounds.timeoutMs };
    case 'memory':
      return { memoryBytes: bounds.memoryBytes };
    case 'interrupted':
      return { interrupted: true };
    case 'values':
      return { component: unbounded?.component ?? null, growing: unbounded?.growing ?? null };
  }
}

function statsOf(found: Exploration, seconds: number): Stats {
  const { states, transitions, depth, bytes, visited } = found;
  return {
    states,
    transitions,
    depth,
    seconds,
    statesPerSecond: Math.round(states / Math.max(seconds, 1e-6)),
    bytesPerState: Math.round((10 * bytes) / Math.max(1, states)) / 10,
    visited,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** What the search looks for while it explores, and where it may stop. */
function asked(plan: Plan, selected: boolean) {
  const of = (kind: string): number[] =>
    plan.properties.flatMap(({ property, predicate }) =>
      property.kind === kind ? [predicate] : [],
    );
  const isTotalAsked = plan.properties.some(({ property }) => property.kind === 'total');
  const watchFalse = [...of('always'), ...(isTotalAsked ? [plan.noError] : [])];
  const antecedents = plan.properties.map(({ antecedent }) => antecedent).filter((one) => one >= 0);
  const watched = { watchFalse, watchTrue: [...of('sometimes'), ...antecedents] };
  const only = (kind: string): boolean =>
    selected && plan.properties.every(({ property }) => property.kind === kind);
  const stopAt = only('always') ? plan.properties.map(({ predicate }) => predicate) : [];
  return {
    ...watched,
    stopAt: only('total') ? [plan.noError] : stopAt,
    stopAtClaim: only('recovery'),
  };
}

function report(analysis: Analysis, system: System, whole: boolean): readonly PropertyReport[] {
  const silent = whole ? neverFired(analysis) : [];
  const unused = whole ? neverRecovered(analysis) : [];
  return analysis.plan.properties.map((planned): PropertyReport => {
    const judgement = whole ? judge(analysis, planned) : judgePartial(analysis, planned);
    const { result, failure, because, values, path } = judgement;
    const trace = path === null ? null : traceOf(analysis, path);
    if (trace !== null) retrace(system, trace);
    const { name, property } = planned;
    const { kind } = property;
    const shown = { name, kind, result, failure, because, trace, replay: null };
    if (result !== 'holds' || kind === 'sometimes') return { ...shown, vacuous: false, values };
    const isEmpty = judgement.vacuous || (whole && isAntecedentMissing(analysis, planned));
    const idle = whole ? withoutSteps(analysis, planned) : null;
    const claimed = kind === 'recovery' ? unused : [];
    const vacuous = isEmpty || silent.length > 0 || claimed.length > 0 || idle !== null;
    const missing = {
      ...(silent.length > 0 ? { neverFired: silent } : {}),
      ...(claimed.length > 0 ? { neverEntered: claimed } : {}),
      ...(idle === null ? {} : { steps: idle }),
      ...(isEmpty ? { antecedent: 'never holds' } : {}),
    };
    return { ...shown, vacuous, values: { ...values, ...missing } };
  });
}

function assumptionsOf(analysis: Analysis): readonly string[] {
  const { properties } = analysis.plan;
  const claims = properties.flatMap(({ name, property }) => {
    if (!('fairness' in property) || typeof property.fairness === 'string') return [];
    const { weak = [], strong = [] } = property.fairness;
    return [
      ...weak.map((claim) => `weak fairness of ${claim} (${name})`),
      ...strong.map((claim) => `strong fairness of ${claim} (${name})`),
    ];
  });
  const fair = properties.some(({ property }) =>
    'fairness' in property ? property.fairness === 'default' : false,
  );
  if (!fair) return claims;
  const weak = 'weak fairness of every actor for its P, its R and its E steps';
  const strong = 'strong fairness of a pending reply that competes with a timeout';
  return [weak, ...(analysis.assumesStrongFairness ? [strong] : []), ...claims];
}

/** Milliseconds for which a resident size is good: asking costs as much as learning an answer. */
const SAMPLE_MS = 10;

function sampled(measure: () => number): () => number {
  let [value, at] = [0, -Infinity];
  return () => {
    const now = performance.now();
    if (now - at < SAMPLE_MS) return value;
    at = now;
    value = measure();
    return value;
  };
}

/**
 * Decides the properties of a system on every reachable state. Verdicts of a search that reached a
 * bound are `unknown`, but for violations that were seen. Every trace is walked again through
 * XState.
 * @throws ReconvergeError for the user's mistakes in the model
 */
export function check(system: System, options: CheckOptions = {}): CheckReport {
  try {
    return batch(() => checked(system, options));
  } catch (thrown) {
    if (!(thrown instanceof NeedsAllStates)) throw thrown;
    return batch(() => checked(system, { ...options, symmetry: false, reduce: false }));
  }
}

function checked(system: System, options: CheckOptions): CheckReport {
  const started = performance.now();
  const names = options.properties ?? [];
  const plan = planOf(system, names);
  const { valuesMax } = options;
  const bounds = boundsOf(options);
  let unbounded: UnboundedComponent | null = null;
  const compiled = compile(system, plan.predicates, valuesMax === undefined ? {} : { valuesMax });
  const asking = {
    bounds,
    edges: plan.properties.some(({ property }) => needsEdges(property.kind)),
    ...asked(plan, names.length > 0),
    symmetry: options.symmetry ?? false,
    reduce: (options.reduce ?? false) && !plan.properties.some(needsAllStates),
    workers: options.workers ?? 1,
    clock: () => performance.now(),
    residentBytes: sampled(() => process.memoryUsage.rss()),
    interrupted: options.interrupted ?? (() => false),
    onProgress: options.onProgress ?? (() => {}),
  };
  const isUnbounded = (thrown: unknown): boolean => {
    unbounded = thrown instanceof UnboundedComponent ? thrown : null;
    return unbounded !== null;
  };
  const strategy = options.strategy ?? null;
  const isRefused = (thrown: unknown): boolean =>
    thrown instanceof ReconvergeError || thrown instanceof UnboundedComponent;
  const found = explore(compiled, asking, { strategy, isUnbounded, isRefused });
  const analysis = new Analysis(compiled, plan, found);
  const properties = report(analysis, system, found.incomplete === null);
  const seconds = (performance.now() - started) / 1000;
  return {
    result: combined(properties),
    completeness: found.incomplete === null && !found.stopped ? 'exhaustive' : 'bounded',
    bounds: reached(found, bounds, unbounded),
    stats: statsOf(found, seconds),
    properties,
    assumptions: assumptionsOf(analysis),
  };
}
