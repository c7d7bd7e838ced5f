import { describe, expect, it } from 'vitest';
import { simulate } from '../../../src/generate/simulate.ts';
import { always, eventually, leadsTo, ltl, until } from '../../../src/model/property.ts';
import type { Formula, Property } from '../../../src/model/property.ts';
import type { AnyView } from '../../../src/model/system.ts';
import { assign, setup } from 'xstate';
import { actor, anyOf, type Parts } from '../../../src/model/part.ts';
import { at, expectHolds, expectViolated, judged, tiny, verdict } from './tiny-system.ts';

const m = (...states: readonly string[]) => at('m', ...states);

describe('leadsTo', () => {
  const answered = leadsTo(m('ask'), m('told'));

  it('asks for an answer whenever there is a question', () => {
    expectHolds(judged({ m: ['idle GO ask', 'ask GO told', 'told GO idle'] }, answered));
    expectHolds(judged({ m: ['idle GO idle2', 'idle2 GO idle'] }, answered));
    const late = { m: ['idle GO ask', 'ask GO told', 'told GO ask2', 'ask2 GO told'] };
    expectHolds(judged(late, answered));
    expectViolated(
      judged(late, leadsTo(m('told'), m('idle'))),
      'lasso',
      'idle ask told [ask2 told ask2',
    );
  });

  it('is broken by an end, a loop, and a fault on the way', () => {
    expectViolated(
      judged({ m: ['idle GO ask', 'ask OUT lost'] }, answered),
      'deadlock',
      'idle ask lost',
    );
    const loop = {
      m: ['idle GO ask', 'ask GO wait', 'wait GO wait2', 'wait2 GO wait', 'wait OUT told'],
    };
    expectViolated(judged(loop, answered), 'lasso', 'idle ask [wait wait2 wait');
    const cut = { m: ['idle GO ask', 'ask GO told', 'ask !CUT lost'] };
    expectViolated(judged(cut, answered), 'deadlock', 'idle ask lost');
    expectHolds(judged(cut, answered, { budget: 0 }));
  });

  it('has a shortest trace, in whatever order the initial states come', () => {
    const never = leadsTo(m('a', 'b'), m('z'));
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const machine = setup({
        types: {} as { context: { at: string }; input: string; events: { type: 'GO' } },
      }).createMachine({
        context: ({ input }) => ({ at: input }),
        on: { GO: { guard: ({ context }) => context.at === 'a', actions: assign({ at: 'b' }) } },
      });
      const reads = (view: AnyView): string =>
        (view['m'] as { context: { at: string } }).context.at;
      const property = leadsTo<AnyView>(
        (s) => reads(s) !== 'z',
        (s) => reads(s) === 'z',
      );
      const parts = { m: actor(machine, { input: anyOf(order) }) } as unknown as Parts;
      const tolerance = { environment: { m: { GO: true } }, properties: { p: property } } as const;
      const report = verdict({ parts, tolerance }, 'p');
      expect(report.trace?.steps).toEqual([]);
    }
    expectViolated(judged({ m: ['a GO b'] }, never), 'deadlock', 'a b');
  });

  it('is satisfied by an answer at once', () => {
    expectHolds(judged({ m: ['ask GO lost'] }, leadsTo(m('ask'), m('ask'))));
  });
});

describe('until', () => {
  it('is broken where both fail, whatever comes after', () => {
    const gap = { m: ['a GO b', 'b GO c', 'c GO g'] };
    expectHolds(judged(gap, until(m('a', 'b', 'c'), m('g'))));
    expectViolated(judged(gap, until(m('a', 'b'), m('g'))), 'state', 'a b c');
    expectViolated(
      judged({ m: ['a GO b', 'b GO a'] }, until(m('a', 'b'), m('g'))),
      'lasso',
      '[a b a',
    );
    expectViolated(judged({ m: ['a GO b'] }, until(m('a', 'b'), m('g'))), 'deadlock', 'a b');
  });
});

describe('formulas', () => {
  const line = { m: ['a GO b', 'b GO c', 'c GO d'] };
  const of = (formula: Formula<AnyView>): Property<AnyView> => ltl(formula);

  it('look at the next step; a path that has ended stays', () => {
    expectHolds(judged(line, of({ next: m('b') })));
    expectHolds(judged(line, of({ next: { next: { next: { next: { next: m('d') } } } } })));
    expectViolated(judged(line, of({ next: m('c') })), 'state', 'a b');
  });

  it('agree with the properties that have names', () => {
    const systems = [
      line,
      { m: ['a GO b', 'b GO a'] },
      { m: ['a GO b', 'b GO c', 'c GO b', 'b OUT d'] },
      { m: ['a GO d'], n: ['x SPIN y', 'y SPIN x'] },
    ];
    for (const system of systems) {
      for (const state of ['a', 'b', 'c', 'd']) {
        const pairs: readonly (readonly [Property<AnyView>, Formula<AnyView>])[] = [
          [always(m(state)), { always: m(state) }],
          [eventually(m(state)), { eventually: m(state) }],
          [
            leadsTo(m('b'), m(state)),
            { not: { eventually: { and: [m('b'), { always: { not: m(state) } }] } } },
          ],
          [until(m('a'), m(state)), { not: { release: [{ not: m('a') }, { not: m(state) }] } }],
        ];
        for (const [named, formula] of pairs) {
          expect(judged(system, of(formula)).result).toBe(judged(system, named).result);
        }
      }
    }
  });

  it('know true and false', () => {
    expectHolds(judged(line, of({ and: [] })));
    expectViolated(judged(line, of({ or: [] })), 'state', 'a');
    expectViolated(judged(line, of({ always: { eventually: { or: [] } } })), 'deadlock', 'a b c d');
    expectHolds(judged(line, of({ always: { implies: [{ or: [] }, m('a')] } })));
  });

  it('are judged on single runs, too', () => {
    const system = tiny(line, {
      properties: {
        right: of({ eventually: m('d') }),
        wrong: of({ eventually: { and: [m('b'), { next: m('d') }] } }),
      },
    });
    const { properties } = simulate(system, { runs: 5, seed: 1 });
    expect(properties.map(({ name, result }) => `${name} ${result}`)).toEqual([
      'right holds',
      'wrong violated',
    ]);
  });
});

describe('fairness claims', () => {
  // The way out is enabled in one state of the loop only.
  const passing = { m: ['a GO b', 'b GO a', 'b OUT g'] };
  const gets = (fairness: object) => judged(passing, eventually(m('g'), { fairness }));

  it('strong where it is enabled again and again', () => {
    expectViolated(gets({ weak: ['m.OUT'] }), 'lasso', '[a b a');
    expectHolds(gets({ strong: ['m.OUT'] }));
    expectViolated(gets({ strong: ['m.GO'] }), 'lasso', '[a b a');
    expectViolated(gets({ weak: ['*'], strong: ['m'] }), 'lasso', '[a b a');
  });

  it('of an actor, and of every step', () => {
    const two = { m: ['a GO g'], n: ['x SPIN y', 'y SPIN x'] };
    const gone = (fairness: object) => judged(two, eventually(m('g'), { fairness }));
    expectHolds(gone({ weak: ['m'] }));
    expectViolated(gone({ weak: ['n'] }), 'lasso', '[ax ay ax');
    expectViolated(gone({ weak: ['*'] }), 'lasso', '[ax ay ax');
    expectViolated(gone({}), 'lasso', '[ax ay ax');
  });

  it('that name nobody are a mistake', () => {
    expect(() => gets({ weak: ['nobody'] })).toThrow(/RCV304|names no actor/);
  });
});
