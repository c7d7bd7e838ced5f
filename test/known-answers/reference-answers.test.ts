import { check, type CheckReport } from '../../src/check/check.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import type { PropertyReport } from '../../src/model/verdict.ts';
import model from '../../models/reference-orchestration.ts';
import { answered, type Answer } from './answers.ts';

const memo = new Map<string, CheckReport>();
function report(given: Readonly<Record<string, string>>): CheckReport {
  const key = JSON.stringify(given);
  const known = memo.get(key) ?? check(model.build(parameterValues(model.parameters, given)));
  memo.set(key, known);
  return known;
}

/** L5 is `converges`. */
const lawOf = ({ name }: PropertyReport): number =>
  name === 'converges' ? 5 : Number(/^L(\d+) /.exec(name)?.[1] ?? 0);
const lawsOf = ({ properties }: CheckReport) => properties.filter((one) => lawOf(one) > 0);
const broken = (of: CheckReport): readonly number[] =>
  lawsOf(of)
    .filter(({ result }) => result === 'violated')
    .map(lawOf)
    .toSorted((a, b) => a - b);
const ofKind = ({ properties }: CheckReport, kind: PropertyReport['kind']) =>
  properties.find((one) => one.kind === kind);
const bound = (of: CheckReport): unknown => ofKind(of, 'withinSteps')?.values['beta'];

/** The most steps that recovery takes; or what keeps it from an end: a dead end, or a cycle. */
function recovery(of: CheckReport): unknown {
  const converges = ofKind(of, 'converges');
  if (converges?.result === 'holds') return bound(of);
  return converges?.failure === 'deadlock' ? 'deadlock' : 'cycle';
}

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
function add(name: string, value: unknown, found: () => unknown): void {
  answers.push({ name, value });
  worked[name] = found;
}

/** Steps, faults, retries; states of the span, transitions, consistent states, recovery bound. */
const SIZES = [
  [1, 1, 0, 34, 49, 17, 4],
  [1, 2, 1, 143, 255, 60, 4],
  [2, 1, 1, 90, 141, 43, 4],
  [2, 2, 1, 457, 900, 137, 5],
  [3, 2, 1, 1060, 2196, 257, 6],
  [2, 3, 2, 1546, 3479, 338, 5],
] as const;
for (const [steps, faults, retries, ...value] of SIZES) {
  const size = `${steps} steps, ${faults} faults, ${retries} retries`;
  const found = () => report({ steps: `${steps}`, faults: `${faults}`, retries: `${retries}` });
  add(`${size}: states, transitions, consistent states, recovery bound`, value, () => {
    const { states, transitions } = found().stats;
    return [states, transitions, ofKind(found(), 'converges')?.values['C'], bound(found())];
  });
  add(`${size}: laws that hold`, 14, () => {
    return lawsOf(found()).filter(({ result }) => result === 'holds').length;
  });
}

/** Laws broken; states, and steps of recovery; steps to a saga neither whole nor nothing. */
const MUTANTS = [
  ['m1', [1, 5, 6], 457, 'deadlock', null],
  ['m2', [2], 465, 4, null],
  ['m3', [3], 468, 5, null],
  ['m4', [4, 5, 6, 8, 10, 13], 1011, 'deadlock', 4],
  ['m5', [5, 6], 450, 'cycle', null],
  ['m6', [6], 590, 7, null],
  ['m7', [5, 6, 7, 8, 10, 13], 450, 'deadlock', 11],
  ['m8', [5, 6, 8, 10, 13], 815, 'deadlock', 6],
  ['m9', [5, 6, 8, 9, 10, 13], 791, 'deadlock', 6],
  ['m10', [5, 6, 10], 441, 'deadlock', 3],
  ['m11', [5, 6, 10, 11], 459, 'deadlock', 3],
  ['m12', [7, 12], 457, 5, null],
  ['m13', [4, 5, 6, 8, 10, 13], 752, 'deadlock', 3],
  ['m14', [5, 6, 10, 14], 472, 'deadlock', 7],
] as const;
for (const [at, [mutant, laws, states, ending, saga]] of MUTANTS.entries()) {
  const found = () => report({ mutant });
  add(`${mutant}: laws broken`, laws, () => broken(found()));
  add(`${mutant}: the law that it was made for is broken`, true, () =>
    broken(found()).includes(at + 1),
  );
  add(`${mutant}: states, recovery`, [states, ending], () => [
    found().stats.states,
    recovery(found()),
  ]);
  add(`${mutant}: steps to a saga neither whole nor nothing`, saga, () => {
    const allOrNothing = lawsOf(found()).find((one) => lawOf(one) === 10);
    return allOrNothing?.trace?.steps.length ?? null;
  });
}

answered('reference orchestration', answers, worked);
