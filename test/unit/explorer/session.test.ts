import { actor, actors } from 'reconverge';
import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import type { Route } from '../../../src/explorer/wire.ts';
import { asking, Asking } from './sessions.ts';

const known = new Map<string, Promise<Asking>>();

/** A session that others may have asked before. */
async function shared(name: string, set: Readonly<Record<string, string>> = {}): Promise<Asking> {
  const key = `${name} ${JSON.stringify(set)}`;
  const one = known.get(key) ?? asking(name, set);
  known.set(key, one);
  return one;
}

/** Every path of up to so many steps, from the first initial state. */
function* paths(one: Asking, steps: number, path: readonly number[] = []): Generator<Route> {
  yield { start: 0, path };
  if (steps === 0) return;
  const { length } = one.along(...path).here.steps;
  for (let step = 0; step < length; step += 1) yield* paths(one, steps - 1, [...path, step]);
}

describe('a walk', () => {
  it.each([
    ['order-fulfilment', { bug: 'forgetful', crashes: '0' }],
    ['order-fulfilment', { bug: 'no-compensate', crashes: '0' }],
    ['two-phase-commit', { bug: 'late-refusal', participants: '2' }],
    ['token-ring', { processes: '4', values: '2' }],
    ['byzantine-generals', {}],
  ])('goes along what a check of %s %j found, state by state', async (name, set) => {
    const one = await shared(name, set);
    const { traced } = one;
    expect(traced.length).toBeGreaterThan(0);
    for (const { name: property, trace } of traced) {
      if (trace === null) continue;
      const route = one.route(trace);
      if (route === null) throw new Error(`no route for ${property}`);
      const { frames, lost } = one.walk(route);
      expect(lost).toBeNull();
      expect(frames.map(({ view }) => view)).toEqual([
        trace.initial,
        ...trace.steps.map(({ state }) => state),
      ]);
      expect(frames.slice(1).map(({ move }) => [move?.actor, move?.label])).toEqual(
        trace.steps.map((step) => [step.actor, step.label]),
      );
    }
  });

  it('has no route for what the model does not do', async () => {
    const [broken, right] = [
      await shared('order-fulfilment', { bug: 'forgetful', crashes: '0' }),
      await shared('order-fulfilment', { crashes: '0' }),
    ];
    const found = broken.traced.find(({ name }) => name === 'charges only what is reserved');
    expect(found?.trace && broken.route(found.trace)).not.toBeNull();
    expect(found?.trace && right.route(found.trace)).toBeNull();
  });

  it('does not depend on what was asked before', async () => {
    const set = { participants: '2' };
    const [one, other] = [
      await asking('two-phase-commit', set),
      await asking('two-phase-commit', set),
    ];
    const routes = [...paths(one, 2)];
    for (const route of routes.toReversed()) other.walk(route);
    for (const route of routes) expect(other.walk(route)).toEqual(one.walk(route));
  });

  it('says where a route ends that does not exist', async () => {
    const one = await shared('order-fulfilment');
    const { route, at, frames, lost } = one.along(0, 99, 0);
    expect({ route, at, frames: frames.length }).toEqual({
      route: { start: 0, path: [0] },
      at: 1,
      frames: 2,
    });
    expect(lost).toBe('step 2 of the path does not exist in this model');
    const astray = one.walk({ start: 7, path: [0] });
    expect(astray.route).toEqual({ start: 0, path: [] });
    expect(astray.lost).toBe('there is no initial state 7: they are 0 to 0');
  });

  it('tells of a mistake where it is, not where it can be seen from', async () => {
    const counter = setup({
      types: {} as { context: { n: number }; events: { type: 'ADD' } },
      guards: {
        isFine: ({ context }) => {
          if (context.n === 2) throw new Error('two is too many');
          return true;
        },
      },
    }).createMachine({
      context: { n: 0 },
      on: { ADD: { guard: 'isFine', actions: assign({ n: ({ context }) => context.n + 1 }) } },
    });
    const parts = actors({ counter: actor(counter) });
    const one = new Asking(parts.faultTolerant({ environment: { counter: { ADD: true } } }), 'two');
    expect(one.along(0).here.steps.length).toBe(1);
    expect(() => one.along(0, 0)).toThrow('two is too many');
    expect(one.along(0).lost).toBeNull();
  });

  it('finds its way back from the middle', async () => {
    const one = await shared('order-fulfilment');
    const whole = one.along(0, 0, 0);
    const back = one.walk({ start: 0, path: [0, 0, 0] }, 1);
    expect(back.frames).toEqual(whole.frames);
    expect(back.here).toEqual(one.along(0).here);
  });

  it('begins in any of the initial states', async () => {
    const one = await shared('token-ring', { processes: '3', values: '2' });
    const { starts } = one.overview;
    expect(starts).toBeGreaterThan(1);
    const views = Array.from({ length: starts }, (_, start) =>
      JSON.stringify(one.walk({ start, path: [] }).frames[0]?.view),
    );
    expect(new Set(views).size).toBe(starts);
  });
});

