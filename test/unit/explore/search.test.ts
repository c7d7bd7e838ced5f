import { describe, expect, it } from 'vitest';
import type { SearchOptions } from '../../../src/explore/exploration.ts';
import { Questions } from '../../../src/explore/questions.ts';
import { Search } from '../../../src/explore/search.ts';
import type { IntegerSystem, Outcome } from '../../../src/model/integer-system.ts';

interface Given {
  readonly initial: readonly number[];
  /** By state, its successors as [action, target, broken claim]. */
  readonly steps: (state: number) => readonly (readonly [number, number, number?])[];
  readonly predicates?: readonly ((state: number) => boolean)[];
}

/** A system of one component, whose value is the state. */
const systemOf = ({ initial, steps, predicates = [] }: Given): IntegerSystem => ({
  width: 1,
  initial: initial.map((state) => Int32Array.of(state)),
  rules: 1,
  predicates: predicates.length,
  initialValues: null,
  budgets: [],
  joint: () => null,
  observation: (component) => ({ component, classify: null }),
  expand: (_, state) => ({
    reads: [0],
    answer: steps(state[0] as number).map(([action, target, brokenClaim = -1]): Outcome => ({
      action,
      brokenClaim,
      writes: [0, target],
    })),
  }),
  decide: (index, state) => ({
    reads: [0],
    answer: predicates[index]?.(state[0] as number) === true,
  }),
  action: (step) => ({
    actor: 0,
    event: { type: 'x' },
    label: 'P',
    fault: null,
    step,
    strong: false,
  }),
});

const unbounded = { statesMax: 1e9, depthMax: 1e9, timeoutMs: 1e9, memoryBytes: 1e15 };
const search = (given: Given, options: Partial<SearchOptions> = {}) =>
  new Search(new Questions(systemOf(given)), {
    bounds: unbounded,
    edges: true,
    watchFalse: [],
    watchTrue: [],
    stopAt: [],
    stopAtClaim: false,
    symmetry: false,
    reduce: false,
    clock: () => 0,
    residentBytes: () => 0,
    interrupted: () => false,
    onProgress: () => {},
    ...options,
  }).run(() => false);

const chain = (length: number): Given => ({
  initial: [0],
  steps: (state) => (state + 1 < length ? [[0, state + 1]] : []),
});

describe('a search', () => {
  it('numbers states breadth first, with their shortest predecessors', () => {
    const given: Given = {
      initial: [5, 3, 5],
      steps: (state) => [
        [0, (state * 2) % 7],
        [1, (state + 1) % 7],
      ],
    };
    const found = search(given);
    const { states, depth, transitions } = found;
    const rows = Array.from({ length: states }, (_, index) => found.row(index)[0]);
    const parents = rows.map((_, index) => found.pathTo(index).at(-2) ?? -1);
    expect(rows).toEqual([5, 3, 6, 4, 0, 1, 2]);
    // 5→3,6  3→6,4  6→5,0  4→1,5  0→0,1  1→2,2  2→4,3
    expect(parents).toEqual([-1, -1, 0, 1, 2, 3, 5]);
    expect(depth).toBe(4);
    expect(transitions).toBe(14);
  });

  it('counts a transition once, by state, action and target; self-loops count', () => {
    const steps: Given['steps'] = (state) => {
      if (state !== 0) return [];
      return [
        [0, 1],
        [0, 1],
        [0, 2],
        [1, 1],
        [1, 0],
        [1, 0],
        [0, 2],
      ];
    };
    const { transitions, graph } = search({ initial: [0], steps });
    expect(transitions).toBe(4);
    expect([...graph.actions]).toEqual([0, 0, 1, 1]);
    expect([...graph.targets]).toEqual([1, 2, 1, 0]);
    expect([...graph.offsets]).toEqual([0, 4, 4, 4]);
  });

  it('marks predicates beyond the 32nd', () => {
    const predicates = Array.from({ length: 70 }, (_, index) => (state: number) => state === index);
    const found = search({ ...chain(70), predicates });
    for (let state = 0; state < 70; state += 1) {
      const held = predicates.flatMap((_, index) => (found.holds(index, state) ? [index] : []));
      expect(held).toEqual([state]);
      expect(found.count(state)).toBe(1);
      expect(found.firstTrue(state)).toBe(state);
      expect(found.firstFalse(state)).toBe(state === 0 ? 1 : 0);
    }
  });

  it('reports the first broken claim, and stops there if asked to', () => {
    const given: Given = {
      initial: [0],
      steps: (state) => (state < 9 ? [[state, state + 1, state >= 4 ? state * 10 : -1]] : []),
    };
    expect(search(given)).toMatchObject({
      brokenClaim: { state: 4, action: 4, claim: 40, target: 5 },
      stopped: false,
      states: 10,
    });
    const { stopped, states } = search(given, { stopAtClaim: true });
    expect([stopped, states]).toEqual([true, 6]);
  });

  it('stops when all that it was asked to falsify is false, not at the first', () => {
    const predicates = [(state: number) => state < 3, (state: number) => state < 6];
    const given = { ...chain(10), predicates };
    const count = (stopAt: number[]): number => search(given, { stopAt }).states;
    expect([count([0]), count([1]), count([0, 1]), count([])]).toEqual([4, 7, 7, 10]);
    const found = search(given, { stopAt: [0, 1] });
    expect([found.stopped, found.firstFalse(0), found.firstFalse(1)]).toEqual([true, 3, 6]);
  });
});

