import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import resumableStep from '../../models/resumable-step.ts';

type Set = Readonly<Record<string, string | number>>;
const CALM = { crashes: 0, losses: 0, refusals: 0 };

function checked(set: Set) {
  const texts = Object.entries({ ...CALM, ...set }).map(([name, value]) => [name, String(value)]);
  const { parameters } = resumableStep;
  return check(resumableStep.build(parameterValues(parameters, Object.fromEntries(texts))));
}

describe('resumable steps, counted in closed form', () => {
  it.each([1, 2, 3, 4])('%i steps without faults: asked, done and recorded', (steps) => {
    const { stats } = checked({ steps });
    expect([stats.states, stats.transitions, stats.depth]).toEqual([
      3 * steps + 1,
      3 * steps,
      3 * steps + 1,
    ]);
  });

  /**
   * One refusal, at step i of n: it is told, the decision recorded, i + 1 steps undone (asked and
   * done), and that is the end: 2i + 5 states beside the 3n + 1 without it, n² + 7n + 1 in all.
   */
  it.each([1, 2, 3, 4])('%i steps, and one refusal', (steps) => {
    const { stats } = checked({ steps, refusals: 1 });
    expect(stats.states).toBe(steps ** 2 + 7 * steps + 1);
  });
});

describe('what each broken variant needs to do harm', () => {
  it.each<[bug: string, without: Set, needed: Set, property: string]>([
    ['exclusive', { refusals: 1 }, { losses: 1 }, 'all or nothing'],
    ['exclusive', { crashes: 1 }, { refusals: 1 }, 'all or nothing'],
    ['key-per-attempt', { crashes: 1, refusals: 1 }, { losses: 1 }, 'nothing twice'],
    ['volatile-decision', { losses: 1, refusals: 1 }, { crashes: 1 }, 'all or nothing'],
    ['no-key', { refusals: 1 }, { crashes: 1 }, 'nothing twice'],
    ['no-undo-key', { refusals: 1 }, { crashes: 1 }, 'nothing undone that was not done'],
    ['blind-undo', { crashes: 1, losses: 1 }, { refusals: 1 }, 'nothing undone that was not done'],
    ['strict-undo', { crashes: 1, losses: 1 }, { refusals: 1 }, 'converges'],
    ['no-tombstone', { refusals: 1 }, { losses: 1 }, 'all or nothing'],
  ])('%s: harmless with %o, and not with %o', (bug, without, needed, property) => {
    const verdicts = (set: Set) =>
      checked({ steps: 2, bug, ...set }).properties.flatMap(({ name, result }) =>
        result === 'violated' ? [name] : [],
      );
    expect(verdicts(without)).not.toContain(property);
    expect(verdicts({ ...without, ...needed })).toContain(property);
  });
});
