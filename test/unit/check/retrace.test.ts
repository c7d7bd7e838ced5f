import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { check } from '../../../src/check/check.ts';
import { retrace, TraceRefuted } from '../../../src/check/retrace.ts';
import { actor } from '../../../src/model/part.ts';
import { always, eventually } from '../../../src/model/property.ts';
import { actors } from '../../../src/model/system.ts';
import type { Trace, TraceStep } from '../../../src/model/verdict.ts';
import { at, tiny } from './tiny-system.ts';

const system = tiny(
  { m: ['a GO b', 'b GO c', 'c GO b', 'c !CUT d'] },
  {
    properties: {
      loops: eventually(at('m', 'x')),
      cut: always(at('m', 'a', 'b', 'c')),
    },
  },
);
const traceOf = (name: string): Trace => {
  const trace = check(system).properties.find((one) => one.name === name)?.trace;
  if (trace === null || trace === undefined) throw new Error('no trace');
  return trace;
};
const [lasso, cut] = [traceOf('loops'), traceOf('cut')];
const changed = (trace: Trace, index: number, change: Partial<TraceStep>): Trace => ({
  ...trace,
  steps: trace.steps.map((step, number) => (number === index ? { ...step, ...change } : step)),
});

describe('a trace that is walked again', () => {
  it('is accepted as it was found', () => {
    retrace(system, cut);
    retrace(system, lasso);
    expect([cut.loop, lasso.loop]).toEqual([null, 1]);
  });

  it.each<[string, Trace]>([
    ['another start', { ...cut, initial: cut.steps[0]?.state ?? {} }],
    ['another actor', changed(cut, 0, { actor: 'n' })],
    ['another event', changed(cut, 0, { event: { type: 'STOP' } })],
    ['another payload', changed(cut, 0, { event: { type: 'GO', by: 1 } })],
    ['another label', changed(cut, 1, { label: 'R' })],
    ['a fault where none was', changed(cut, 1, { fault: cut.steps[2]?.fault ?? null })],
    ['no fault where one was', changed(cut, 2, { fault: null })],
    ['another state', changed(cut, 2, { state: cut.steps[0]?.state ?? {} })],
    ['a step left out', { ...cut, steps: cut.steps.slice(1) }],
    ['a loop that does not close', { ...lasso, loop: 0 }],
    ['a loop cut short', { ...lasso, steps: lasso.steps.slice(0, -1) }],
    ['a loop where none is', { ...cut, loop: 0 }],
  ])('is refuted with %s', (_, trace) => {
    expect(() => retrace(system, trace)).toThrow(TraceRefuted);
  });
});

/**
 * A crash while a save is pending has two successors, which may look the same: here they differ
 * only in the history that the save took along, and the restart shows it.
 */
function sameLook() {
  const save = fromPromise(async () => {});
  const machine = setup({
    types: {} as { events: { type: 'MENU' | 'NEXT' } },
    actors: { save },
  }).createMachine({
    initial: 'in',
    states: {
      in: {
        initial: 'a',
        on: { MENU: 'menu' },
        states: { a: { on: { NEXT: 'b' } }, b: {}, last: { type: 'history' } },
      },
      menu: { invoke: { src: 'save', onDone: 'in.last' } },
    },
  });
  const witness = setup({ types: {} as { events: { type: 'SEEN' } } }).createMachine({
    initial: 'no',
    states: { no: { on: { SEEN: 'yes' } }, yes: {} },
  });
  return actors({ m: actor(machine, { checkpoint: 'save' }), w: actor(witness) }).faultTolerant({
    environment: {
      w: { SEEN: (s) => s.m.status === 'down' && (true as const) },
      m: {
        MENU: (s) => s.w.matches('no') && (true as const),
        NEXT: (s) => s.w.matches('no') && s.m.saved?.matches('menu') === true && (true as const),
      },
    },
    faults: { m: { crash: 1 } },
    properties: { p: always((s) => !(s.w.matches('yes') && s.m.matches({ in: 'b' }))) },
  });
}

// The walk takes the first successor that looks right, and never the other.
it('a step may have two successors that look the same', () => {
  expect(check(sameLook()).properties[0]).toMatchObject({ result: 'violated', failure: 'state' });
});
