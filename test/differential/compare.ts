import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { Unclosed } from '../../src/explore/closure.ts';
import { Untabled } from '../../src/explore/numbering.ts';
import type { Strategy } from '../../src/explore/explore.ts';
import { declaredFaults } from '../../src/machine/fault.ts';
import { closed, deterministicRecovery, everyStep } from '../../src/model/property.ts';
import { resumes, totalRecovery, type Property } from '../../src/model/property.ts';
import type { AnyView, System } from '../../src/model/system.ts';
import type { Label } from '../../src/model/verdict.ts';
import type { NaiveGraph } from '../oracle/explore.ts';
import { decideAll, type Finding } from '../oracle/properties.ts';
import { samples } from '../oracle/random-system.ts';

/** Forms of failure whose shortest way the oracle knows to be a trace of that length. */
const EXACT = new Set(['state', 'deadlock', 'trap', 'step']);

const LABELS: readonly Label[] = ['P', 'R', 'F', 'E'];

function countLabels(labels: readonly Label[]): string {
  return LABELS.map((label) => `${label} ${labels.filter((one) => one === label).length}`).join(
    ' ',
  );
}

function labelsOf(system: System): readonly Label[] {
  const [compiled, , { graph }] = explored(system, planOf(system));
  return [...graph.actions].map((action) => compiled.action(action).label);
}

function labelsIn({ edges }: NaiveGraph): string {
  return countLabels(edges.map(({ label }) => label));
}

export function oracleVerdicts(
  system: System,
  graph: NaiveGraph,
  findings: ReadonlyMap<string, Finding>,
): Map<string, boolean | null> {
  const verdicts = new Map<string, boolean | null>(
    [...findings].map(([name, { holds }]) => [name, holds]),
  );
  if (Object.keys(system.tolerance.effects ?? {}).length > 0) {
    verdicts.set('total', graph.errors.length === 0);
    verdicts.set('recovery', graph.brokenClaims.length === 0);
  }
  return verdicts;
}

/** Properties without a predicate of their own ask for consistency; the oracle takes it for true. */
export function withConsistency(given: System): System {
  const { consistent = () => true } = given.tolerance;
  return { ...given, tolerance: { ...given.tolerance, consistent } };
}

/** What a law asks is put together from what the properties of the system ask. */
export function withLaws(given: System): System {
  const { properties = {} } = given.tolerance;
  const asked = Object.values(properties).flatMap((property) => {
    if (!('holds' in property) || property.holds === null) return [];
    const { holds } = property;
    const when = 'when' in property ? property.when : undefined;
    return [when === undefined ? holds : (view: AnyView) => !when(view) || holds(view)];
  });
  const [first, second] = asked;
  if (first === undefined || second === undefined) return given;
  const seen = (view: AnyView): readonly boolean[] => asked.map((holds) => holds(view));
  const faults = [...declaredFaults(given.tolerance)].map(({ name }) => name);
  const crash = faults.find((name) => name.endsWith('.crash')) ?? faults[0];
  const more: { readonly [name: string]: Property<AnyView> } = {
    'law: closed': closed(second),
    'law: every step': everyStep({
      of: seen,
      when: (before, _, { label }) => label !== 'F' && before[0] === true,
      keeps: (before, after, { actor }) =>
        after[1] === true || after[2] === before[2] || actor === 'a',
    }),
    'law: total': totalRecovery(),
    'law: deterministic': deterministicRecovery(),
    ...(crash !== undefined && {
      'law: resumes': resumes({ after: crash, when: first, ends: seen }),
    }),
  };
  return {
    ...given,
    tolerance: { ...given.tolerance, properties: { ...properties, ...more } },
  };
}

/** What a report says, but for which of several traces of one length it shows. */
function essence({ result, stats, properties }: CheckReport, depth = stats.depth): string {
  const { states, transitions } = stats;
  const said = properties.map(({ name, result: verdict, failure, values, trace }) => {
    // How one waits for too long, to an end or round and round, is not the shortest of its kind.
    const isAnyLength = trace === null || trace.loop !== null || failure === 'bound';
    const length = isAnyLength ? null : trace.steps.length;
    return [name, verdict, failure, { ...values, ...NO_NOTES }, length];
  });
  return JSON.stringify({ result, states, transitions, depth, said });
}

/** What is said of emptiness where it is certain (spec 1.8); tables are less often certain. */
const NO_NOTES = { neverFired: undefined, steps: undefined, antecedent: undefined };

