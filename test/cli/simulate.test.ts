import { describe, expect, it } from 'vitest';
import { documentIn, reconverge } from './cli.ts';

describe.concurrent('reconverge simulate', () => {
  it('finds, shrinks and replays a violation', async () => {
    const args = ['simulate', 'order-fulfilment', '--set', 'bug=unrecalled', '--seed', '5'];
    const ran = await reconverge([...args, '--json']);
    expect(ran.exitCode).toBe(1);
    const report = documentIn(ran);
    expect(report).toMatchObject({ verb: 'simulate', completeness: 'sampled', seed: 5 });
    const violated = report.properties.find(({ result }) => result === 'violated');
    const [, replay = ''] = /^npx reconverge (.*)$/.exec(violated?.replay ?? '') ?? [];
    expect(replay).toMatch(/^simulate order-fulfilment --set bug=unrecalled --seed 5 --path /);
    const again = await reconverge([...replay.split(' '), '--json']);
    expect(again.exitCode).toBe(1);
    const [property] = documentIn(again).properties.filter(({ name }) => name === violated?.name);
    expect(property?.trace).toEqual(violated?.trace);
  });

  it('holds where every run passes, and reports the seed that it drew', async () => {
    const ran = await reconverge(['simulate', 'two-phase-commit', '--runs', '20', '--json']);
    expect(ran.exitCode).toBe(0);
    const { seed, result, error } = documentIn(ran);
    expect({ result, error }).toEqual({ result: 'holds', error: null });
    expect(Number.isInteger(seed)).toBe(true);
  });

  it('says how often each fault fired', async () => {
    const args = ['simulate', 'order-fulfilment', '--runs', '50', '--seed', '1'];
    const { stdout } = await reconverge(args);
    expect(stdout).toMatch(/50 runs, seed 1, faults: order\.crash \d+/);
  });
});
