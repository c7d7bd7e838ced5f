import { describe, expect, it } from 'vitest';
import { assign, sendTo, setup } from 'xstate';
import tokenRing from '../../../models/token-ring.ts';
import twoPhaseCommit from '../../../models/two-phase-commit.ts';
import { retrace } from '../../../src/check/retrace.ts';
import { randomWalk } from '../../../src/generate/walk.ts';
import { Stepping } from '../../../src/generate/stepping.ts';
import { compile, type Compiled } from '../../../src/machine/compile.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import { actor, anyOf, replicas } from '../../../src/model/part.ts';
import { peer } from '../../../src/model/peer.ts';
import { actors, type System } from '../../../src/model/system.ts';
import { Dice } from '../../oracle/dice.ts';

const ring = (processes: number, values: number): System =>
  tokenRing.build(
    parameterValues(tokenRing.parameters, { processes: `${processes}`, values: `${values}` }),
  );

const combined = (values: readonly (readonly number[])[]): number[][] =>
  values.reduce<number[][]>(
    (rows, some) => rows.flatMap((row) => some.map((value) => [...row, value])),
    [[]],
  );

const rows = ({ initial }: Compiled): number[][] => initial.map((state) => [...state]);

const counter = setup({
  types: {} as { context: { n: number }; input: number; events: { type: 'GO' } },
}).createMachine({ context: ({ input }) => ({ n: input }), on: { GO: {} } });

describe('initial values', () => {
  it('are all combinations of what each actor may start with, the last one changing first', () => {
    const system = actors({
      a: actor(counter, { input: anyOf([3, 1]) }),
      b: replicas(2, counter, { input: (index) => anyOf([7, index, 7]) }),
      c: actor(counter, { input: 0 }),
    }).faultTolerant({
      channels: { a: 'fifo', b: 'set', c: { kind: 'set', volatile: true } },
      faults: { a: { crash: 4 }, b: { crash: 0, pause: 2 } },
    });
    const compiled = compile(system, []);
    const { initialValues } = compiled;
    expect(initialValues?.map(({ length }) => length)).toEqual([2, 2, 2, 1, 1, 1, 1, 1]);
    expect(initialValues?.slice(-2)).toEqual([[4], [2]]);
    expect(compiled.budgets).toEqual([6, 7]);
    expect(rows(compiled)).toEqual(combined(initialValues ?? []));
    const seen = compiled.initial.map((state) => {
      const view = compiled.stateView(state) as Record<string, { context: { n: number } }>;
      return ['a', 'b[0]', 'b[1]'].map((name) => view[name]?.context.n).join('');
    });
    expect(seen).toEqual(['377', '371', '307', '301', '177', '171', '107', '101']);
    expect(compiled.starts.count).toBe(8);
    expect(seen.map((_, index) => [...compiled.starts.at(index)])).toEqual(rows(compiled));
  });

  it('are none where somebody is told something at the start', () => {
    type Put = { type: 'PUT'; n: number };
    const greeter = setup({
      types: {} as { context: { n: number }; input: number },
    }).createMachine({
      context: ({ input }) => ({ n: input }),
      entry: sendTo(peer<Put>('box'), ({ context }) => ({ type: 'PUT', n: context.n })),
    });
    const box = setup({ types: {} as { context: { n: number }; events: Put } }).createMachine({
      context: { n: 0 },
      on: { PUT: { actions: assign({ n: ({ event }) => event.n }) } },
    });
    for (const channel of ['rendezvous', 'set', 'bag'] as const) {
      const compiled = compile(
        actors({
          from: actor(greeter, { input: anyOf([4, 5, 4]) }),
          box: actor(box),
        }).faultTolerant({
          channels: { box: channel },
        }),
        [],
      );
      expect(compiled.initialValues).toBeNull();
      expect(compiled.initial).toHaveLength(2);
      expect(compiled.starts.count).toBe(2);
      const views = compiled.initial.map((state) => JSON.stringify(compiled.stateView(state)));
      for (const [index, n] of [4, 5].entries()) {
        expect(compiled.starts.at(index)).toEqual(compiled.initial[index]);
        expect(views[index]).toContain(`"from":{"value":{},"context":{"n":${n}}}`);
        expect(views[index]).toContain(channel === 'rendezvous' ? `"n":${n}}}` : `"PUT"}]`);
      }
    }
  });

  it('of models of the library: rings and commits start each for itself', () => {
    const commit = twoPhaseCommit.build(parameterValues(twoPhaseCommit.parameters, {}));
    for (const system of [ring(4, 3), commit]) {
      const compiled = compile(system, []);
      expect(rows(compiled)).toEqual(combined(compiled.initialValues ?? []));
    }
    expect(compile(ring(4, 3), []).initial).toHaveLength(81);
  });
});

describe('more initial states than anybody would list', () => {
  const system = ring(9, 9);

  it('are told by their values', () => {
    const compiled = compile(system, []);
    expect(compiled.initialValues?.map(({ length }) => length)).toEqual(Array(9).fill(9));
    expect(compiled.starts.count).toBe(9 ** 9);
    expect([...compiled.starts.at(9 ** 9 - 1)]).toEqual(Array(9).fill(8));
    // Replicas start alike: two kinds of actors with nine inputs each.
    expect(compiled.world.xstateCalls).toBe(18);
  });

  it('are walked from, and a trace finds where it began', () => {
    const stepping = new Stepping(compile(system, []));
    const dice = new Dice(1);
    const nextInt = (min: number, max: number): number => min + dice.roll(max - min + 1);
    const { start, steps } = randomWalk(stepping, { nextInt }, { stepsMax: 5 });
    const initial = stepping.compiled.stateView(start.row);
    const trace = { initial, steps: steps.map((step) => stepping.traceStep(step)), loop: null };
    expect(trace.steps.length).toBeGreaterThan(0);
    retrace(system, trace);
    const elsewhere = { ...initial, bottom: { value: {}, context: { x: 9, values: 9 } } };
    expect(() => retrace(system, { ...trace, initial: elsewhere })).toThrow('no initial state');
  });
});
