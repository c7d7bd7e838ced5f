import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import { refines, type Property } from '../../src/model/property.ts';
import type { AnyView, System } from '../../src/model/system.ts';
import model from '../../models/two-phase-commit.ts';
import { answered, type Answer } from './answers.ts';
import { spanOf } from './span.ts';
import { transactionCommit } from './transaction-commit.ts';

type Bug = 'none' | 'premature-commit' | 'late-refusal';

const system = (count: number, bug: Bug = 'none'): System =>
  model.build(parameterValues(model.parameters, { participants: String(count), bug }));

const memo = new Map<string, CheckReport>();
function report(count: number, bug: Bug = 'none'): CheckReport {
  const key = `${count} ${bug}`;
  const known = memo.get(key) ?? check(system(count, bug));
  memo.set(key, known);
  return known;
}
const consistency = ({ properties }: CheckReport) =>
  properties.find(({ name }) => name === 'consistent');
const stepsTo = (count: number, bug?: Bug) =>
  consistency(report(count, bug))?.trace?.steps.length ?? 'none';

/** What is seen of a state, whatever the participants are called. */
interface Shown {
  readonly tm: { readonly value: string; readonly context: { readonly heard: readonly number[] } };
  readonly 'tm.inbox': readonly { readonly from: number }[];
  readonly [participant: `rm[${number}]`]: { readonly value: string };
}

/**
 * Orbits of the states under permutations of participants, counted on the span: what the manager
 * has sent to each participant is known from what it has decided.
 */
function orbits(count: number): number {
  const [compiled, , found] = explored(system(count), planOf(system(count)));
  const canonical = new Set<string>();
  for (let state = 0; state < found.states; state += 1) {
    const shown = compiled.stateView(found.row(state)) as unknown as Shown;
    const each = Array.from({ length: count }, (_, id) => {
      const hasVoted = shown['tm.inbox'].some(({ from }) => from === id);
      return `${shown[`rm[${id}]`]?.value} ${shown.tm.context.heard.includes(id)} ${hasVoted}`;
    });
    canonical.add(`${shown.tm.value}: ${each.toSorted().join()}`);
  }
  return canonical.size;
}

type Participants = { readonly rm: readonly { readonly value: unknown }[] };
const outcomes = (state: Participants): unknown => state.rm.map(({ value }) => value);

/** The same system, asked whether it implements transaction commit and no more. */
function refining(count: number, bug: Bug = 'none'): System {
  const { parts, tolerance } = system(count, bug);
  const about = { of: outcomes, as: outcomes };
  const property = refines<Participants, Participants>(transactionCommit(count), about);
  const properties = { refines: property as unknown as Property<AnyView> };
  return { parts, tolerance: { ...tolerance, properties } };
}

const SIZES = [
  [1, 12, 12],
  [2, 56, 34],
  [3, 288, 80],
  [4, 1568, 166],
  [5, 8832, 314],
  [6, 50_816, 553],
] as const;

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
const add = (name: string, value: unknown, work: () => unknown): void => {
  answers.push({ name, value });
  worked[name] = work;
};
for (const [count, states, different] of SIZES) {
  add(`${count} participants: distinct states`, states, () => report(count).stats.states);
  if (count <= 3) {
    add(`${count} participants: steps to inconsistency`, 'none', () => stepsTo(count));
  }
  add(`${count} participants: orbits of states, counted on the span`, different, () =>
    orbits(count),
  );
}
add('3 participants: generated', 1146, () => spanOf(system(3)).generated);
add('3 participants: depth', 11, () => report(3).stats.depth);
add('3 participants: steps until it is no transaction commit', 'none', () => {
  const [found] = check(refining(3)).properties;
  return found?.result === 'holds' ? 'none' : found;
});
for (const [count, premature, late] of [
  [2, 5, 7],
  [3, 7, 9],
] as const) {
  add(`${count} participants, one vote too few: steps to inconsistency`, premature, () =>
    stepsTo(count, 'premature-commit'),
  );
  add(`${count} participants, a promise broken: steps to inconsistency`, late, () =>
    stepsTo(count, 'late-refusal'),
  );
}
answered('two-phase commit', answers, worked);

describe('two-phase commit', () => {
  it.each(['none', 'premature-commit', 'late-refusal'] as const)(
    'has the same verdicts by symmetry and by reduction, bug: %s',
    (bug) => {
      const verdicts = ({ properties }: CheckReport) => properties.map(({ result }) => result);
      for (const options of [{ symmetry: true }, { reduce: true }]) {
        const found = check(system(3, bug), options);
        expect(verdicts(found)).toEqual(verdicts(report(3, bug)));
        expect(found.completeness).toBe('exhaustive');
        expect(found.stats.states).toBeLessThanOrEqual(report(3, bug).stats.states);
      }
    },
  );

  it.each(['premature-commit', 'late-refusal'] as const)(
    'is no transaction commit with the bug %s',
    (bug) => {
      const [found] = check(refining(3, bug)).properties;
      expect(found).toMatchObject({ result: 'violated', failure: 'step' });
    },
  );
});
