import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { DecisionTable, ObservedClasses } from '../../../src/explore/decision-table.ts';
import { compile, type Compiled } from '../../../src/machine/compile.ts';
import { ReconvergeError } from '../../../src/model/error.ts';
import { actor, replicas } from '../../../src/model/part.ts';
import { actors, type AnyView } from '../../../src/model/system.ts';
import { Dice } from '../../oracle/dice.ts';
import { expectRefused } from './expect-code.ts';
import { plainView } from './replicas/plain-view.ts';
import { predicateText } from './replicas/predicate-text.ts';

interface Context {
  readonly n: number;
  readonly list: readonly number[];
  readonly note: string;
  readonly maybe: { readonly deep: number } | null;
}

const machine = setup({
  types: {} as { context: Context; events: { type: 'COUNT' | 'GO' | 'REST' }; tags: 'busy' },
  actors: { save: fromPromise(async () => {}) },
  guards: { isLow: ({ context }) => context.n < 3 },
  actions: {
    count: assign(({ context: { n, list } }) => ({
      n: n + 1,
      list: list.length < 3 ? [...list, n] : [n],
      note: ['', 'a', 'b', 'c'][n]!,
      maybe: n % 2 === 0 ? { deep: n } : null,
    })),
  },
}).createMachine({
  context: { n: 0, list: [], note: '', maybe: null },
  on: { COUNT: { guard: 'isLow', actions: 'count' } },
  initial: 'idle',
  states: {
    idle: { on: { GO: 'work' } },
    work: { tags: 'busy', on: { REST: 'saving' } },
    saving: { invoke: { src: 'save', onDone: 'idle' } },
  },
});

const parts = {
  a: actor(machine, { checkpoint: 'save' }),
  b: replicas(3, machine, { checkpoint: 'save' }),
  c: replicas(2, machine, { checkpoint: 'save' }),
};
const any = { COUNT: true, GO: true, REST: true } as const;
const system = actors(parts).faultTolerant({
  environment: { a: any, b: any, c: any },
  faults: { c: { crash: 1 } },
});

type Holds = (view: AnyView) => boolean;

interface Said {
  readonly answer: boolean | null;
  readonly threw: boolean;
}

function said(ask: () => boolean): Said {
  try {
    return { answer: ask(), threw: false };
  } catch (thrown) {
    if (thrown instanceof ReconvergeError && thrown.code === 'RCV215') {
      throw new Error(`${thrown.message}: ${thrown.at}`, { cause: thrown });
    }
    return { answer: null, threw: true };
  }
}

function made(text: string): Holds {
  const helpers = `const isSmall = (w) => w.context.n < 2;
    const limits = { n: 2 };
    const isBelow = (w) => w.context.n < limits.n;`;
  // oxlint-disable-next-line no-implied-eval
  return new Function(`${helpers} return ${text};`)() as Holds;
}

const PREDICATES = 25;
const STATES = 120;

/** Some random predicates, answered by decision tables and by plain evaluation. */
class Trial {
  readonly compiled: Compiled;
  readonly tables: readonly DecisionTable<boolean>[];
  private readonly predicates: readonly Holds[];
  private readonly dice: Dice;
  /** The values of each actor that are known so far. */
  private readonly values: readonly Set<number>[];
  private readonly walked: Int32Array;
  private highest = 0;
  asked = 0;

  constructor(predicates: readonly Holds[], dice: Dice) {
    this.predicates = predicates;
    this.dice = dice;
    this.compiled = compile(
      system,
      predicates.map((holds) => ({ name: String(holds), holds })),
    );
    this.values = this.compiled.actorNames.map(() => new Set());
    this.walked = this.compiled.initial[0]!.slice();
    this.walk(10);
    const classes = new ObservedClasses(this.compiled);
    const ask = (predicate: number) => (state: Int32Array) => {
      this.asked += 1;
      const found = this.compiled.decide(predicate, state);
      this.highest = Math.max(this.highest, ...found.reads);
      return found;
    };
    this.tables = predicates.map(
      (_, predicate) =>
        new DecisionTable(this.compiled.width, classes, ask(predicate), (answer) => Number(answer)),
    );
  }

  /** Some steps of a walk, which starts over now and then. */
  private walk(steps: number): void {
    const { compiled, dice, walked } = this;
    for (let step = 0; step < steps; step += 1) {
      if (dice.chance(1, 40)) walked.set(compiled.initial[0]!);
      const { answer } = compiled.expand(dice.roll(compiled.rules), walked);
      if (answer.length === 0) continue;
      const { writes } = dice.pick(answer);
      for (let at = 0; at < writes.length; at += 2) walked[writes[at]!] = writes[at + 1]!;
      for (const [one, values] of this.values.entries()) values.add(walked[one]!);
    }
  }

  tracked(predicate: number, state: Int32Array): Said {
    return said(() => this.tables[predicate]!.lookup(state, 0) === 1);
  }

  plain(predicate: number, state: Int32Array): Said {
    return said(() => this.predicates[predicate]!(plainView(this.compiled.world, state)));
  }

  state(): Int32Array {
    this.walk(3);
    const state = this.compiled.initial[0]!.slice();
    for (const [component, known] of this.values.entries()) {
      state[component] = this.dice.pick([...known]);
    }
    return state;
  }

  /** Classes may be asked for at any time, of any value. */
  classify(): void {
    for (let count = 0; count < 300; count += 1) {
      const { component, classify } = this.compiled.observation(this.dice.roll(this.highest));
      classify?.(this.dice.pick([...(this.values[component] ?? [0])]));
    }
  }
}

