import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { check, type CheckOptions } from '../../../src/check/check.ts';
import { exampleOf } from '../../../src/check/example.ts';
import { retrace } from '../../../src/check/retrace.ts';
import { replicas, type Parts } from '../../../src/model/part.ts';
import { always, converges, deadlockFree, eventually } from '../../../src/model/property.ts';
import { eventuallyAlways, leadsTo, ltl, recoverable } from '../../../src/model/property.ts';
import { sometimes, until, type Property } from '../../../src/model/property.ts';
import type { AnyView, System } from '../../../src/model/system.ts';
import type { AnyFaultTolerance } from '../../../src/model/system.ts';
import { at, tiny, type Steps } from './tiny-system.ts';

const m = (...states: readonly string[]) => at('m', ...states);

/** Of the example: what it shows, and the events of its steps, the loop in brackets. */
function shown(
  steps: Steps,
  property: Property<AnyView>,
  tolerance: AnyFaultTolerance = {},
  options: CheckOptions = {},
) {
  const system = tiny({ m: steps }, { properties: { p: property }, ...tolerance });
  return told(system, 'p', options);
}

function told(system: System, name: string, options: CheckOptions = {}) {
  const { result, failure, because, trace } = exampleOf(system, name, options);
  if (trace === null) return { result, failure };
  retrace(system, trace);
  const events = trace.steps.map(
    ({ event }, step) => `${step === trace.loop ? '[' : ''}${event.type}`,
  );
  return { result, because, run: events.join(' ') };
}

const STEPS = ['a LONG b', 'b MORE c', 'a !CUT d', 'd FIX a', 'c END Z'];

describe('an example', () => {
  it('of a goal reaches it', () => {
    const because = 'it comes to where it holds';
    const run = 'LONG MORE';
    expect(shown(STEPS, eventually(m('c')))).toEqual({ result: 'holds', because, run });
    expect(shown(STEPS, sometimes(m('c')))).toEqual({ result: 'holds', because, run });
    expect(shown(STEPS, eventually(m('a')))).toEqual({ result: 'holds', because, run: '' });
    expect(shown(STEPS, eventually(m('x')))).toEqual({ result: 'violated', failure: 'unreached' });
  });

  it.each(['plain', 'tables', 'bitmap'] as const)('is the same by %s', (strategy) => {
    expect(shown(STEPS, sometimes(m('c')), {}, { strategy })).toMatchObject({ run: 'LONG MORE' });
    expect(shown(STEPS, leadsTo(m('d'), m('c')), {}, { strategy })).toMatchObject({
      run: 'CUT FIX LONG MORE',
    });
  });

  it('of what must follow has what it follows', () => {
    expect(shown(STEPS, leadsTo(m('d'), m('c')))).toMatchObject({ run: 'CUT FIX LONG MORE' });
    expect(shown(STEPS, leadsTo(m('x'), m('c')))).toMatchObject({ result: 'violated' });
    expect(shown(STEPS, leadsTo(m('c'), m('d')))).toMatchObject({ result: 'violated' });
  });

  it('of something invariant ends with all done, or comes to where it is asked for', () => {
    const p = always(m('a', 'b', 'c', 'd', 'Z'));
    const because = 'it ends, and all are done';
    expect(shown(STEPS, p)).toEqual({ result: 'holds', because, run: 'LONG MORE END' });
    const asked = always(m('d'), { when: m('d') });
    expect(shown(STEPS, asked)).toMatchObject({ run: 'CUT' });
    expect(shown(STEPS, always(m('d'), { when: m('x') }))).toMatchObject({ result: 'violated' });
    expect(shown(STEPS, deadlockFree())).toMatchObject({ run: 'LONG MORE END' });
  });

  it('goes on as long as it can where nothing is ever done, and for ever in a loop', () => {
    const because = 'it goes on for as long as there is a way';
    const p = always(m('a', 'b'));
    expect(shown(['a GO b'], p)).toEqual({ result: 'holds', because, run: 'GO' });
    expect(shown(['a GO b', 'b BACK a'], p)).toEqual({ result: 'holds', because, run: '[GO BACK' });
  });

  it('of a way back leaves, and comes back', () => {
    const consistent = m('a', 'b', 'c', 'Z');
    expect(shown(STEPS, recoverable(), { consistent })).toMatchObject({ run: 'CUT FIX' });
    expect(shown(STEPS, converges(), { consistent })).toMatchObject({ run: 'CUT FIX' });
    expect(shown(STEPS, eventuallyAlways(m('a')))).toMatchObject({ run: 'CUT FIX' });
    const never = ['a GO b'];
    const because = 'it comes to where it holds';
    expect(shown(never, recoverable(m('a', 'b')))).toEqual({ result: 'holds', because, run: '' });
  });

  it('of a formula is a path of which it is true', () => {
    expect(shown(STEPS, until(m('a', 'b'), m('c')))).toMatchObject({ run: 'LONG MORE' });
    expect(shown(STEPS, until(m('a'), m('c')))).toMatchObject({ result: 'violated' });
    expect(shown(STEPS, ltl({ next: m('d') }))).toMatchObject({ run: 'CUT' });
    const round = ['a GO b', 'b BACK a'];
    const often = ltl({ always: { eventually: m('a') } });
    expect(shown(round, often)).toMatchObject({
      run: expect.stringMatching(/^\[GO BACK/),
    });
  });

  it('is unknown where a bound was reached first', () => {
    const found = shown(STEPS, sometimes(m('c')), {}, { statesMax: 1 });
    expect(found).toEqual({ result: 'unknown', failure: null });
  });

  it('is a run of its own replicas, where one stands for several', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'c' } }, c: {} },
    });
    const isIn = (state: string) => (one: { matches: (value: string) => boolean }) =>
      one.matches(state);
    const every = (view: AnyView): boolean =>
      (view['m'] as unknown as { matches: (value: string) => boolean }[]).every(isIn('c'));
    const tolerance = { environment: { m: { GO: true } }, properties: { p: eventually(every) } };
    const parts = { m: replicas(2, machine) } as unknown as Parts;
    const system = { parts, tolerance } as unknown as System;
    const { stats } = check(system, { symmetry: true });
    expect(stats.visited).toContain('2 replicas in any order');
    const found = told(system, 'p', { symmetry: true });
    expect(found).toMatchObject({ result: 'holds', run: 'GO GO GO GO' });
  });
});