describe('the neighbourhood', () => {
  it.each([
    ['order-fulfilment', {}],
    ['two-phase-commit', { participants: '1' }],
    ['token-ring', {}],
  ])('of states of %s is what is there one and two steps on', async (name, set) => {
    const one = await shared(name, set);
    for (const { path } of paths(one, 2)) {
      const { here, frames } = one.along(...path);
      const viewAt = (...more: readonly number[]) => {
        const frame = one.along(...path, ...more).frames.at(-1);
        return { text: JSON.stringify(frame?.view), standing: frame?.standing };
      };
      const near = here.steps.map((_, step) => viewAt(step));
      expect(here.steps.map(({ standing }) => standing)).toEqual(
        near.map(({ standing }) => standing),
      );
      const far = new Map<number, string>();
      for (const [step, { behind }] of here.steps.entries()) {
        for (const { far: number, step: next } of behind) {
          const { text, standing } = viewAt(step, next);
          expect(standing).toBe(here.far[number]);
          expect(far.get(number) ?? text).toBe(text);
          far.set(number, text);
        }
      }
      expect(far.size).toBe(here.far.length);
      const around = [JSON.stringify(frames.at(-1)?.view), ...near.map(({ text }) => text)];
      expect([...far.values()].filter((text) => around.includes(text))).toEqual([]);
    }
  });
});

describe('the lights', () => {
  it.each([
    ['order-fulfilment', { bug: 'forgetful', crashes: '0' }, 'charges only what is reserved'],
    ['order-fulfilment', { bug: 'no-compensate', crashes: '0' }, 'total'],
    ['order-fulfilment', { bug: 'no-compensate', crashes: '0' }, 'recovery'],
    ['two-phase-commit', { bug: 'late-refusal', participants: '2' }, 'consistent'],
  ])('of %s %j show where %s breaks, and not before', async (name, set, property) => {
    const one = await shared(name, set);
    const trace = one.traced.find((report) => report.name === property)?.trace;
    const route = trace ? one.route(trace) : null;
    if (route === null) throw new Error('nothing was found');
    const lights = [...route.path, null].map((_, at) =>
      one.walk(route, at).here.lights.find((light) => light.name === property),
    );
    expect(lights.slice(0, -1).filter((light) => light?.isBroken === true)).toEqual([]);
    expect(lights.at(-1)).toMatchObject({ value: false, isBroken: true });
    expect(lights.at(-1)?.why).not.toEqual([]);
  });

  it('show nothing broken in a model in which everything holds', async () => {
    for (const [name, depth] of [
      ['order-fulfilment', 3],
      ['two-phase-commit', 2],
    ] as const) {
      const one = await shared(name);
      for (const route of paths(one, depth)) {
        const { here, frames } = one.walk(route);
        expect(here.lights.filter(({ isBroken }) => isBroken)).toEqual([]);
        expect(frames.at(-1)?.standing).not.toBe('broken');
      }
    }
  });

  it('name who is not at rest where, and only where, somebody is not', async () => {
    const one = await shared('order-fulfilment');
    let restless = 0;
    for (const route of paths(one, 4)) {
      const light = one.walk(route).here.lights.find((found) => found.name === 'converges');
      const isUnrest = light?.why.some((text) => /is (down|halted|in error|recovering)/.test(text));
      const { view = {}, standing } = one.walk(route).frames.at(-1) ?? {};
      const isDown = Object.values(view).some((seen) => JSON.stringify(seen).includes('"down"'));
      if (isDown) expect(isUnrest).toBe(true);
      expect(standing === 'settled').toBe(light?.value);
      expect(light?.why.length === 0).toBe(light?.value);
      if (isUnrest === true) restless += 1;
    }
    expect(restless).toBeGreaterThan(0);
  });

  it('tell why something is false, and that a property is about other states', async () => {
    const one = await shared('order-fulfilment');
    const { lights } = one.along().here;
    const named = (name: string) => lights.find((light) => light.name === name);
    expect(named('can complete')).toMatchObject({ value: false, why: ['order not in completed'] });
    expect(named('keeps the receipt')).toMatchObject({
      value: null,
      about: 'not about this state',
    });
    expect(named('recovery')).toMatchObject({ value: null, about: 'about steps' });
  });
});
