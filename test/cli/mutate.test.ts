import { expect, it } from 'vitest';
import { documentIn, fixture, reconverge } from './cli.ts';

it('shows what no property of a model notices, and ends with 1', async () => {
  const ran = await reconverge(['mutate', fixture('one-way.ts')]);
  expect(ran.exitCode).toBe(1);
  expect(ran.stdout).toContain('1 of 2 mutants noticed (50 %); 0 more change no behaviour');
  expect(ran.stdout).toMatch(/^  can leave +notices 1 +1 of them alone$/m);
  expect(ran.stdout).toMatch(/^✗ traveller: left out: there: on RETURN, to here$/m);
  expect(ran.stdout).toMatch(/^2 P traveller RETURN /m);
});

it('ends with 0 where all are noticed', async () => {
  const ran = await reconverge(['mutate', 'chain-replication', '--json']);
  expect(ran.exitCode).toBe(0);
  const { verb, result, completeness, properties } = documentIn(ran);
  expect({ verb, result, completeness }).toEqual({
    verb: 'mutate',
    result: 'holds',
    completeness: 'exhaustive',
  });
  expect(properties.length).toBeGreaterThan(10);
  expect(new Set(properties.map(({ kind }) => kind))).toEqual(new Set(['mutant']));
});

it('refuses a model that is wrong itself', async () => {
  const args = ['mutate', 'two-phase-commit', '--set', 'bug=late-refusal', '--json'];
  const ran = await reconverge(args);
  expect(ran.exitCode).toBe(2);
  expect(documentIn(ran).error?.code).toBe('RCV320');
});
