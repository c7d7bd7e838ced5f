import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import type { Refines } from '../../src/model/property.ts';
import type { AnyView } from '../../src/model/system.ts';
import type { PropertyReport } from '../../src/model/verdict.ts';
import checkpointed from '../../models/reference-checkpointed.ts';
import reference from '../../models/reference-orchestration.ts';

const build = (given: Readonly<Record<string, string>> = {}) =>
  checkpointed.build(parameterValues(checkpointed.parameters, given));
const referenceOf = (given: Readonly<Record<string, string>>) =>
  reference.build(parameterValues(reference.parameters, given));

/** What becomes of the refinement with something else in it. */
function judged(
  change: (original: Refines<AnyView>) => Partial<Refines<AnyView>>,
  given: Readonly<Record<string, string>> = {},
) {
  const system = build(given);
  const original = system.tolerance.properties?.['refines'] as Refines<AnyView>;
  const properties = { refines: { ...original, ...change(original) } };
  return only(check({ ...system, tolerance: { ...system.tolerance, properties } }, REFINES));
}

const REFINES = { properties: ['refines'] } as const;
const only = ({ properties }: { properties: readonly PropertyReport[] }): PropertyReport =>
  properties[0]!;
const faultsOf = ({ trace }: PropertyReport) =>
  trace?.steps.flatMap(({ fault }) => fault?.name ?? []);
interface Sight {
  readonly status: string;
  readonly context: { readonly position: number };
  matches(state: string): boolean;
}
const worker = (view: unknown): Sight => (view as { worker: Sight }).worker;
const isDown = (view: unknown): boolean => worker(view).status === 'down';

describe('the checkpointed reference refines the reference', () => {
  it('with as many faults or more there, not with fewer', () => {
    expect(judged(() => ({ abstract: referenceOf({ faults: '3' }) })).result).toBe('holds');
    const report = judged(() => ({ abstract: referenceOf({ faults: '1' }) }));
    expect(report.result).toBe('violated');
    expect(faultsOf(report)).toHaveLength(2);
  });

  it('that is broken where undo goes further than there', () => {
    // There a compensation leaves out the first step, here it does not.
    const report = judged(() => ({ abstract: referenceOf({ mutant: 'm10' }) }));
    expect(report.result).toBe('violated');
    expect(faultsOf(report)).toContain('perform.halfDone');
  });

  it('as far as it sees: a crash decides on the save under way in the same step', () => {
    const report = judged(({ of, as }) => ({
      of: (view) => [of(view), isDown(view)],
      as: (view) => [as(view), worker(view).matches('down')],
    }));
    expect(report.result).toBe('violated');
    expect(report.trace?.steps).toHaveLength(5);
    expect(report.trace?.steps.at(-1)?.fault?.name).toBe('worker.crash');
  });

  it('as far as it sees: an effect and the answer to it are two steps', () => {
    const report = judged(
      ({ of, as }) => ({
        of: (view) => [of(view), worker(view).context.position],
        as: (view) => [as(view), worker(view).context.position],
      }),
      { faults: '0' },
    );
    expect(report.result).toBe('violated');
    expect(report.trace?.steps.at(-1)?.event.type).toBe('PERFORM');
  });
});

describe('what the traces of the broken variants show', () => {
  it.each([
    // A request of before the crash is accepted when undo has begun.
    ['unfenced', {}, 'PERFORM', ['worker.crash', 'perform.refuse', 'storage.adrift']],
    // The fence of before the crash makes the next request stale.
    ['deaf', {}, 'forward.saving', ['worker.crash', 'storage.adrift']],
    // Undo, and nothing saved that says so.
    ['volatile-intent', {}, 'REVERT', ['perform.halfDone']],
    // Both steps are done, then the restarted worker fails in the first and undoes no more.
    [
      'short-sighted',
      { every: '2', retries: '0' },
      'REVERT',
      ['worker.crash', 'perform.loseRequest'],
    ],
  ])('%s', (bug, given, last, faults) => {
    const report = only(check(build({ ...given, bug }), REFINES));
    expect(report.result).toBe('violated');
    expect(report.trace?.steps.at(-1)?.event.type).toContain(last);
    expect(faultsOf(report)).toEqual(faults);
  });

  it('short-sighted is harmless with a checkpoint at every step', () => {
    expect(check(build({ bug: 'short-sighted' })).result).toBe('holds');
  });
});