/** The notes that are not among those of the other report. */
function furtherNotes(of: CheckReport, than: CheckReport): readonly string[] {
  const notes = ({ properties }: CheckReport): readonly string[] =>
    properties.flatMap(({ name, values }) =>
      Object.keys(NO_NOTES).flatMap((note) => {
        const value = values[note];
        if (value === undefined) return [];
        return (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${note}: ${one}`);
      }),
    );
  const known = new Set(notes(than));
  return notes(of).filter((note) => !known.has(note));
}

const BY_TABLES: readonly Strategy[] = ['tables', 'refined', 'table', 'sweep'];

/** How often each way to explore was compared. */
export const compared = new Map<Strategy, number>();

/** What exploring by tables says differently; empty where it agrees, or there are none. */
function strategyDisagreements(system: System, report: CheckReport): readonly string[] {
  const plainly = essence(report);
  const disagreeing: string[] = [];
  for (const strategy of BY_TABLES) {
    try {
      const found = check(system, { strategy });
      const said = essence(found, found.stats.depth ?? report.stats.depth);
      compared.set(strategy, (compared.get(strategy) ?? 0) + 1);
      if (said !== plainly) disagreeing.push(`${strategy}: ${said}, plainly ${plainly}`);
      disagreeing.push(...furtherNotes(found, report).map((note) => `${strategy}: ${note}`));
    } catch (thrown) {
      // There are tables, but not for this way.
      if (thrown instanceof Untabled) continue;
      // No closure, or one with values that the model refuses.
      if (thrown instanceof Unclosed || (thrown as { code?: string }).code !== undefined) break;
      throw thrown;
    }
  }
  return disagreeing;
}

/**
 * What engine and oracle say differently of a system, in words; empty where they agree. The other
 * ways to explore are compared, too, unless it shall be done plainly only.
 */
export function disagreements(
  given: System,
  graph: NaiveGraph,
  plainly = false,
): readonly string[] {
  const lawful = withLaws(given);
  const system = withConsistency(lawful);
  const report = check(system, { strategy: 'plain' });
  const { stats, properties } = report;
  const said: string[] = plainly ? [] : [...strategyDisagreements(system, report)];
  const compare = (what: string, engine: unknown, oracle: unknown): void => {
    if (engine !== oracle) said.push(`${what}: engine ${String(engine)}, oracle ${String(oracle)}`);
  };
  compare('states', stats.states, graph.states.length);
  compare('transitions', stats.transitions, graph.edges.length);
  compare('depth', stats.depth, graph.depth);
  if (!plainly) compare('labels', countLabels(labelsOf(system)), labelsIn(graph));
  const findings: ReadonlyMap<string, Finding> = decideAll(lawful, graph);
  const verdicts = oracleVerdicts(lawful, graph, findings);
  for (const { name, result, failure, trace } of properties) {
    const holds = verdicts.get(name);
    if (holds === undefined) {
      if (name !== 'converges') said.push(`the oracle does not know '${name}'`);
      continue;
    }
    compare(name, result, holds === null ? 'unknown' : holds ? 'holds' : 'violated');
    const nearest = findings.get(name)?.distances.get(failure ?? 'bound');
    if (result !== 'violated' || nearest === undefined || trace === null) continue;
    if (failure === null || !EXACT.has(failure) || trace.loop !== null) continue;
    const last = failure === 'step' ? 1 : 0;
    compare(`length of '${name}'`, trace.steps.length, nearest + last);
  }
  return said;
}

export interface Comparison {
  readonly compared: number;
  readonly refused: number;
  readonly differing: readonly { readonly seed: number; readonly said: readonly string[] }[];
}

/**
 * Compares engine and oracle on the random systems of some seeds that have no more states; all
 * strategies on every nth.
 */
export function compareSeeds(first: number, seeds: number, every = 1, maxStates = 500): Comparison {
  const differing: { seed: number; said: readonly string[] }[] = [];
  let count = 0;
  let refused = 0;
  for (const { seed, system, graph } of samples(first, seeds, maxStates)) {
    const isPlain = seed % every > 0;
    const said = graph === null ? refusal(system) : disagreements(system, graph, isPlain);
    if (said.length > 0) differing.push({ seed, said });
    if (graph === null) refused += 1;
    else count += 1;
  }
  return { compared: count, refused, differing };
}

/** What the oracle cannot run must be refused by the engine as well. */
function refusal(system: System): readonly string[] {
  try {
    check(withConsistency(system));
    return ['the engine accepts a message that nobody handles'];
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    return code === 'RCV216' || code === 'RCV217' ? [] : [String(thrown)];
  }
}
