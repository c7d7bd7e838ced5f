import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import type { System } from '../../src/model/system.ts';
import exactlyOnce from '../../models/exactly-once.ts';
import { answered, type Answer } from './answers.ts';

/** A message at a time and no duplicates, but for what is set otherwise. */
function consumer(set: Readonly<Record<string, string | number>>): System {
  const given = { batch: 1, duplicates: 0, ...set };
  const texts = Object.entries(given).map(([name, value]) => [name, String(value)]);
  return exactlyOnce.build(parameterValues(exactlyOnce.parameters, Object.fromEntries(texts)));
}

/** How many states there are in which the consumer is up, and in which it is down. */
function statesOf(system: System): readonly [number, number] {
  const [compiled, , found] = explored(system, planOf(system));
  let down = 0;
  for (let state = 0; state < found.states; state += 1) {
    const { consumer: own } = compiled.stateView(found.row(state));
    if (own !== null && typeof own === 'object' && 'mode' in own && own['mode'] === 'down') {
      down += 1;
    }
  }
  return [found.states - down, down];
}

/** Steps of the shortest counterexample, restarts left out; null: there is none. */
function stepsTo(system: System, property: string): number | null {
  const [report] = check(system, { properties: [property] }).properties;
  const steps = report?.trace?.steps;
  return report?.result === 'violated' && steps !== undefined
    ? steps.filter(({ actor, label }) => !(actor === 'consumer' && label === 'R')).length
    : null;
}

/**
 * States in which nobody is down, steps to an effect that comes twice, steps to the end of all with
 * one lost; where a crash and the restart are one step, for so many messages and crashes.
 */
const KNOWN = {
  'at-least-once': [
    [1, 1, 9, 3, null],
    [2, 1, 18, 3, null],
    [2, 2, 42, 3, null],
    [3, 2, 77, 3, null],
  ],
  'at-most-once': [
    [1, 1, 7, null, 2],
    [2, 1, 14, null, 4],
    [2, 2, 24, null, 4],
    [3, 2, 44, null, 6],
  ],
  atomic: [
    [1, 1, 4, null, null],
    [2, 1, 6, null, null],
    [2, 2, 9, null, null],
    [3, 2, 12, null, null],
  ],
  deduplicated: [
    [1, 1, 7, null, null],
    [2, 1, 12, null, null],
    [2, 2, 19, null, null],
    [3, 2, 27, null, null],
  ],
} as const;

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
for (const [delivery, sizes] of Object.entries(KNOWN)) {
  for (const [messages, crashes, ...value] of sizes) {
    const name = `${delivery}, ${messages} messages, ${crashes} crashes: states, twice, lost`;
    const system = () => consumer({ delivery, messages, crashes });
    answers.push({ name, value });
    worked[name] = () => [
      statesOf(system())[0],
      stepsTo(system(), 'nothing twice'),
      stepsTo(system(), 'nothing lost'),
    ];
  }
}
answered('a consumer with a durable offset', answers, worked);

describe('a consumer with a durable offset', () => {
  it('that commits effect and offset together has a closed form: states up and down', () => {
    for (const messages of [1, 4, 6]) {
      for (const crashes of [0, 1, 4]) {
        const found = statesOf(consumer({ delivery: 'atomic', messages, crashes }));
        expect(found).toEqual([(messages + 1) * (crashes + 1), (messages + 1) * crashes]);
      }
    }
  });

  it.each(Object.keys(KNOWN))(
    '%s: the same verdicts with as few steps as are enough',
    (delivery) => {
      const system = consumer({ delivery });
      const verdicts = (reduce: boolean) =>
        check(system, { reduce }).properties.map(({ result }) => result);
      expect(verdicts(true)).toEqual(verdicts(false));
    },
  );

  it('against crashes a window must be as long as a batch', () => {
    for (const batch of [1, 2, 3, 4]) {
      for (const window of [1, 2, 3, 4]) {
        const { result } = check(consumer({ messages: 4, batch, window }));
        expect(result, `${window} ids, ${batch} at a time`).toBe(
          window >= batch ? 'holds' : 'violated',
        );
      }
    }
  });

  it('against a duplicate a window must reach back to the first', () => {
    for (const window of [1, 2, 3, 4, 5]) {
      const sizes = { messages: 4, crashes: 0, duplicates: 1 };
      const { result } = check(consumer({ ...sizes, window }));
      expect(result, `${window} ids`).toBe(window >= 4 ? 'holds' : 'violated');
    }
  });
});
