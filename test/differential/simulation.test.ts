import { expect, it } from 'vitest';
import { simulate } from '../../src/generate/simulate.ts';
import { decideAll } from '../oracle/properties.ts';
import { samples } from '../oracle/random-system.ts';
import { oracleVerdicts, withConsistency, withLaws } from './compare.ts';

const isLong = process.env['RECONVERGE_TESTS'] === 'long';
/** Among the few is one that showed a mistake. */
const [FIRST, SEEDS] = isLong ? [0, 3000] : [60, 30];
const RUNS = 20;

it('what random runs violate or reach, the naive oracle says of the whole span', () => {
  const differing: string[] = [];
  const violated = new Map<string, number>();
  for (const { seed, system: given, graph } of samples(FIRST, SEEDS, 300)) {
    if (graph === null) continue;
    const system = withLaws(withConsistency(given));
    const verdicts = oracleVerdicts(system, graph, decideAll(system, graph));
    for (const { name, kind, result } of simulate(system, { seed, runs: RUNS }).properties) {
      const isCertain = result === 'violated' || (kind === 'sometimes' && result === 'holds');
      if (!isCertain) continue;
      if (result === 'violated') violated.set(kind, (violated.get(kind) ?? 0) + 1);
      if (verdicts.get(name) !== (result === 'holds')) {
        differing.push(`seed ${seed}: '${name}' (${kind}) ${result}, not so`);
      }
    }
  }
  expect(differing).toEqual([]);
  for (const kind of ['always', 'eventually', 'converges', 'recoverable', 'withinSteps']) {
    expect([kind, violated.get(kind) ?? 0]).not.toEqual([kind, 0]);
  }
});
