import { describe, expect, it } from 'vitest';
import { faultPlan } from '../../../src/machine/fault.ts';
import { FAULT_NATURE } from '../../../src/model/failure.ts';
import { fault, type AnyFaultTolerance, type AnyView } from '../../../src/model/system.ts';
import { expectRefused } from './expect-code.ts';

const shown = (tolerance: AnyFaultTolerance) => {
  const { faults, pools } = faultPlan(tolerance);
  return {
    faults: Object.fromEntries([...faults].map(([name, { pool }]) => [name, pool])),
    pools: pools.map(({ name, budget }) => `${name} ${budget}`),
  };
};

describe('the fault plan', () => {
  it('gives every fault a budget of its own', () => {
    const send = () => ({ type: 'HALF' });
    const cut = fault<AnyView, object>({
      kind: 'network',
      persistence: 'transient',
      class: 'omission',
      budget: 3,
    });
    const once = fault<AnyView, object>({
      kind: 'network',
      persistence: 'transient',
      class: 'omission',
    });
    expect(
      shown({
        faults: { order: { crash: 2, pause: 1 }, charge: { halfDone: { times: 4, send } } },
        environment: { link: { CUT: cut, FADE: once, GO: true } },
      }),
    ).toEqual({
      faults: {
        'order.crash': 0,
        'order.pause': 1,
        'charge.halfDone': 2,
        'link.CUT': 3,
        'link.FADE': 4,
      },
      pools: ['order.crash 2', 'order.pause 1', 'charge.halfDone 4', 'link.CUT 3', 'link.FADE 1'],
    });
  });

  it('leaves out a budget of 0, and counts no infinite one', () => {
    const faults = { a: { crash: 0, pause: Infinity, halt: 1 } };
    expect(shown({ faults })).toEqual({
      faults: { 'a.pause': null, 'a.halt': 0 },
      pools: ['a.halt 1'],
    });
  });

  it('lets faults of a pool share its budget, whatever their own', () => {
    const faults = { a: { crash: 5, pause: Infinity }, b: { crash: 1, halt: 0 } };
    const pooled = ['a.crash', 'a.pause', 'b.halt'];
    expect(shown({ faults, pools: { all: { budget: 2, faults: pooled } } })).toEqual({
      faults: { 'a.crash': 0, 'a.pause': 0, 'b.crash': 1 },
      pools: ['all 2', 'b.crash 1'],
    });
  });

  it('takes a pool of 0 for none of its faults, an infinite one for no bound', () => {
    const faults = { a: { crash: 5 }, b: { crash: 1 } };
    expect(shown({ faults, pools: { all: { budget: 0, faults: ['a.crash'] } } })).toEqual({
      faults: { 'b.crash': 0 },
      pools: ['b.crash 1'],
    });
    expect(shown({ faults, pools: { all: { budget: Infinity, faults: ['a.crash'] } } })).toEqual({
      faults: { 'a.crash': null, 'b.crash': 0 },
      pools: ['b.crash 1'],
    });
  });

  it('says what kind of fault each is, by the library or by its declaration', () => {
    const nature = { kind: 'data', persistence: 'partial', class: 'arbitrary' } as const;
    const { faults } = faultPlan({
      faults: { a: { crash: 1 }, call: { late: 1 } },
      environment: { a: { LIE: fault<AnyView, object>(nature) } },
    });
    expect(faults.get('a.crash')?.fired).toEqual({ name: 'a.crash', ...FAULT_NATURE.crash });
    expect(faults.get('call.late')?.fired).toEqual({ name: 'call.late', ...FAULT_NATURE.late });
    expect(faults.get('a.LIE')?.fired).toEqual({ name: 'a.LIE', ...nature });
  });

  it.each([-1, 1.5, NaN, -Infinity])('refuses a budget of %d', (budget) => {
    expectRefused('RCV205', () => faultPlan({ faults: { a: { crash: budget } } }), 'a.crash');
    const pools = { p: { budget, faults: [] } };
    expectRefused('RCV205', () => faultPlan({ pools }), `'p' is ${budget}`);
    const nature = { kind: 'data', persistence: 'partial', class: 'arbitrary', budget } as const;
    const environment = { a: { LIE: fault<AnyView, object>(nature) } };
    expectRefused('RCV205', () => faultPlan({ environment }), 'a.LIE');
  });

  it('refuses what is no fault, and a pool of faults that nobody declared', () => {
    const explode = { explode: 1 } as object;
    expectRefused('RCV205', () => faultPlan({ faults: { a: explode } }), "'explode'");
    const pools = { p: { budget: 1, faults: ['a.crash', 'b.crash'] } };
    expectRefused('RCV205', () => faultPlan({ faults: { a: { crash: 1 } }, pools }), "'b.crash'");
  });
});
