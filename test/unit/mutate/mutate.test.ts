import { describe, expect, it } from 'vitest';
import { retrace } from '../../../src/check/retrace.ts';
import { always, eventually } from '../../../src/model/property.ts';
import { changesOf } from '../../../src/mutate/operators.ts';
import { mutantsOf } from '../../../src/mutate/mutants.ts';
import { mutate } from '../../../src/mutate/mutate.ts';
import { copied, type Config } from '../../../src/mutate/sites.ts';
import { at, tiny } from '../check/tiny-system.ts';

const line = { m: ['a GO b', 'b OUT c', 'b BACK a'] };

describe('mutants', () => {
  it('are one change away, and leave the model as it is', () => {
    const system = tiny(line);
    const before = JSON.stringify(system.parts['m']!.machine.config);
    const mutants = mutantsOf(system);
    expect(mutants.map(({ name }) => name)).toEqual([
      'm: left out: b: on OUT, to c',
      'm: left out: b: on BACK, to a',
      'm: left out: a: on GO, to b',
    ]);
    expect(JSON.stringify(system.parts['m']!.machine.config)).toBe(before);
    const configs = mutants.map(({ system: { parts } }) =>
      JSON.stringify(parts['m']!.machine.config),
    );
    expect(new Set([before, ...configs]).size).toBe(4);
  });

  it('have every kind of change, on a machine with everything', () => {
    const config = {
      initial: 'asking',
      states: {
        asking: {
          tags: ['retry'],
          invoke: {
            src: 'ask',
            onDone: [{ guard: 'well', target: 'told', actions: 'note' }, 'asking'],
            onError: [{ guard: { type: 'soon' }, target: 'asking' }, { target: 'lost' }],
          },
        },
        undoing: { tags: 'retry', invoke: { src: 'undo', onDone: 'lost' } },
        told: { always: { guard: () => true, target: 'lost' }, after: { 100: 'lost' } },
        lost: { onDone: 'asking' },
      },
    };
    const make = (): Config => copied(config) as Config;
    const changes = changesOf(make(), new Set(['retry']), new Set(), new Set());
    const texts = changes.map(({ what }) => what);
    expect(texts).toEqual([
      "left out: asking: when ask is done, if 'well', to told",
      "whether or not: asking: when ask is done, if 'well', to told",
      "without its actions: asking: when ask is done, if 'well', to told",
      'left out: asking: when ask is done, to asking',
      "left out: asking: when ask fails, if 'soon', to asking",
      "whether or not: asking: when ask fails, if 'soon', to asking",
      "to lost instead: asking: when ask fails, if 'soon', to asking",
      'left out: asking: when ask fails, to lost',
      'to asking instead: asking: when ask fails, to lost',
      'left out: undoing: when undo is done, to lost',
      'left out: told: at once, if its own, to lost',
      'whether or not: told: at once, if its own, to lost',
      'left out: told: after 100, to lost',
      'left out: lost: when it is done, to asking',
      'taken for done: asking: ask',
      'taken for done: undoing: undo',
      'swapped: ask (asking) and undo',
    ]);
    const mutated = changes.map(({ make: change }) => {
      const copy = make();
      change(copy);
      return copy as { states: { asking: { invoke?: { src: string }; always?: unknown } } };
    });
    expect(mutated[14]!.states.asking).toEqual({
      tags: ['retry'],
      always: [{ target: 'told' }, { target: 'asking' }],
    });
    expect(mutated[16]!.states.asking.invoke?.src).toBe('undo');
    expect(new Set(mutated.map((each) => JSON.stringify(each))).size).toBeGreaterThan(12);
  });
});

it('what a fault does is not the program, and is left alone', () => {
  const system = tiny({ m: ['a GO b', 'a !CUT c', 'c GO b'] });
  const names = mutantsOf(system).map(({ name }) => name);
  expect(names.some((name) => name.includes('CUT'))).toBe(false);
  expect(names.filter((name) => name.includes('GO'))).toHaveLength(2);
});

describe('mutate', () => {
  const ends = { 'comes to c': eventually(at('m', 'c'), { fairness: { strong: ['m.OUT'] } }) };

  it('tells what is noticed, what is not, and what no property forbids', () => {
    const system = tiny(line, { properties: ends });
    const { mutants, killed, survivors } = mutate(system);
    expect({ killed, survivors }).toEqual({ killed: 2, survivors: 1 });
    const [first, second, third] = mutants;
    expect(first?.fate).toEqual({ is: 'killed', by: ['comes to c'] });
    expect(third?.fate).toEqual({ is: 'killed', by: ['comes to c'] });
    // Nothing says that one can go back.
    expect(second?.fate).toMatchObject({ is: 'survivor', does: null });
    const lacks = second?.fate.is === 'survivor' ? second.fate.lacks : null;
    expect(lacks?.steps.map(({ event }) => event.type)).toEqual(['GO', 'BACK']);
    retrace(system, lacks!);
  });

  it('does not count what changes nothing', () => {
    const unreachable = tiny(
      { m: ['a GO b', 'z GO a'] },
      { properties: { p: eventually(at('m', 'b')) } },
    );
    const fates = mutate(unreachable).mutants.map(({ name, fate }) => `${name} ${fate.is}`);
    expect(fates).toEqual([
      'm: left out: a: on GO, to b killed',
      'm: left out: z: on GO, to a equivalent',
    ]);
  });

  it('does not count a step that changes nothing, unless there is no other', () => {
    const properties = { p: eventually(at('m', 'b')) };
    const fateOf = (steps: readonly string[]) =>
      mutate(tiny({ m: steps }, { properties })).mutants.find(({ name }) => name.includes('STAY'))
        ?.fate;
    expect(fateOf(['a GO b', 'b STAY b', 'b ON c'])).toEqual({ is: 'equivalent' });
    expect(fateOf(['a GO b', 'b STAY c', 'b ON c'])).toMatchObject({ is: 'survivor' });
    // Without it there is a deadlock.
    const fate = fateOf(['a GO b', 'b STAY b']);
    expect(fate).toMatchObject({ is: 'survivor', does: null });
    const lacks = fate?.is === 'survivor' ? fate.lacks : null;
    expect(lacks?.steps.map(({ event }) => event.type)).toEqual(['GO', 'STAY']);
  });

  it('asks nothing of a model that is wrong itself', () => {
    const wrong = tiny(line, { properties: { p: always(at('m', 'a')) } });
    expect(() => mutate(wrong)).toThrow(/do not all hold/);
  });

  it('gives up a mutant that is too large, and says so', () => {
    const { undecided } = mutate(tiny(line, { properties: ends }), { statesMax: 2 });
    expect(undecided).toBeGreaterThan(0);
  });
});
