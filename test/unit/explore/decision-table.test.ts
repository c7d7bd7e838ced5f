import { describe, expect, it } from 'vitest';
import { DecisionTable, ObservedClasses } from '../../../src/explore/decision-table.ts';
import type { IntegerSystem, Observation } from '../../../src/model/integer-system.ts';
import { Dice } from '../../oracle/dice.ts';

const WIDTH = 3;
const VALUES = 6;
/** The components themselves, then coarser looks at them. */
const LOOKS: readonly Observation[] = [
  { component: 0, classify: null },
  { component: 1, classify: null },
  { component: 2, classify: null },
  { component: 0, classify: (value) => value % 2 },
  { component: 1, classify: (value) => (value > 3 ? 0 : 1) },
  { component: 2, classify: (value) => value % 3 },
];

const unused = (): never => {
  throw new Error('not asked');
};
const system = (looks: readonly Observation[] = LOOKS): IntegerSystem => ({
  width: WIDTH,
  initial: [],
  rules: 0,
  predicates: 0,
  initialValues: null,
  budgets: [],
  joint: () => null,
  observation: (index) => looks[index] as Observation,
  expand: unused,
  decide: unused,
  action: unused,
});

const seen = (look: number, state: Int32Array): number => {
  const { component, classify } = LOOKS[look] as Observation;
  const value = state[component] as number;
  return classify === null ? value : classify(value);
};

/** A question: where to look next after what was seen, or the answer. */
interface Question {
  readonly look: number;
  readonly after: Question[];
  readonly answer: number;
}

function randomQuestion(dice: Dice, used: readonly number[]): Question {
  const left = [...LOOKS.keys()].filter((look) => !used.includes(look));
  const answer = dice.roll(4);
  if (left.length === 0 || dice.chance(used.length, 4)) return { look: -1, after: [], answer };
  const look = dice.pick(left);
  const after = Array.from({ length: VALUES }, () => randomQuestion(dice, [...used, look]));
  return { look, after, answer };
}

function asked(question: Question, state: Int32Array): { reads: number[]; answer: number } {
  const reads: number[] = [];
  let at = question;
  while (at.look >= 0) {
    reads.push(at.look);
    at = at.after[seen(at.look, state)] as Question;
  }
  return { reads, answer: at.answer };
}

describe('a decision table', () => {
  it('answers as the question itself, asked once per distinct reading', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const dice = new Dice(seed);
      const question = randomQuestion(dice, []);
      const readings: string[] = [];
      const ask = (state: Int32Array) => {
        const { reads, answer } = asked(question, state);
        readings.push(reads.map((look) => `${look}:${seen(look, state)}`).join());
        return { reads, answer };
      };
      const table = new DecisionTable(WIDTH, new ObservedClasses(system()), ask, (one) => one);
      const answers: number[] = [];
      for (let round = 0; round < 400; round += 1) {
        const states = Int32Array.from({ length: 3 * WIDTH }, () => dice.roll(VALUES));
        const offset = WIDTH * dice.roll(3);
        const state = states.slice(offset, offset + WIDTH);
        expect(table.lookup(states, offset)).toBe(asked(question, state).answer);
        answers.push(asked(question, state).answer);
      }
      expect(new Set(readings).size, `seed ${seed}`).toBe(readings.length);
    }
  });

  it('asks a question that looks at nothing exactly once', () => {
    let asks = 0;
    const ask = () => ({ reads: [], answer: (asks += 1) });
    const table = new DecisionTable(WIDTH, new ObservedClasses(system()), ask, (one) => one);
    for (let value = 0; value < 5; value += 1) {
      expect(table.lookup(Int32Array.of(value, value, value), 0)).toBe(1);
    }
    expect(asks).toBe(1);
  });

  it('records an answer once, and answers 0 as well', () => {
    const recorded: string[] = [];
    const ask = (state: Int32Array) => ({ reads: [0], answer: state[0] === 2 ? 'two' : 'other' });
    const record = (answer: string): number => recorded.push(answer) - 1;
    const table = new DecisionTable(WIDTH, new ObservedClasses(system()), ask, record);
    const look = (value: number): number => table.lookup(Int32Array.of(value, 0, 0), 0);
    expect([look(0), look(2), look(0), look(2), look(1)]).toEqual([0, 1, 0, 1, 2]);
    expect(recorded).toEqual(['other', 'two', 'other']);
  });

  it('takes two orders of looking for a mistake of ours', () => {
    let asks = 0;
    const ask = () => ({ reads: (asks += 1) === 1 ? [0, 1] : [1, 0], answer: 0 });
    const table = new DecisionTable(WIDTH, new ObservedClasses(system()), ask, (one) => one);
    table.lookup(Int32Array.of(0, 0, 0), 0);
    expect(() => table.lookup(Int32Array.of(1, 1, 1), 0)).toThrow(/^internal: .* two different/);
  });

  it('puts a question about components that are newer than itself', () => {
    let width = 1;
    const growing = {
      ...system([...Array(4).keys()].map((component) => ({ component, classify: null }))),
      get width() {
        return width;
      },
    };
    const ask = (state: Int32Array) => ({ reads: [0, 3], answer: state[3] ?? 0 });
    const table = new DecisionTable(width, new ObservedClasses(growing), ask, (one) => one);
    expect(table.lookup(Int32Array.of(7), 0)).toBe(0);
    width = 4;
    expect(table.lookup(Int32Array.of(7, 0, 0, 5), 0)).toBe(5);
    expect(table.lookup(Int32Array.of(7, 1, 1, 0), 0)).toBe(0);
    expect(new ObservedClasses(growing).of(3, Int32Array.of(7), 0)).toBe(0);
  });

  it('classifies each value of a component once', () => {
    let classified = 0;
    const classify = (value: number): number => {
      classified += 1;
      return value % 2;
    };
    const classes = new ObservedClasses(system([{ component: 1, classify }]));
    for (let round = 0; round < 3; round += 1) {
      for (let value = 0; value < 200; value += 1) {
        expect(classes.of(0, Int32Array.of(7, 7, 0, value, 0), 2)).toBe(value % 2);
      }
    }
    expect(classified).toBe(200);
  });
});