describe('a bound', () => {
  const bounded = (given: Given, bounds: Partial<typeof unbounded>) =>
    search(given, { bounds: { ...unbounded, ...bounds } });

  it.each([
    [9, 'states'],
    [10, null],
    [11, null],
  ])('of %i states cuts a chain of 10: %s', (statesMax, incomplete) => {
    const found = bounded(chain(10), { statesMax });
    expect(found.incomplete).toBe(incomplete);
    expect(found.states).toBe(10);
  });

  it.each([
    [9, 'depth', 9],
    [10, null, 10],
    [11, null, 10],
  ])('of depth %i cuts a chain of 10: %s', (depthMax, incomplete, depth) => {
    const found = bounded(chain(10), { depthMax });
    expect([found.incomplete, found.depth]).toEqual([incomplete, depth]);
  });

  it('of depth 1 expands the initial states', () => {
    const found = bounded(chain(10), { depthMax: 1 });
    expect([found.states, found.depth, found.transitions]).toEqual([2, 1, 1]);
  });

  it('of time or memory is looked at as the search goes on', () => {
    let now = 0;
    const clock = (): number => (now += 10);
    const long = chain(5_000);
    const timed = search(long, { clock, bounds: { ...unbounded, timeoutMs: 300 } });
    expect(timed.incomplete).toBe('time');
    expect(timed.states).toBeLessThan(5_000);
    let resident = 0;
    const residentBytes = (): number => (resident += 100);
    const bounds = { ...unbounded, memoryBytes: 250 };
    const full = search(long, { clock, residentBytes, bounds });
    expect(full.incomplete).toBe('memory');
    expect(search(long, { clock }).incomplete).toBe(null);
  });

  it('of the user is asked at once and again and again', () => {
    expect(search(chain(3), { interrupted: () => true }).incomplete).toBe('interrupted');
    let asks = 0;
    let now = 0;
    const clock = (): number => (now += 30);
    const found = search(chain(5_000), { clock, interrupted: () => (asks += 1) === 5 });
    expect(found.incomplete).toBe('interrupted');
    expect(found.states).toBeGreaterThan(64);
    expect(found.graph.offsets.length).toBe(found.states + 1);
  });

  it('that the system itself has ends the search where it was', () => {
    const steps: Given['steps'] = (state) => {
      if (state === 4) throw new RangeError('enough');
      return [[0, state + 1]];
    };
    const options = {
      bounds: unbounded,
      edges: true,
      watchFalse: [],
      watchTrue: [],
      stopAt: [],
      stopAtClaim: false,
      symmetry: false,
      reduce: false,
      clock: () => 0,
      residentBytes: () => 0,
      interrupted: () => false,
      onProgress: () => {},
    };
    const make = () => new Search(new Questions(systemOf({ initial: [0], steps })), options);
    expect(make().run((thrown) => thrown instanceof RangeError)).toMatchObject({
      incomplete: 'values',
      states: 5,
    });
    expect(() => make().run(() => false)).toThrow('enough');
  });
});
