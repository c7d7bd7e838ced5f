import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import checkpointedSaga from '../../../models/checkpointed-saga.ts';
import { compile, type Compiled } from '../../../src/machine/compile.ts';
import type { JointForm } from '../../../src/model/integer-system.ts';
import { stateKey, successor } from '../../../src/model/integer-system.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import { actor, replicas } from '../../../src/model/part.ts';
import { actors, type System } from '../../../src/model/system.ts';
import { Dice } from '../../oracle/dice.ts';

const saga = (set: Record<string, string>): System =>
  checkpointedSaga.build(parameterValues(checkpointedSaga.parameters, set));

function forms(compiled: Compiled): readonly (readonly [number, JointForm])[] {
  return compiled.order.flatMap((rule): [number, JointForm][] => {
    const form = compiled.joint(rule);
    return form === null ? [] : [[rule, form]];
  });
}

/** The step that a joint form describes; null where it is not enabled. */
function joined(form: JointForm, state: Int32Array): readonly number[] | null {
  if (form.budget >= 0 && state[form.budget] === 0) return null;
  const reactions = form.members.map(({ component, react }) => react(state[component] as number));
  if (reactions.every((writes) => writes === null)) return null;
  const left = form.budget < 0 ? [] : [form.budget, (state[form.budget] as number) - 1];
  return [...reactions.flatMap((writes) => writes ?? []), ...left];
}

/** States along random walks from the initial state, each of at most `steps` steps. */
function randomStates(compiled: Compiled, walks: number, steps: number): readonly Int32Array[] {
  const dice = new Dice(walks);
  const states = new Map<string, Int32Array>();
  for (let walk = 0; walk < walks; walk += 1) {
    let at = compiled.initial[0] as Int32Array;
    for (let step = 0; step < steps; step += 1) {
      states.set(stateKey(at), at);
      const ways = compiled.order.flatMap((rule) => compiled.expand(rule, at).answer);
      if (ways.length === 0) break;
      at = successor(at, dice.pick(ways).writes);
    }
  }
  return [...states.values()];
}

/** In how many states each joint form is enabled, having compared it with the rule in all. */
function compared(system: System): readonly number[] {
  const compiled = compile(system, []);
  const states = randomStates(compiled, 60, 25);
  expect(states.length).toBeGreaterThan(100);
  return forms(compiled).map(([rule, form]) => {
    const enabled = states.filter((state) => {
      const writes = joined(form, state);
      const { answer } = compiled.expand(rule, state);
      expect(answer).toHaveLength(writes === null ? 0 : 1);
      if (writes === null) return false;
      expect(answer[0]).toMatchObject({ action: form.action, brokenClaim: -1 });
      expect(successor(state, writes)).toEqual(successor(state, answer[0]!.writes));
      return true;
    });
    return enabled.length;
  });
}

describe('the joint form of a rule says what the rule says', () => {
  it.each([
    [{ steps: '3', workflows: '2', crashes: '1' }],
    [{ steps: '2', workflows: '4', crashes: '3', bug: 'checkpoint-first' }],
  ])('of checkpointed sagas %o', (set) => {
    const [often, ...others] = compared(saga(set));
    expect(others).toEqual([]);
    expect(often).toBeGreaterThan(50);
  });

  it('of crash, halt and pause, with budgets and without', () => {
    const worker = setup({ types: {} as { events: { type: 'GO' } | { type: 'END' } } });
    const machine = worker.createMachine({
      initial: 'a',
      states: {
        a: { on: { GO: 'b', END: 'end' } },
        b: { on: { GO: 'a', END: 'end' } },
        end: { type: 'final' },
      },
    });
    const events = { GO: true, END: true } as const;
    for (const pause of [2, Infinity]) {
      const often = compared(
        actors({ one: actor(machine), two: replicas(3, machine) }).faultTolerant({
          environment: { one: events, two: events },
          hosts: { rack: ['one', 'two'], pair: ['two'] },
          faults: { rack: { crash: 3, pause }, pair: { halt: 1, crash: Infinity } },
          channels: { one: 'set', two: 'fifo' },
        }),
      );
      expect(often).toHaveLength(4);
      for (const times of often) expect(times).toBeGreaterThan(10);
    }
  });
});

describe('a rule has a joint form', () => {
  const machine = setup({ types: {} as { events: { type: 'GO' } } }).createMachine({
    on: { GO: {} },
  });
  const saving = setup({ actors: { save: fromPromise(async () => {}) } }).createMachine({});
  const asking = setup({ actors: { ask: fromPromise(async () => {}) } }).createMachine({});
  const hosts = { rack: ['a', 'b'] } as const;
  const faults = { rack: { crash: 1 } };
  const parts = { a: actor(machine), b: actor(machine), c: actor(machine) };

  it('with its budget, if it is a fault of a host', () => {
    const system = actors(parts).faultTolerant({
      hosts,
      faults: { rack: { crash: 1, pause: 1, halt: Infinity }, a: { crash: 1 } },
    });
    const named = forms(compile(system, [])).map(([, { budget, members }]) => {
      return { budget, members: members.map(({ component }) => component) };
    });
    expect(named).toEqual([
      { budget: 3, members: [0, 1] },
      { budget: -1, members: [0, 1] },
      { budget: 4, members: [0, 1] },
    ]);
  });

  it('but not with one member', () => {
    const system = actors(parts).faultTolerant({ hosts: { rack: ['a'] }, faults });
    expect(forms(compile(system, []))).toEqual([]);
  });

  it('but not with a checkpoint', () => {
    const kept = { ...parts, b: actor(saving, { checkpoint: 'save' }) };
    const recovery = { transient: 'x', permanent: 'x', partial: 'x' } as const;
    const system = actors(kept).faultTolerant({ hosts, faults, recovery });
    expect(forms(compile(system, []))).toEqual([]);
  });

  it('but not with a volatile inbox', () => {
    for (const volatile of [true, false]) {
      const channels = { b: { kind: 'set', volatile } } as const;
      const system = actors(parts).faultTolerant({ hosts, faults, channels });
      expect(forms(compile(system, []))).toHaveLength(volatile ? 0 : 1);
    }
  });

  it('but not with effects, which a crash may leave under way', () => {
    const system = actors({ ...parts, d: actor(asking) }).faultTolerant({
      hosts,
      faults,
      effects: { ask: { to: 'c', send: () => ({ type: 'GO' }) } },
      recovery: { transient: 'x', permanent: 'x', partial: 'x' },
    });
    expect(forms(compile(system, []))).toEqual([]);
  });
});
