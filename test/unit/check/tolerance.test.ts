import { describe, expect, it } from 'vitest';
import { check } from '../../../src/check/check.ts';
import { retrace } from '../../../src/check/retrace.ts';
import { toleranceOf } from '../../../src/check/tolerance.ts';
import { axesOf, withBudgets } from '../../../src/machine/budgets.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import type { System } from '../../../src/model/system.ts';
import type { ToleranceRow } from '../../../src/model/verdict.ts';
import orderFulfilment from '../../../models/order-fulfilment.ts';
import { memoryAccess } from '../../known-answers/memory-access.ts';

const flagship = (bug: string): System =>
  orderFulfilment.build(parameterValues(orderFulfilment.parameters, { bug }));

/** Class and violation of a budget vector, from a check of its own. */
function assessed(system: System, budgets: ToleranceRow['faults']) {
  const { properties } = check(withBudgets(system, budgets));
  const all = (kind: string): boolean => {
    const asked = properties.filter((property) => property.kind === kind);
    return asked.length > 0 && asked.every(({ result }) => result === 'holds');
  };
  const [isSafe, isConvergent] = [all('always'), all('converges')];
  if (isSafe) return isConvergent ? 'masking' : 'fail-safe';
  return isConvergent ? 'nonmasking' : 'intolerant';
}

describe('the tolerance table', () => {
  it.each([
    { detects: false, corrects: false, tolerates: 'intolerant' },
    { detects: true, corrects: false, tolerates: 'fail-safe' },
    { detects: false, corrects: true, tolerates: 'nonmasking' },
    { detects: true, corrects: true, tolerates: 'masking' },
  ])('knows the four classes: $tolerates', ({ tolerates, ...parts }) => {
    const { rows, missing } = toleranceOf(memoryAccess(parts, 2));
    const [row] = rows;
    expect({ missing, rows: rows.length }).toEqual({ missing: null, rows: 1 });
    expect(row?.faults).toEqual({ 'memory.PAGEOUT': tolerates === 'masking' ? 2 : 0 });
    expect(row?.tolerates).toBe('masking');
    expect(row?.values['beyond'] ?? row?.tolerates).toBe(tolerates);
    expect(row?.atLeast).toBe(tolerates === 'masking');
    expect(row?.witness === null).toBe(tolerates === 'masking');
  });

  it('is right at every point of the flagship, and its witnesses are behaviours', () => {
    const system = flagship('volatile-intent');
    const { rows, missing } = toleranceOf(system, {}, check(system));
    expect(missing).toBeNull();
    const vectors = rows.filter(({ faults }) => Object.keys(faults).length > 1);
    const broken = vectors.filter(({ witness }) => witness !== null);
    expect(broken.length).toBeLessThan(vectors.length);
    const fired = broken.map(({ faults }) => Object.keys(faults).filter((one) => faults[one]! > 0));
    // Harmless alone, each of them.
    expect(fired.map((names) => names.join(' + ')).toSorted()).toEqual([
      'order.crash + charge.halfDone',
      'order.crash + charge.loseReply + charge.late',
      'order.crash + charge.refuse',
      'order.crash + ship.refuse',
    ]);
    for (const { faults, tolerates, values, witness, atLeast } of rows) {
      expect(assessed(system, faults)).toBe(tolerates);
      const beyond = (values['witnessOf'] ?? faults) as ToleranceRow['faults'];
      if (witness !== null) retrace(withBudgets(system, beyond), witness);
      if (typeof values['beyond'] === 'string')
        expect(assessed(system, beyond)).toBe(values['beyond']);
      expect(atLeast && witness !== null).toBe(false);
    }
    // One fault less, and a minimal vector is tolerated.
    for (const { faults } of broken) {
      for (const name of Object.keys(faults).filter((one) => faults[one]! > 0)) {
        expect(assessed(system, { ...faults, [name]: faults[name]! - 1 })).toBe('masking');
      }
    }
  });

  it('asks of a system without an invariant no more than it can show', () => {
    const { parts, tolerance } = memoryAccess({ detects: true, corrects: true }, 2);
    const { properties: _, ...others } = tolerance;
    const { required, rows } = toleranceOf({ parts, tolerance: others });
    expect(required).toBe('nonmasking');
    expect(rows[0]).toMatchObject({ tolerates: 'nonmasking', atLeast: true });
    const { consistent: __, ...nothing } = others;
    expect(toleranceOf({ parts, tolerance: nothing })).toMatchObject({ required: null, rows: [] });
  });

  it('says which rows a bound has cost', () => {
    const { rows, missing } = toleranceOf(flagship('none'), { statesMax: 20 });
    expect(missing).toMatch(/bound/);
    expect(rows.length).toBeLessThan(3);
  });

  it('probes a pool without budget together with its members', () => {
    const { parts, tolerance } = flagship('none');
    const charge = { ...tolerance.faults?.['charge'], late: 0, loseReply: 0 };
    const faults = { ...tolerance.faults, charge };
    const pools = { network: { budget: 0, faults: ['charge.late', 'charge.loseReply'] } };
    const pooled = { parts, tolerance: { ...tolerance, faults, pools } };
    const some = withBudgets(pooled, { network: 1 }).tolerance.faults?.['charge'];
    expect(some).toMatchObject({ late: 1, loseReply: 1 });
    expect(withBudgets(pooled, {}).tolerance.faults?.['charge']).toMatchObject({ late: 0 });
    const declared = { ...pooled.tolerance, pools: { network: { ...pools.network, budget: 2 } } };
    const left = withBudgets({ parts, tolerance: declared }, { network: 1 });
    expect(left.tolerance.faults?.['charge']).toMatchObject({ late: 0 });
  });

  it('names the budgets that can be chosen, pools included', () => {
    const { tolerance } = flagship('none');
    const pools = { network: { budget: 2, faults: ['charge.late', 'refund.loseReply'] } };
    const axes = axesOf({ ...tolerance, pools });
    expect(axes.at(-1)).toEqual({ name: 'network', budget: 2, nature: null });
    expect(axes.map(({ name }) => name)).not.toContain('charge.late');
    const pooled = { parts: flagship('none').parts, tolerance: { ...tolerance, pools } };
    expect(withBudgets(pooled, {}).tolerance.pools).toEqual({
      network: { budget: 0, faults: ['charge.late', 'refund.loseReply'] },
    });
    expect(check(withBudgets(pooled, {})).stats.states).toBe(
      check(withBudgets(flagship('none'), {})).stats.states,
    );
  });
});
