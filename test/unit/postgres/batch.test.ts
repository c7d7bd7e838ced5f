import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Batches } from '../../../src/postgres/executor/batch.ts';

/** Refuses the whole batch for the sake of a negative number, as a transaction does. */
function batches(sizeMax = 64) {
  const sent: (readonly number[])[] = [];
  const made = new Batches<number, string>(sizeMax, async (items) => {
    sent.push(items);
    await sleep(1);
    if (items.some((item) => item < 0)) throw new Error(`refused: ${items.join(' ')}`);
    return items.map((item) => `answer ${item}`);
  });
  return { made, sent };
}

it('sends together what is asked for in a tick, and then what came meanwhile', async () => {
  const { made, sent } = batches();
  const first = Promise.all([made.add(1), made.add(2)]);
  await sleep(0.5);
  const second = Promise.all([made.add(3), made.add(4)]);
  expect(await first).toEqual(['answer 1', 'answer 2']);
  expect(await second).toEqual(['answer 3', 'answer 4']);
  expect(sent.length).toBeLessThanOrEqual(2);
  expect(sent.flat()).toEqual([1, 2, 3, 4]);
});

it('gives everybody his own answer when one of them is refused', async () => {
  const { made } = batches();
  const asked = await Promise.allSettled([made.add(1), made.add(-2), made.add(3)]);
  expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(asked[1]).toMatchObject({ reason: { message: 'refused: -2' } });
  expect(await made.add(4)).toBe('answer 4');
});

it('sends no more than so many at once, in their order', async () => {
  const { made, sent } = batches(2);
  await Promise.all([1, 2, 3, 4, 5].map((item) => made.add(item)));
  expect(sent).toEqual([[1, 2], [3, 4], [5]]);
});
