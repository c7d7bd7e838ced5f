import { expect, it } from 'vitest';
import type { CheckStatus, Route, Walked } from '../../src/explorer/wire.ts';
import { Explorer } from '../cli/explorer.ts';

/** Seconds for an answer while all processors are busy with the check. */
const PATIENCE_S = 10;

it('is looked around in while millions of states are checked, and led to what is found', async () => {
  const set = ['--set', 'participants=8', '--set', 'bug=late-refusal'];
  const explorer = await Explorer.start('two-phase-commit', ...set);
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const asked = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${explorer.url}api/${path}`, asked)).json();
  };
  let looks = 0;
  let status: CheckStatus = { is: 'running', text: '' };
  while (status.is === 'running') {
    const begun = performance.now();
    const walked = (await post('walk', { start: 0, path: [0, looks % 16], at: 2 })) as Walked;
    expect(walked.at).toBe(2);
    expect((performance.now() - begun) / 1000).toBeLessThan(PATIENCE_S);
    looks += 1;
    status = await explorer.check();
  }
  expect(looks).toBeGreaterThan(5);
  if (status.is !== 'done') throw new Error(status.error.message);
  expect(status.report).toMatchObject({ result: 'violated', completeness: 'exhaustive' });
  expect(status.report.stats?.states).toBeGreaterThan(3e6);
  const route = (await post('route', { property: 'consistent' })) as Route;
  const found = (await post('walk', { ...route, at: route.path.length })) as Walked;
  expect(found.here.lights.find(({ name }) => name === 'consistent')?.isBroken).toBe(true);
  expect((await explorer.end('SIGINT')).exitCode).toBe(0);
});
