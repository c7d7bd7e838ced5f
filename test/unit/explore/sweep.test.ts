import { describe, expect, it } from 'vitest';
import type { SearchOptions } from '../../../src/explore/exploration.ts';
import { Untabled } from '../../../src/explore/numbering.ts';
import { inOrder, layerValues } from '../../../src/explore/sweep-edges.ts';
import { SweepSearch, type SweepSettings } from '../../../src/explore/sweep.ts';
import type { IntegerSystem } from '../../../src/model/integer-system.ts';
import { Dice } from '../../oracle/dice.ts';
import { anySearch, DRAWINGS, PREDICATES, plainly, productOf } from './random-search.ts';
import { randomSystem, type RandomSystem } from './random-system.ts';

/** What is known after a plain search, by its states and edges one by one. */
function expected(random: RandomSystem) {
  const { found, states, isEnd, isQuiet } = plainly(random);
  return {
    states: found.states,
    transitions: found.transitions,
    initial: states.filter((state) => found.pathTo(state).length === 1).length,
    isEverFalse: PREDICATES.map((p) => found.firstFalse(p) !== -1),
    isEverTrue: PREDICATES.map((p) => found.firstTrue(p) !== -1),
    counts: PREDICATES.map((p) => found.count(p)),
    breaksClaim: found.brokenClaim !== null,
    isDeadlockFree: PREDICATES.map((p) => states.every((s) => !isEnd(s) || found.holds(p, s))),
    endsWell: PREDICATES.map((p) => states.every((s) => !isQuiet(s) || found.holds(p, s))),
  };
}

type Expected = ReturnType<typeof expected>;

/** The same after a sweep; what a sweep may leave open is as expected then. */
function swept(found: SweepSearch, { endsWell }: Expected): Expected {
  return {
    states: found.states,
    transitions: found.transitions,
    initial: found.initial,
    isEverFalse: PREDICATES.map((p) => found.isEverFalse(p)),
    isEverTrue: PREDICATES.map((p) => found.isEverTrue(p)),
    counts: PREDICATES.map((p) => found.count(p)),
    breaksClaim: found.breaksClaim,
    isDeadlockFree: PREDICATES.map((p) => found.isDeadlockFree(p)),
    endsWell: PREDICATES.map((p) => found.endsWell([p]) ?? endsWell[p]!),
  };
}

/** Rows laid out in every way by one group, and in some ways by several. */
function layouts(seed: number, groups: number): readonly SweepSettings[] {
  const dice = new Dice(seed);
  const digits = Array.from({ length: groups }, (_, group) => group + 1);
  const several = digits.filter(() => dice.chance(1, 2));
  const tails = [...digits.map((digit) => [digit]), ...(several.length === 0 ? [] : [several])];
  const cut = { chunkWords: 2 ** dice.roll(6), visits: 1 + dice.roll(3) };
  return [{}, cut, ...tails.map((tail) => ({ tail, ...cut }))];
}

/** The long run has more. */
const SEEDS = process.env['RECONVERGE_TESTS'] === 'long' ? 200 : 20;

describe('a sweep', () => {
  it.each(DRAWINGS)('finds what the plain search finds: %s', (_, drawing) => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = randomSystem(seed, drawing);
      const plain = expected(random);
      const product = productOf(random);
      for (const layout of layouts(seed, random.partition.length)) {
        const found = swept(new SweepSearch(product, anySearch, layout).run(), plain);
        expect({ seed, layout, found }).toEqual({ seed, layout, found: plain });
      }
    }
  });

  it.each(DRAWINGS)('finds it with wide rules, or refuses: %s', (_, drawing) => {
    let refused = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = randomSystem(seed, drawing);
      const plain = expected(random);
      const product = productOf(random, seed % 3 === 0 ? 0 : 12);
      for (const layout of layouts(seed, random.partition.length)) {
        let search: SweepSearch;
        try {
          search = new SweepSearch(product, anySearch, layout);
        } catch (thrown) {
          if (!(thrown instanceof Untabled)) throw thrown;
          refused += 1;
          break;
        }
        const found = swept(search.run(), plain);
        expect({ seed, layout, found }).toEqual({ seed, layout, found: plain });
      }
    }
    expect(refused).toBeLessThan(drawing.twins ? (2 * SEEDS) / 3 : SEEDS / 4);
  });
});

/** Two components; a rule is what it needs of both, and what it makes of them. */
function pairSystem(
  rules: readonly { needs: readonly number[]; makes: readonly number[]; claim?: number }[],
): RandomSystem {
  const system: IntegerSystem = {
    width: 2,
    initial: [Int32Array.of(0, 0)],
    initialValues: null,
    rules: rules.length,
    predicates: PREDICATES.length,
    budgets: [],
    joint: () => null,
    observation: (component) => ({ component, classify: null }),
    expand: (rule, state) => {
      const { needs, makes, claim = -1 } = rules[rule]!;
      const isEnabled = needs.every((value, component) => state[component] === value);
      const writes = makes.flatMap((value, component) => [component, value]);
      return {
        reads: [0, 1],
        answer: isEnabled ? [{ action: rule, brokenClaim: claim, writes }] : [],
      };
    },
    decide: () => ({ reads: [], answer: true }),
    action: (step) => ({
      actor: 0,
      event: { type: 'x' },
      label: 'P',
      fault: null,
      step,
      strong: false,
    }),
  };
  return { system, partition: [[0], [1]] };
}

describe('rows', () => {
  it('break a claim only by a step of a state that is there', () => {
    const both = { needs: [0, 0], makes: [1, 1] };
    const never = { needs: [1, 0], makes: [0, 0], claim: 0 };
    const product = productOf(pairSystem([both, never]));
    for (const tail of [[1], [2], [1, 2]]) {
      const found = new SweepSearch(product, anySearch, { tail }).run();
      expect([found.states, found.breaksClaim]).toEqual([2, false]);
    }
  });

  it('follow each other as steps do, whatever was found first', () => {
    const steps = [
      [0, 1],
      [0, 2],
      [2, 1],
    ].map(([from, to]) => ({ needs: [from!, 0], makes: [to!, 0] }));
    const product = productOf(pairSystem(steps));
    const [, first] = inOrder(product, layerValues(product.closure, 0)!);
    expect([...product.closure.valuesOf(0, 0)]).toEqual([0, 1, 2]);
    expect([...first!]).toEqual([0, 2, 1]);
  });
});

const large = { components: 5, values: 8, sight: 2, upward: true, twins: false } as const;

function bounded(options: Partial<SearchOptions>): SweepSearch {
  return new SweepSearch(productOf(randomSystem(1, large)), { ...anySearch, ...options }).run();
}

describe('a sweep that is cut short', () => {
  const { bounds } = anySearch;

  it('says which bound it reached, and what it found so far', () => {
    const whole = bounded({});
    expect(whole.incomplete).toBe(null);
    const cut = bounded({ bounds: { ...bounds, statesMax: 1 } });
    expect(cut.incomplete).toBe('states');
    expect(cut.states).toBeGreaterThan(1);
    expect(cut.states).toBeLessThanOrEqual(whole.states);
    expect(bounded({ bounds: { ...bounds, timeoutMs: -1 } }).incomplete).toBe('time');
    expect(bounded({ residentBytes: () => 1e16 }).incomplete).toBe('memory');
    expect(bounded({ interrupted: () => true }).incomplete).toBe('interrupted');
  });

  it('refuses rows that do not fit into memory', () => {
    expect(() => bounded({ bounds: { ...bounds, memoryBytes: 8 } })).toThrow(Untabled);
  });
});
