import { describe, expect, it } from 'vitest';
import orderBySteps from '../../../models/order-by-steps.ts';
import orderFulfilment from '../../../models/order-fulfilment.ts';
import type { Model } from '../../../src/model/define.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import { faultScript, seededChance } from '../../../src/postgres/fault-script.ts';

function scripts(model: Model, orchestrator: string, rate: number) {
  const system = model.build(parameterValues(model.parameters, {}));
  const chance = seededChance(1);
  const all = Array.from({ length: 300 }, () => faultScript(system, orchestrator, rate, chance));
  return { system, all };
}

describe('a script of faults', () => {
  it('keeps to the budget that faults share, whichever they are', () => {
    const { system, all } = scripts(orderBySteps, 'worker', 0.9);
    const pools = Object.values(system.tolerance.pools ?? {});
    expect(pools.length).toBeGreaterThan(0);
    for (const { budget, faults } of pools) {
      const struck = all.map((script) => script.faults.filter((name) => faults.includes(name)));
      expect(Math.max(...struck.map(({ length }) => length))).toBe(budget);
      expect(new Set(struck.flat())).toEqual(new Set(faults));
    }
  });

  it('strikes as often as asked, each fault once', () => {
    const { all } = scripts(orderFulfilment, 'order', 0.5);
    const kills = all.filter(({ killAtPoint }) => killAtPoint !== null).length;
    expect(kills).toBeGreaterThan(110);
    expect(kills).toBeLessThan(190);
    for (const { faults } of all) expect(new Set(faults).size).toBe(faults.length);
    expect(scripts(orderFulfilment, 'order', 0).all.flatMap(({ faults }) => faults)).toEqual([]);
  });
});
