import { describe, expect, test } from 'vitest';
import { assign, fromPromise, sendTo, setup } from 'xstate';
import { failureGuards } from '../../src/model/failure.ts';
import { actor, anyOf, names, replicas } from '../../src/model/part.ts';
import { always, converges, eventually, recoverable, sometimes } from '../../src/model/property.ts';
import { deadlockFree, withinSteps } from '../../src/model/property.ts';
import { actors } from '../../src/model/system.ts';
import type { AnyView, System } from '../../src/model/system.ts';
import { Dice } from '../oracle/dice.ts';
import { naiveExplore } from '../oracle/explore.ts';
import type { NaiveEdge, NaiveGraph } from '../oracle/explore.ts';
import { foreverInside, free, reaching } from '../oracle/fairness.ts';
import { decide, decideAll } from '../oracle/properties.ts';
import { samples } from '../oracle/random-system.ts';

/** Steps as `LABEL actor type`, with their numbers: what a hand count lists. */
function listed(graph: NaiveGraph): string[] {
  return graph.edges.map(({ label, actor: who, event, fault }) =>
    `${label} ${who} ${(JSON.parse(event) as { type: string }).type} ${fault ?? ''}`.trim(),
  );
}

function verdicts(system: System, graph: NaiveGraph): Record<string, boolean | null> {
  const found = [...decideAll(system, graph)].map(([name, { holds }]) => [name, holds] as const);
  return Object.fromEntries(found);
}

const never = <Output>() =>
  fromPromise<Output, undefined>(() => {
    throw new Error('never run');
  });

describe('a switch', () => {
  const toggle = setup({ types: {} as { events: { type: 'FLIP' } } }).createMachine({
    initial: 'off',
    states: { off: { on: { FLIP: 'on' } }, on: { on: { FLIP: 'off' } } },
  });
  const system = actors({ lamp: actor(toggle), other: actor(toggle) }).faultTolerant({
    environment: { lamp: { FLIP: true }, other: { FLIP: (s) => s.other.matches('off') } },
    consistent: (s) => s.lamp.matches('off'),
    properties: {
      'is off': always((s) => s.lamp.matches('off')),
      'both can be on': sometimes((s) => s.lamp.matches('on') && s.other.matches('on')),
      'other comes': eventually((s) => s.other.matches('on')),
      'other comes without fairness': eventually((s) => s.other.matches('on'), {
        fairness: 'none',
      }),
      'can go off': recoverable((s) => s.lamp.matches('off')),
      'other can go off': recoverable((s) => s.other.matches('off')),
      'always moves': deadlockFree(),
      'off after one step': withinSteps(1, (s) => s.lamp.matches('off')),
    },
  });
  // (off,off) (on,off) (off,on) (on,on): the lamp toggles in both states of the other, which moves
  // once.
  test('has four states and six steps', () => {
    const graph = naiveExplore(system);
    expect([graph.states.length, graph.edges.length, graph.depth]).toEqual([4, 6, 3]);
    expect(graph.initial).toEqual([0]);
    expect(new Set(listed(graph))).toEqual(new Set(['P lamp FLIP', 'P other FLIP']));
  });

  test('is judged as by hand', () => {
    expect(verdicts(system, naiveExplore(system))).toEqual({
      'is off': false,
      'both can be on': true,
      'other comes': true,
      'other comes without fairness': false,
      'can go off': true,
      'other can go off': false,
      'always moves': true,
      'off after one step': false,
      converges: true,
    });
  });
});

