import {
  actor,
  actors,
  always,
  closed,
  deadlockFree,
  everyStep,
  leadsTo,
  recoverable,
  withinSteps,
} from 'reconverge';
import { beforeAll, describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import type { Light } from '../../../src/explorer/wire.ts';
import { asking, Asking } from './sessions.ts';

/** Counts from 0 to 3, and then stays. */
const counter = setup({
  types: {} as { context: { n: number }; events: { type: 'ADD' } },
  guards: { isSmall: ({ context }) => context.n < 3 },
}).createMachine({
  context: { n: 0 },
  on: {
    ADD: { guard: 'isSmall', actions: assign({ n: ({ context }) => context.n + 1 }) },
  },
});

let one: Asking;
beforeAll(() => {
  const system = actors({ counter: actor(counter) }).faultTolerant({
    environment: { counter: { ADD: true } },
    consistent: (s) => s.counter.context.n !== 2,
    properties: {
      'under three': always((s) => s.counter.context.n < 3),
      'one is odd': always((s) => s.counter.context.n !== 1, {
        when: (s) => s.counter.context.n > 2,
      }),
      grows: everyStep({ of: (s) => s.counter.context.n, keeps: (_, after) => after < 2 }),
      'keeps below one': closed((s) => s.counter.context.n < 1),
      'stays consistent': closed(),
      'comes to two': leadsTo(
        (s) => s.counter.context.n === 1,
        (s) => s.counter.context.n === 2,
      ),
      'can be one': recoverable((s) => s.counter.context.n === 1),
      'soon one': withinSteps(2, (s) => s.counter.context.n === 1),
      'goes on': deadlockFree(),
    },
  });
  one = new Asking(system, 'counter');
});

/** What a property says after so many additions. */
function lit(name: string, additions: number): Light | undefined {
  const path = Array.from({ length: additions }, () => 0);
  return one.along(...path).here.lights.find((light) => light.name === name);
}

describe('the light of', () => {
  it.each<[name: string, values: readonly (boolean | null)[], broken: readonly number[]]>([
    ['under three', [true, true, true, false], [3]],
    ['one is odd', [null, null, null, true], []],
    ['grows', [null, true, false, false], [2, 3]],
    ['keeps below one', [true, false, false, false], [1]],
    ['stays consistent', [true, true, false, true], [2]],
    ['comes to two', [null, null, null, null], []],
    ['can be one', [false, true, false, false], []],
    ['soon one', [false, true, false, false], []],
    ['goes on', [true, true, true, false], [3]],
    ['converges', [true, true, false, true], []],
  ])('%s, after no, one, two and three steps', (name, values, broken) => {
    const lights = values.map((_, additions) => lit(name, additions));
    expect(lights.map((light) => light?.value)).toEqual(values);
    const isBroken = lights.flatMap((light, at) => (light?.isBroken === true ? [at] : []));
    expect(isBroken).toEqual(broken);
  });

  it('something false has a reason', () => {
    expect(lit('under three', 3)?.why).toEqual(['counter.n = 3']);
    expect(lit('grows', 2)?.why).toEqual(['before: 1', 'after: 2']);
    expect(lit('goes on', 3)?.why).toEqual(['no step at all']);
    expect(lit('converges', 2)?.why).toEqual(['counter.n = 2']);
  });

  it('paths has the predicates of the formula, here', () => {
    const [first, second] = lit('comes to two', 2)?.why ?? [];
    expect(first).toMatch(/\.counter\.context\.n === 1 is false$/);
    expect(second).toMatch(/\.counter\.context\.n === 2 is true$/);
  });

  it('steps says nothing of one that changes nothing', async () => {
    const { system } = await asking('two-phase-commit', { participants: '1' });
    const properties = { none: everyStep({ of: () => 0, keeps: () => false }) };
    const two = new Asking({ ...system, tolerance: { ...system.tolerance, properties } }, 'two');
    let path: readonly number[] = [];
    const idle = (): number =>
      two.along(...path).here.steps.findIndex(({ changes }) => changes.length === 0);
    while (idle() === -1) {
      path = [...path, 0];
      expect(two.along(...path).here.lights[0]).toMatchObject({ value: false, isBroken: true });
    }
    const { lights } = two.along(...path, idle()).here;
    expect(lights[0]).toMatchObject({ value: null, about: 'not about the last step' });
  });
});