/** How often plain evaluation threw. The more is asked, the more values there are. */
function compareOnce(seed: number): number {
  const dice = new Dice(seed);
  const texts = Array.from({ length: PREDICATES }, () => predicateText(dice));
  const trial = new Trial(texts.map(made), dice);
  let threw = 0;
  for (let round = 0; round < STATES; round += 1) {
    const state = trial.state();
    for (const [predicate, text] of texts.entries()) {
      const plain = trial.plain(predicate, state);
      if (plain.threw) threw += 1;
      expect(trial.tracked(predicate, state), `seed ${seed}: ${text}`).toEqual(plain);
    }
    if (round % 20 === 10) trial.classify();
  }
  return threw;
}

describe('predicates over replicas answer as on plain arrays', () => {
  it.each([0, 1])('at random, part %i', (part) => {
    let threw = 0;
    for (let seed = 12 * part; seed < 12 * (part + 1); seed += 1) threw += compareOnce(seed);
    expect(threw).toBeGreaterThan(1_000);
  });

  it.each([
    ['a test by place', '(s) => s.b.every((w, i) => w.context.n <= i)'],
    [
      'one test at two places',
      '(s) => s.b.reverse().every((w, i) => w.context.n <= i) || s.b.reverse().some((w, i) => w.context.n <= i)',
    ],
    [
      'a test by place in a filtered array',
      '(s) => s.b.filter((w) => w.context.n > 0).every((w, i) => w.context.n > i)',
    ],
    [
      'a test of its neighbours',
      '(s) => s.b.some((w, i, all) => all?.[1].context.n > w.context.n)',
    ],
    [
      'a view with something of its own',
      '(s) => { s.b[1].matches = () => true; return s.b.every((w) => w.matches("work")); }',
    ],
    [
      'a view of another actor',
      '(s) => { s.b[1] = s.c[0]; s.b[0] = { status: "new" }; return s.b.some((w) => w.status !== "active"); }',
    ],
    [
      'a variable that changes after the test',
      '(s) => { let m = s.a.context.n; const is = s.b.every((w) => w.context.n <= m); m = 9; return is; }',
    ],
    [
      'a variable that changes with each test',
      '(s) => { for (var k = 0; k < 4; k += 1) if (s.b.every((w) => w.context.n !== k)) return k > 1; return false; }',
    ],
    [
      'a helper that remembers',
      '(s) => { let m = 0; const add = (n) => (m += n) >= 0; return s.b.every((w) => add(w.context.n)) && m > 3; }',
    ],
    ['a thrown test', '(s) => s.c.every((w) => w.context.n < 3)'],
    [
      'a thrown test, swallowed',
      '(s) => { try { return s.c.some((w) => w.context.n > 1); } catch { return true; } }',
    ],
    ['no test', '(s) => s.b.every(undefined)'],
    ['a test of nothing', '(s) => s.b.some(() => s.a.context.n > 1)'],
    ['all that is in a view', '(s) => s.b.every((w) => Object.keys(w).length === 7)'],
    [
      'a text of it all',
      '(s) => JSON.stringify(s.b).includes("b") && s.b.some((w) => w.context.n)',
    ],
  ])('of %s', (_, text) => {
    for (let seed = 0; seed < 6; seed += 1) {
      const trial = new Trial([made(text)], new Dice(seed));
      for (let round = 0; round < 100; round += 1) {
        const state = trial.state();
        expect(trial.tracked(0, state)).toEqual(trial.plain(0, state));
      }
    }
  });
});

describe('a predicate over replicas is asked once per outcome of each test', () => {
  it.each([
    ['every', '(s) => s.b.every((w) => w.context.n < 2)', 4],
    ['some', '(s) => s.b.some((w) => w.context.list.length > 1 && w.context.n > 1)', 4],
    ['two in a row', '(s) => s.b.every((w) => w.context.n < 3) && s.b.some((w) => w.context.n)', 7],
    ['find', '(s) => s.b.find((w) => w.context.n > 1) !== undefined', 4],
    ['filter, then every', '(s) => s.b.filter((w) => w.context.n).every((w) => w.value)', 8],
    [
      'every, by a limit',
      '(s) => { const limit = 2; return s.b.every((w) => w.context.n < limit); }',
      4,
    ],
    [
      'every, by what was seen',
      '(s) => { const k = s.a.context.n; return s.b.every((w) => w.context.n <= k); }',
      14,
    ],
  ])('%s', (_, text, readings) => {
    const trial = new Trial([made(text)], new Dice(1));
    for (let round = 0; round < 2_000; round += 1) trial.tracked(0, trial.state());
    expect(trial.asked).toBeLessThanOrEqual(readings);
    expect(trial.asked).toBeGreaterThan(2);
  });
});

describe('a variable outside', () => {
  let outside = 0;
  const late = (view: AnyView): boolean =>
    (view['b'] as { context: Context }[]).every((w) => w.context.n < outside);
  const swallowing = (view: AnyView): boolean => {
    try {
      return late(view);
    } catch {
      return true;
    }
  };
  const flipping = (view: AnyView): boolean => {
    outside = 1 - outside;
    return late(view);
  };

  it.each([
    ['changes', late],
    ['changes, and what is thrown is swallowed', swallowing],
  ])('that %s after the first answer is refused', (_, holds) => {
    outside = 0;
    const { compiled } = new Trial([holds], new Dice(0));
    const [initial] = compiled.initial;
    expect(compiled.decide(0, initial!).answer).toBe(false);
    outside = 1;
    expectRefused('RCV215', () => compiled.decide(0, initial!), 'the same test of b[0]');
    expectRefused('RCV215', () => compiled.decide(0, initial!));
  });

  it('that changes between two answers is refused', () => {
    const { compiled } = new Trial([flipping], new Dice(0));
    expectRefused('RCV215', () => compiled.decide(0, compiled.initial[0]!));
  });
});
