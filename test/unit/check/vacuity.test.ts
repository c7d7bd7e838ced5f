import { describe, expect, it } from 'vitest';
import type { CheckOptions } from '../../../src/check/check.ts';
import { always, leadsTo, sometimes } from '../../../src/model/property.ts';
import { at, tiny, verdict } from './tiny-system.ts';

const STRATEGIES: readonly NonNullable<CheckOptions['strategy']>[] = ['plain', 'tables', 'bitmap'];

describe.each(STRATEGIES)('what was proved of nothing, by %s', (strategy) => {
  const properties = {
    p: always(at('m', 'a', 'b', 'c')),
    seen: sometimes(at('m', 'b')),
    answered: leadsTo(at('m', 'z'), at('m', 'a')),
    real: leadsTo(at('m', 'a'), at('m', 'b')),
  };
  const of = (name: string, steps: readonly string[], budget = 1) => {
    const system = tiny({ m: steps }, { properties, budget });
    const { vacuous, values } = verdict(system, name, { strategy });
    return { vacuous, values };
  };
  const fires = ['a GO b', 'a !CUT c', 'c GO b'];
  const never = ['a GO b', 'x !CUT c', 'c GO z'];

  it('a fault that never fires makes whatever holds vacuous, and is named', () => {
    expect(of('p', fires)).toEqual({ vacuous: false, values: {} });
    expect(of('p', never)).toEqual({ vacuous: true, values: { neverFired: ['m.CUT'] } });
    expect(of('p', never, 0)).toEqual({ vacuous: false, values: {} });
  });

  it('a state that was reached was reached', () => {
    expect(of('seen', never).vacuous).toBe(false);
  });

  it('an antecedent that never holds is not answered', () => {
    expect(of('real', fires)).toEqual({ vacuous: false, values: {} });
    expect(of('answered', fires)).toEqual({
      vacuous: true,
      values: { antecedent: 'never holds' },
    });
  });
});

it('a fault without a bound that never fires is named where tables tell', () => {
  const properties = { p: always(at('m', 'a', 'b')) };
  const system = tiny({ m: ['a GO b', 'x !CUT c'] }, { properties, budget: Infinity });
  expect(verdict(system, 'p', { strategy: 'tables' }).values).toEqual({ neverFired: ['m.CUT'] });
});