/** Gray & Lamport's two-phase commit, with sets that keep every message. */
function twoPhaseCommit(participants: number): System {
  type Vote = { type: 'PREPARED'; by: number };
  const all = names('rm', participants);
  const manager = setup({
    types: {} as {
      context: { prepared: number[] };
      events: Vote | { type: 'DECIDE' } | { type: 'GIVE_UP' };
    },
  }).createMachine({
    context: { prepared: [] },
    initial: 'open',
    states: {
      open: {
        on: {
          PREPARED: {
            actions: assign({
              prepared: ({ context, event }) =>
                [...new Set([...context.prepared, event.by])].toSorted((a, b) => a - b),
            }),
          },
          DECIDE: {
            target: 'committed',
            actions: all.map((rm) => sendTo(({ system }) => system.get(rm), { type: 'COMMIT' })),
          },
          GIVE_UP: {
            target: 'aborted',
            actions: all.map((rm) => sendTo(({ system }) => system.get(rm), { type: 'ABORT' })),
          },
        },
      },
      committed: {},
      aborted: {},
    },
  });
  const participant = setup({
    types: {} as {
      events: { type: 'PREPARE'; by: number } | { type: 'REFUSE' | 'COMMIT' | 'ABORT' };
    },
  }).createMachine({
    initial: 'working',
    on: { COMMIT: '.committed', ABORT: '.aborted' },
    states: {
      working: {
        on: {
          PREPARE: {
            target: 'prepared',
            actions: sendTo(
              ({ system }) => system.get('tm'),
              ({ event }) => ({ type: 'PREPARED', by: event.by }),
            ),
          },
          REFUSE: 'aborted',
        },
      },
      prepared: {},
      committed: {},
      aborted: {},
    },
  });
  return actors({ tm: actor(manager), rm: replicas(participants, participant) }).faultTolerant({
    environment: {
      tm: { DECIDE: (s) => s.tm.context.prepared.length === participants, GIVE_UP: true },
      rm: { PREPARE: (_state, by) => ({ by }), REFUSE: true },
    },
    channels: { tm: 'set', rm: 'set' },
    properties: {
      consistent: always(
        (s) =>
          !(s.rm.some((r) => r.matches('committed')) && s.rm.some((r) => r.matches('aborted'))),
      ),
    },
  });
}

describe('two-phase commit', () => {
  test.each([
    [1, 12],
    [2, 56],
    [3, 288],
  ])('with %i participants has %i states', (participants, states) => {
    const system = twoPhaseCommit(participants);
    const graph = naiveExplore(system);
    expect(graph.states.length).toBe(states);
    expect(verdicts(system, graph)).toEqual({ consistent: true });
    if (participants === 3) expect(graph.depth).toBe(11);
  });
});

