import { describe, expect, it } from 'vitest';
import { Layout } from '../../../src/explore/layout.ts';
import { Questions } from '../../../src/explore/questions.ts';
import { Search } from '../../../src/explore/search.ts';
import type { IntegerSystem } from '../../../src/model/integer-system.ts';
import { Dice } from '../../oracle/dice.ts';
import { naively, throughClasses, withEdits } from './naive-search.ts';
import { anySearch, DRAWINGS, PREDICATES } from './random-search.ts';
import { randomSystem } from './random-system.ts';

const SEEDS = 120;

/** All that both know of a system. */
function difference(system: IntegerSystem): string[] {
  const naive = naively(system);
  const found = new Search(new Questions(system), anySearch).run(() => false);
  const { offsets, actions, targets } = found.graph;
  const wrong: string[] = [];
  const same = (what: string, one: unknown, other: unknown): void => {
    if (JSON.stringify(one) !== JSON.stringify(other)) wrong.push(what);
  };
  same('states', found.states, naive.states.length);
  for (const [state, vector] of naive.states.entries()) {
    same('row', [...found.row(state)].slice(0, vector.length), [...vector]);
    same('parent', found.pathTo(state).at(-2) ?? -1, naive.parents[state]);
    const edges = naive.edges[state]!;
    const [begin, end] = [offsets[state]!, offsets[state + 1]!];
    same(
      'targets',
      [...targets.subarray(begin, end)],
      edges.map(({ target }) => target),
    );
    same(
      'actions',
      [...actions.subarray(begin, end)],
      edges.map(({ action }) => action),
    );
    for (const predicate of PREDICATES) {
      const { answer } = system.decide(predicate, vector);
      same('predicate', found.holds(predicate, state), answer);
    }
  }
  for (const predicate of PREDICATES) {
    same('first false', found.firstFalse(predicate), naive.first(predicate, false));
    same('first true', found.firstTrue(predicate), naive.first(predicate, true));
  }
  return wrong;
}

const VARIANTS = [
  ['as it is', (system: IntegerSystem) => system],
  ['through classes', throughClasses],
  ['with edits', withEdits],
  ['with edits, through classes', (system: IntegerSystem) => withEdits(throughClasses(system))],
] as const;

describe.each(DRAWINGS)('the plain search finds what a naive one finds: %s', (_, drawing) => {
  it.each(VARIANTS)('%s', (_name, variant) => {
    const wrong = Array.from({ length: SEEDS }, (__, seed) => {
      const { system } = randomSystem(seed, drawing);
      return difference(variant(system)).map((what) => `${seed} ${what}`);
    });
    expect(wrong.flat().slice(0, 5)).toEqual([]);
  });
});

describe('a layout', () => {
  it('gives back what was put into it, however it has grown', () => {
    const dice = new Dice(7);
    for (let round = 0; round < 200; round += 1) {
      const least = Array.from({ length: 1 + dice.roll(9) }, () => dice.roll(32));
      const more = least.map((bits) => Math.min(32, bits + dice.roll(3)));
      const layout = new Layout(least).grown(more);
      const state = Int32Array.from(more, (bits) => (bits === 0 ? 0 : (-1 >>> (32 - bits)) | 0));
      const packed = new Int32Array(layout.words + 2);
      layout.pack(state, packed, 1);
      const unpacked = new Int32Array(layout.width);
      layout.unpack(packed, 1, unpacked);
      expect(unpacked).toEqual(state);
      expect([packed[0], packed.at(-1)]).toEqual([0, 0]);
    }
  });

  it('moves nothing for a component that is new, while there is room', () => {
    const layout = new Layout([3, 20]);
    expect(layout.grown([3, 20, 5]).extends(layout)).toBe(true);
    expect(layout.grown([3, 20, 10]).extends(layout)).toBe(false);
    expect(layout.grown([4, 20]).extends(layout)).toBe(false);
  });
});
