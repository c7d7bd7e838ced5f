import { describe, expect, it } from 'vitest';
import type { CheckOptions } from '../../../src/check/check.ts';
import { withBudgets } from '../../../src/machine/budgets.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import { always, eventually, leadsTo, sometimes } from '../../../src/model/property.ts';
import type { Property } from '../../../src/model/property.ts';
import type { AnyView, System } from '../../../src/model/system.ts';
import orderFulfilment from '../../../models/order-fulfilment.ts';
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

  const idle = (name: string, property: Property<AnyView>) => {
    const actors = { m: ['a GO b', 'a OUT c'], still: ['a GO b'] };
    const environment = { m: { GO: true, OUT: true } } as const;
    const system = tiny(actors, { properties: { [name]: property }, environment });
    return verdict(system, name, { strategy });
  };

  it('a property of actors that never do anything is named, one that an actor keeps is not', () => {
    const reason = { steps: 'change nothing that it reads' };
    expect(idle('p', always(at('still', 'a')))).toMatchObject({ vacuous: true, values: reason });
    expect(
      idle(
        'p',
        always(() => true),
      ),
    ).toMatchObject({ vacuous: true, values: reason });
    expect(idle('p', eventually(at('still', 'a')))).toMatchObject({ values: reason });
    for (const kept of [at('m', 'a', 'b', 'c'), (view: AnyView) => !at('m', 'z')(view)]) {
      expect(idle('p', always(kept))).toMatchObject({ vacuous: false, values: {} });
    }
    const either = (view: AnyView) => at('still', 'b')(view) || at('m', 'a', 'b', 'c')(view);
    expect(idle('p', always(either)).vacuous).toBe(false);
    expect(idle('p', always(at('still', 'b')))).toMatchObject({ result: 'violated', values: {} });
  });

  it('what is true at the start is no goal of a path', () => {
    const reason = { steps: 'true at the start' };
    expect(idle('p', eventually(at('m', 'a')))).toMatchObject({ vacuous: true, values: reason });
    expect(idle('p', eventually(at('m', 'b', 'c'))).vacuous).toBe(false);
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

describe('a recovery that never happens', () => {
  const flagship = (bug: string): System =>
    orderFulfilment.build(parameterValues(orderFulfilment.parameters, { bug, crashes: '0' }));
  const recovery = (system: System, options: CheckOptions = {}) =>
    verdict(system, 'recovery', options);

  it.each([
    ['unrecalled', ['order.rollingBack.recalling']],
    ['volatile-intent', ['order.compensating.decided', 'order.rollingBack.decided']],
  ])('is named: %s', (bug, neverEntered) => {
    expect(recovery(flagship(bug))).toMatchObject({ vacuous: true, values: { neverEntered } });
  });

  it('is none where all of them do', () => {
    expect(recovery(flagship('none'))).toMatchObject({ vacuous: false, values: {} });
  });

  it('is missed only where a fault asks for it', () => {
    const alone = withBudgets(flagship('unrecalled'), { 'charge.loseReply': 1 });
    expect(recovery(alone).values['neverEntered']).toEqual(
      expect.arrayContaining(['order.rollingBack.recalling']),
    );
    const none = withBudgets(flagship('unrecalled'), {});
    expect(recovery(none)).toMatchObject({ vacuous: false, values: {} });
  });
});
