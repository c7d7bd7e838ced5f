import { describe, expect, it } from 'vitest';
import { reduced, unreduced, verdicts } from './reduced.ts';
import type { Rule } from './rule-system.ts';
import { go, smallSystem, step, together, X, Y, Z } from './small-system.ts';
import type { Point, SmallSettings } from './small-system.ts';

/** The point alone is looked for, or nothing but ends. */
const POINT = { watchFalse: [], watchTrue: [0] };
const NOTHING = { watchFalse: [], watchTrue: [] };

const fromXandY = [step({ [X]: 0, [Y]: 0 }, { [X]: 1 }), step({ [X]: 0, [Y]: 1 }, { [X]: 2 })];
const costly = { needs: true };
const free = { needs: true, spends: false };

/**
 * Systems of which the search would say something wrong if it forgot one of its conditions: the
 * point can be reached, but not if one component always takes its step first.
 */
const TRAPS: readonly (readonly [string, readonly Rule[], Point])[] = [
  ['a step leads out of what is looked for', [go(X, 0, 1), go(Y, 0, 1)], { [X]: 0, [Y]: 1 }],
  ['steps go round', [go(X, 0, 1), go(X, 1, 0), go(Y, 0, 1)], { [Y]: 1 }],
  [
    'another step looks at what a step changes',
    [step({ [X]: 0, [Y]: 0 }, { [Y]: 1 }), step({ [Y]: 0, [Z]: 0 }, { [Z]: 1 })],
    { [Z]: 1 },
  ],
  ['another step changes what a step looks at', [...fromXandY, go(Y, 0, 1)], { [X]: 2 }],
  [
    'a wide step changes what a step looks at',
    [...fromXandY, step({ [Y]: 0, [Z]: 0 }, { [Y]: 1, [Z]: 1 }, costly)],
    { [X]: 2 },
  ],
  [
    'a wide step begins where a step does',
    [go(X, 0, 1), step({ [X]: 0, [Y]: 0 }, { [X]: 2, [Y]: 1 }, costly)],
    { [X]: 2 },
  ],
  ['a fault takes the component along', [go(X, 0, 1), together({ [X]: 2, [Y]: 2 })], { [X]: 2 }],
  [
    'a fault changes what a step looks at',
    [...fromXandY, together({ [Y]: 1, [Z]: 1 })],
    { [X]: 2 },
  ],
  [
    'a step costs what another needs',
    [step({ [X]: 0 }, { [X]: 1 }, costly), step({ [Y]: 0 }, { [Y]: 1 }, costly)],
    { [Y]: 1 },
  ],
  [
    'a step costs what another looks at',
    [
      go(X, 0, 1),
      step({ [X]: 0 }, { [X]: 2 }, { label: 'F', needs: true }),
      step({ [Y]: 0 }, { [Y]: 1 }, free),
    ],
    { [X]: 2, [Y]: 1 },
  ],
  [
    'a step costs what a wide one looks at',
    [
      go(X, 0, 1),
      step({ [X]: 0 }, { [X]: 2 }, { label: 'F', needs: true }),
      step({ [Y]: 0, [Z]: 0 }, { [Y]: 1, [Z]: 1 }, free),
    ],
    { [X]: 2, [Y]: 1 },
  ],
];

describe.each(TRAPS)('no step is left for later where %s', (_, rules, point) => {
  it.each([
    ['tables', undefined, undefined],
    ['tables, with small ample sets', undefined, 6],
    ['tables, with tiny ample sets', undefined, 3],
    ['trees', 0, undefined],
    ['tables and trees', 6, undefined],
  ])('by %s', (__, tableMax, rowsMax) => {
    const { system, product } = smallSystem(rules, point, { tableMax });
    const all = unreduced(product, POINT);
    expect(all.firstTrue(0)).not.toBe(-1);
    const found = reduced(product, rowsMax, POINT);
    expect(verdicts(found, system, POINT)).toEqual(verdicts(all, system, POINT));
  });
});

describe('an end is not missed', () => {
  /** Whether every dead end, and every end without faults, is at the point. */
  const endsWell = (rules: readonly Rule[], done: Point, settings: SmallSettings = {}) => {
    const { system, product } = smallSystem(rules, done, settings);
    const [all, found] = [unreduced(product, NOTHING), reduced(product, undefined, NOTHING)];
    expect(verdicts(found, system, NOTHING)).toEqual(verdicts(all, system, NOTHING));
    const said = (one: typeof all) => [one.isDeadlockFree(0), one.isInevitable(0, [])];
    expect(said(found)).toEqual(said(all));
    return said(found);
  };

  it('where a step is gone with the budget', () => {
    const rules = [
      step({ [X]: 0 }, { [X]: 1 }, free),
      step({ [Y]: 0 }, { [Y]: 1 }, { label: 'F', needs: true }),
    ];
    expect(endsWell(rules, { [X]: 1 })).toEqual([false, false]);
  });

  it('where nothing but a fault leads on', () => {
    const rules = [step({ [X]: 0 }, { [X]: 1 }, { label: 'F' }), go(Y, 0, 1)];
    const initial = [[1, 1, 0] as const, [0, 0, 0] as const];
    expect(endsWell(rules, { [X]: 1 }, { initial })).toEqual([true, false]);
  });
});

it.each([undefined, 3])('a claim broken by a step that leads nowhere is not missed, %s', (most) => {
  const broken = step({ [X]: 0, [Y]: 1 }, {}, { breaks: true });
  const { product } = smallSystem([go(X, 0, 1), go(Y, 0, 1), broken], { [X]: 1 });
  expect(unreduced(product, NOTHING).brokenClaim).not.toBe(null);
  expect(reduced(product, most, NOTHING).brokenClaim).not.toBe(null);
});
