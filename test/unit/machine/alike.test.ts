import { describe, expect, it } from 'vitest';
import { assign, fromPromise, sendTo, setup, type AnyStateMachine } from 'xstate';
import { peer } from '../../../src/model/peer.ts';
import { anyOf, replicas } from '../../../src/model/part.ts';
import { actors, type System } from '../../../src/model/system.ts';
import { Walk } from './walk.ts';

interface Context {
  readonly who: string;
}
const types = {} as { context: Context; events: { type: 'GO' | 'HELLO' } };

/** Three replicas, each of which may GO. */
const systemOf = (machine: AnyStateMachine): System =>
  actors({ r: replicas(3, machine) }).faultTolerant({
    environment: { r: { GO: true } },
  } as never);

/** Who each replica takes itself for after it went, and how often XState was asked. */
function went(machine: AnyStateMachine): { who: readonly unknown[]; calls: number } {
  const walk = new Walk(systemOf(machine));
  const names = ['r[0]', 'r[1]', 'r[2]'];
  for (const name of names) walk.take(`${name} GO`);
  const who = names.map((name) => walk.at(name).context?.['who']);
  return { who, calls: walk.compiled.world.xstateCalls };
}

const going = (who: (args: { self: { id: string }; system: never }) => string): AnyStateMachine =>
  setup({ types }).createMachine({
    context: { who: 'nobody' },
    on: { GO: { actions: assign({ who: (args) => who(args as never) }) } },
  }) as unknown as AnyStateMachine;

describe('replicas in the same state', () => {
  it('do the same: XState is asked once for all', () => {
    expect(went(going(() => 'somebody'))).toEqual({
      who: ['somebody', 'somebody', 'somebody'],
      // The start, and GO before and after it went.
      calls: 3,
    });
  });

  it.each<[string, AnyStateMachine]>([
    ['its own id', going(({ self }) => self.id)],
    ['a copy of itself', going(({ self }) => ({ ...self }).id)],
    ['how its id is held', going(({ self }) => Object.getOwnPropertyDescriptor(self, 'id')!.value)],
    ['all that is in it', going(({ self }) => Object.values(self)[0]!)],
    ['the actor of its name', going(({ system, self }) => (system as Named).get(self.id).id)],
    [
      'whether it is the first',
      going(({ system, self }) =>
        [0, 1, 2].map((n) => `r[${n}]`).find((name) => (system as Named).get(name) === self)!,
      ),
    ],
  ])('do as they are where the machine asks for %s', (_, machine) => {
    expect(went(machine).who).toEqual(['r[0]', 'r[1]', 'r[2]']);
  });

  it('start as they are', () => {
    const machine = setup({ types }).createMachine({
      context: ({ self }) => ({ who: self.id }),
      on: { GO: { actions: assign({ who: ({ context }) => context.who }) } },
    }) as unknown as AnyStateMachine;
    expect(went(machine).who).toEqual(['r[0]', 'r[1]', 'r[2]']);
  });

  it('send to themselves, and to others', () => {
    const machine = setup({ types }).createMachine({
      context: { who: '' },
      on: {
        GO: { actions: [sendTo(({ self }) => self, { type: 'HELLO' })] },
        HELLO: { actions: assign({ who: ({ context }) => `${context.who}!` }) },
      },
    }) as unknown as AnyStateMachine;
    expect(went(machine).who).toEqual(['!', '!', '!']);
    const others = setup({ types }).createMachine({
      context: { who: '' },
      on: {
        GO: { actions: [sendTo(peer('r[1]'), { type: 'HELLO' })] },
        HELLO: { actions: assign({ who: ({ context }) => `${context.who}!` }) },
      },
    }) as unknown as AnyStateMachine;
    expect(went(others).who).toEqual(['', '!!!', '']);
  });

  it('have requests of their own', () => {
    const machine = setup({
      types: {} as { events: { type: 'GO' } },
      actors: { save: fromPromise(async () => {}) },
    }).createMachine({
      initial: 'idle',
      states: {
        idle: { on: { GO: 'saving' } },
        saving: { invoke: { src: 'save', onDone: 'idle' } },
      },
    });
    const system = actors({ r: replicas(2, machine, { checkpoint: 'save' }) }).faultTolerant({
      environment: { r: { GO: true } },
    });
    const walk = new Walk(system).take('r[0] GO', 'r[1] GO');
    expect(['r[0]', 'r[1]'].map((name) => walk.at(name).pending)).toEqual([
      ['save: saving'],
      ['save: saving'],
    ]);
    walk.take('r[0] xstate.done', 'r[1] xstate.done', 'r[1] GO');
    expect(['r[0]', 'r[1]'].map((name) => walk.at(name).value)).toEqual(['idle', 'saving']);
  });
});

describe('actors that are alike but for what they started with', () => {
  const machine = setup({
    types: {} as {
      context: { x: number };
      input: { x: number };
      events: { type: 'FORGET' | 'COUNT' };
    },
  }).createMachine({
    context: ({ input }) => ({ x: input.x }),
    on: {
      FORGET: { actions: assign({ x: 0 }) },
      COUNT: { actions: assign({ x: ({ context }) => context.x + 1 }) },
    },
  });
  const inputs = [5, 7].map((x) => ({ x }));
  const system = actors({ r: replicas(2, machine, { input: () => anyOf(inputs) }) }).faultTolerant({
    environment: { r: { FORGET: true, COUNT: true } },
    faults: { r: { crash: 2 } },
  });

  it('come back as what they were', () => {
    const walks = [0, 1, 2, 3].map((start) => {
      const walk = new Walk(system, { start });
      const started = ['r[0]', 'r[1]'].map((name) => walk.at(name).context?.['x']);
      for (const name of ['r[0]', 'r[1]']) walk.take(`${name} FORGET`, `${name} COUNT`);
      const forgot = ['r[0]', 'r[1]'].map((name) => walk.at(name).context?.['x']);
      expect(forgot).toEqual([1, 1]);
      for (const name of ['r[0]', 'r[1]']) {
        walk.take(`F ${name} reconverge.crash`, `${name} reconverge.restart`);
      }
      expect(['r[0]', 'r[1]'].map((name) => walk.at(name).context?.['x'])).toEqual(started);
      return started.join();
    });
    expect(walks.toSorted()).toEqual(['5,5', '5,7', '7,5', '7,7']);
  });

  it('come back as what they were, one system for all', () => {
    const walk = new Walk(system);
    const { compiled } = walk;
    for (const initial of compiled.initial) {
      walk.vector = initial;
      const started = walk.at('r[1]').context?.['x'];
      walk.take('r[1] FORGET', 'r[1] COUNT', 'F r[1] reconverge.crash', 'r[1] reconverge.restart');
      expect(walk.at('r[1]').context?.['x']).toBe(started);
    }
  });
});

interface Named {
  get(name: string): { id: string };
}
