import { andInitial, holds, type Case, type Size } from './case.ts';
import { ours, spinSafety } from './contenders.ts';
import * as counts from './counts.ts';

export function chain(size: Size): Case {
  const [replicas, updates, failures] = size;
  const all = counts.CHAIN[size.join()]!;
  const definitions = {
    REPLICAS: replicas,
    UPDATES: updates,
    FAILURES: failures,
    CAPACITY: (replicas - 1) * updates,
  };
  const model = 'chain-replication';
  const set = { replicas, updates, failures };
  return {
    name: `chain-${size.join('-')}`,
    section: 'Chain replication',
    title: `${replicas} replicas, ${updates} updates, failures: ${failures}`,
    states: all.states,
    isOnCurve: false,
    contenders: [
      ours({ model, set, property: 'logs agree' }, holds(all)),
      spinSafety(model, definitions, andInitial(all)),
    ],
  };
}

export function pipeline(size: Size): Case {
  const [batches, workers, crashes] = size;
  const all = counts.PIPELINE[size.join()]!;
  const definitions = { BATCHES: batches, WORKERS: workers, CRASHES: crashes };
  return {
    name: `pipeline-${size.join('-')}`,
    section: 'Data pipeline',
    title: `${batches} batches, ${workers} workers, crashes: ${crashes}`,
    states: all.states,
    isOnCurve: false,
    contenders: [
      ours(
        { model: 'data-pipeline.js', set: { batches, workers, crashes }, property: 'whole' },
        holds(all),
      ),
      spinSafety('data-pipeline', definitions, andInitial(all)),
    ],
  };
}