const counter = setup({
  types: {} as { context: { n: number }; events: { type: 'DO' } },
}).createMachine({
  context: { n: 0 },
  on: { DO: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
});

function asking(answer: 'waiting' | 'untagged' | 'gone', fault: 'loseReply' | 'late'): System {
  const machine = setup({
    types: {} as { tags: 'retry' | 'rollback' },
    actors: { call: never<undefined>() },
    guards: failureGuards,
  }).createMachine({
    initial: 'asking',
    states: {
      asking: { invoke: { src: 'call', onDone: 'finished', onError: answer } },
      waiting: { tags: 'retry', after: { 10: 'asking' } },
      untagged: { after: { 10: 'asking' } },
      gone: { type: 'final' },
      finished: { type: 'final' },
    },
  });
  return actors({ asker: actor(machine), service: actor(counter) }).faultTolerant({
    effects: { call: { to: 'service', send: () => ({ type: 'DO' }) } },
    recovery: { transient: 'retry', permanent: 'rollback', partial: 'rollback' },
    faults: { call: { [fault]: 1 } },
    consistent: (s) => s.service.context.n <= 1,
    properties: { once: always((s) => s.service.context.n <= 1), 'never sticks': deadlockFree() },
  });
}

describe('an invoke', () => {
  // asker, request, times applied, budget           steps
  // 1 asking, unserved, 0, 1                        serve → 2, loseReply → 3
  // 2 asking, done, 1, 1                            deliver → 4
  // 3 asking, failed, 1, 0                          deliver → 5
  // 4 finished, -, 1, 1
  // 5 waiting, -, 1, 0                              timer → 6
  // 6 asking, unserved, 1, 0                        serve → 7
  // 7 asking, done, 2, 0                            deliver → 8
  // 8 finished, -, 2, 0
  test('whose reply may be lost has eight states', () => {
    const system = asking('waiting', 'loseReply');
    const graph = naiveExplore(system);
    expect(graph.states.length).toBe(8);
    expect(graph.depth).toBe(6);
    expect(listed(graph).toSorted()).toEqual([
      'F service DO call.loseReply',
      'P asker xstate.done.actor.0.(machine).asking',
      'P asker xstate.done.actor.0.(machine).asking',
      'P asker xstate.error.actor.0.(machine).asking',
      'P service DO',
      'P service DO',
      'R asker xstate.after.10.(machine).waiting',
    ]);
    expect(graph.brokenClaims).toEqual([]);
    expect(verdicts(system, graph)).toEqual({
      once: false,
      'never sticks': true,
      converges: false,
    });
    const found = decideAll(system, graph);
    expect(found.get('converges')?.distances.get('deadlock')).toBe(5);
    expect(found.get('once')?.distances.get('state')).toBe(4);
  });

  test('breaks the recovery claim where the state reached has no tag', () => {
    const graph = naiveExplore(asking('untagged', 'loseReply'));
    expect(graph.brokenClaims.length).toBe(1);
    expect(graph.edges[graph.brokenClaims[0]!]?.event).toContain('xstate.error.actor');
  });

  // 1 asking, unserved, 0; 2 asking, done, 1; 3 finished, 1; by `late` 4 asking, failed, 0, a
  // zombie; 5 gone, 0, a zombie; 6 asking, failed, 1; 7 gone, 1. The zombie lands in 4 and in 5.
  test('that is late leaves a zombie that lands at most once', () => {
    const graph = naiveExplore(asking('gone', 'late'));
    expect([graph.states.length, graph.edges.length, graph.depth]).toEqual([7, 7, 4]);
    expect(listed(graph).filter((step) => step === 'F service DO zombie').length).toBe(2);
  });
});

test('an invoke that is left in the macrostep that entered it was never sent', () => {
  const machine = setup({ actors: { call: never<undefined>() } }).createMachine({
    initial: 'before',
    states: {
      before: { on: { GO: 'passing' } },
      passing: { invoke: { src: 'call' }, always: 'after' },
      after: {},
    },
  });
  const system = actors({ asker: actor(machine), service: actor(counter) }).faultTolerant({
    effects: { call: { to: 'service', send: () => ({ type: 'DO' }) } },
    recovery: { transient: 'retry', permanent: 'retry', partial: 'retry' },
    environment: { asker: { GO: true } },
  });
  expect(listed(naiveExplore(system))).toEqual(['P asker GO']);
});

describe('a checkpoint', () => {
  const saver = setup({
    types: {} as { events: { type: 'GO' } },
    actors: { save: never<undefined>() },
  }).createMachine({
    initial: 'before',
    states: {
      before: { on: { GO: 'saving' } },
      saving: { invoke: { src: 'save', onDone: 'after' } },
      after: { type: 'final' },
    },
  });
  const system = actors({ saver: actor(saver, { checkpoint: 'save' }) }).faultTolerant({
    environment: { saver: { GO: true } },
    faults: { saver: { crash: 1 } },
    consistent: (s) => s.saver.matches('after'),
    properties: { 'always comes to an end': eventually((s) => s.saver.status === 'done') },
  });
  // before, saved before: crash 1 left, or 0 after a restart      2
  // saving, saved before: crash 1 left, or 0                      2
  // saving, saved saving: after the save was decided "saved"      1
  // after, saved after: crash 1 left, or 0                        2
  // down, saved before; down, saved saving                        2
  test('that is pending when its actor crashes is decided both ways', () => {
    const graph = naiveExplore(system);
    expect([graph.states.length, graph.edges.length, graph.depth]).toEqual([9, 10, 5]);
    expect(listed(graph).filter((step) => step.startsWith('F')).length).toBe(3);
    expect(verdicts(system, graph)).toEqual({ 'always comes to an end': true, converges: true });
  });
});

describe('without a checkpoint', () => {
  const machine = setup({
    types: {} as { context: { x: number }; input: { x: number }; events: { type: 'UP' } },
  }).createMachine({
    context: ({ input }) => input,
    on: {
      UP: {
        guard: ({ context }) => context.x < 2,
        actions: assign({ x: ({ context }) => context.x + 1 }),
      },
    },
  });
  const build = (durable: boolean): System =>
    actors({
      a: actor(machine, {
        input: anyOf([{ x: 0 }, { x: 1 }]),
        ...(durable && { durable: ({ x }: { x: number }) => ({ x }) }),
      }),
    }).faultTolerant({ environment: { a: { UP: true } }, faults: { a: { crash: 1, pause: 1 } } });

  // x is 0, 1 or 2; crash 1, pause 1: 3. Paused (pause 0), crash 1 or 0: 6. Up: pause 0, crash 1:
  // 3; pause 1, crash 0: 3; both 0: 3. Down, pause 1 or 0: 6.
  test('what is durable survives a crash', () => {
    const graph = naiveExplore(build(true));
    expect(graph.initial).toEqual([0, 1]);
    expect(graph.states.length).toBe(24);
  });

  // What it was started with has to be remembered: (start, x) is one of five pairs, and two when
  // down. Up, crash 1: pause 1, 0, and paused: 15. Up, crash 0: the same: 15. Down, pause 1 or 0:
  // 4.
  test('a restart begins with the input of the start', () => {
    expect(naiveExplore(build(false)).states.length).toBe(34);
  });
});

function done(view: AnyView): boolean {
  return (view['asker'] as { status: string }).status === 'done';
}

test('a reply is not put off for ever by a clock, though both are steps of the asker', () => {
  const machine = setup({ actors: { call: never<undefined>() } }).createMachine({
    initial: 'asking',
    states: {
      asking: {
        invoke: { src: 'call', onDone: 'finished' },
        initial: 'tick',
        states: { tick: { after: { 1: 'tock' } }, tock: { after: { 1: 'tick' } } },
      },
      finished: { type: 'final' },
    },
  });
  const system = actors({ asker: actor(machine), service: actor(counter) }).faultTolerant({
    effects: { call: { to: 'service', send: () => ({ type: 'DO' }) } },
    recovery: { transient: 'retry', permanent: 'retry', partial: 'retry' },
  });
  const graph = naiveExplore(system);
  expect(graph.states.length).toBe(5);
  const strong = graph.edges.filter((edge) => edge.strong !== null).map((edge) => edge.strong);
  expect(new Set(strong).size).toBe(2);
  expect(decide(system, graph, eventually(done)).holds).toBe(true);
  expect(decide(system, graph, eventually(done, { fairness: 'none' })).holds).toBe(false);
  const weakly = { ...graph, edges: graph.edges.map((edge) => ({ ...edge, strong: null })) };
  expect(decide(system, weakly, eventually(done)).holds).toBe(false);
});

/** A random graph without a meaning; the fixpoint is compared with trying every set of states. */
function randomGraph(dice: Dice): NaiveGraph {
  const size = 1 + dice.roll(6);
  const edges = Array.from({ length: dice.roll(3 * size) }, (): NaiveEdge => {
    const who = dice.pick(['a', 'b']);
    return {
      from: dice.roll(size),
      to: dice.roll(size),
      actor: who,
      event: '{}',
      label: dice.pick(['P', 'P', 'R', 'F']),
      fault: null,
      strong: dice.chance(1, 4) ? `deliver ${who} call` : null,
    };
  });
  const none = { initial: [0], depth: 0, brokenClaims: [], errors: [], complete: true };
  return { ...none, states: Array.from({ length: size }, String), views: [], edges };
}

/** The fairness classes that a step is in. */
function keys({ label, actor: who, strong }: NaiveEdge): (string | null)[] {
  return [`${label} ${who}`, strong];
}

/** Every strongly connected set of states is tried: may one go round in it for ever, fairly? */
function fairLoopsByForce(graph: NaiveGraph): Set<number> {
  const size = graph.states.length;
  const steps = free(graph);
  const core = new Set<number>();
  const classes = new Set(steps.flatMap(keys).filter((key) => key !== null));
  for (let mask = 1; mask < 2 ** size; mask += 1) {
    const loop = new Set([...graph.states.keys()].filter((at) => mask & (1 << at)));
    const inner = steps.filter(({ from, to }) => loop.has(from) && loop.has(to));
    const connected = [...loop].every(
      (at) => reaching(inner, new Set([at]), loop).size === loop.size,
    );
    if (inner.length === 0 || !connected) continue;
    const fair = [...classes].every((key) => {
      const own = steps.filter((edge) => keys(edge).includes(key));
      if (own.some((edge) => inner.includes(edge))) return true;
      const enabled = [...loop].filter((at) => own.some(({ from }) => from === at));
      return key.startsWith('deliver') ? enabled.length === 0 : enabled.length < loop.size;
    });
    if (fair) for (const at of loop) core.add(at);
  }
  return reaching(steps, core, new Set(graph.states.keys()));
}

test('fair loops are found as by trying every set of states', () => {
  const dice = new Dice(1);
  const reading = { strong: 'deliver', pausedRests: true } as const;
  let some = 0;
  for (let round = 0; round < 1000; round += 1) {
    const graph = randomGraph(dice);
    const inside = new Set(graph.states.keys());
    const found = foreverInside(graph, inside, 'default', reading);
    expect(found).toEqual(fairLoopsByForce(graph));
    if (found.size > 0) some += 1;
  }
  expect(some).toBeGreaterThan(200);
});

test('random systems are small, varied, and hold about as many properties as they violate', () => {
  const seeds = 60;
  const found = [...samples(0, seeds, 400)].flatMap(({ system, graph }) =>
    graph === null ? [] : [{ system, graph }],
  );
  expect(found.length).toBeGreaterThan(seeds / 2);
  const tally = new Map<string, { holds: number; violated: number }>();
  const seen = new Set<string | undefined>();
  for (const { system, graph } of found) {
    for (const { label, fault, event } of graph.edges) {
      const { type } = JSON.parse(event) as { type: string };
      for (const word of [label, type, type.split('.')[1], fault?.split('.').at(-1)])
        seen.add(word);
    }
    for (const [name, { holds }] of decideAll(system, graph)) {
      const row = tally.get(name) ?? { holds: 0, violated: 0 };
      row[holds ? 'holds' : 'violated'] += 1;
      tally.set(name, row);
    }
  }
  for (const [name, { holds, violated }] of tally) {
    expect([name, holds > 2, violated > 2]).toEqual([name, true, true]);
  }
  const faults = [
    'crash',
    'pause',
    'halt',
    'loseRequest',
    'loseReply',
    'late',
    'refuse',
    'halfDone',
  ];
  const kinds = [
    'P',
    'R',
    'F',
    'E',
    'zombie',
    'HURT',
    'PING',
    'NOTE',
    'after',
    'done',
    'error',
    ...faults,
  ];
  expect(kinds.filter((kind) => !seen.has(kind))).toEqual([]);
  expect(found.some(({ graph }) => graph.brokenClaims.length > 0)).toBe(true);
  expect(found.some(({ graph }) => graph.errors.length > 0)).toBe(true);
});

test('the same seed gives the same system', () => {
  const [first] = samples(3, 40);
  const [second] = samples(3, 40);
  expect(first?.graph?.edges).toEqual(second?.graph?.edges);
  expect(first?.graph?.states).toEqual(second?.graph?.states);
});

test('properties of a system may be decided one by one', () => {
  const system = asking('waiting', 'loseReply');
  const graph = naiveExplore(system);
  expect(decide(system, graph, converges({ fairness: 'none' })).holds).toBe(false);
});
