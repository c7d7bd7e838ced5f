import { expect, it } from 'vitest';
import { check } from '../../../src/check/check.ts';
import { Behaviour } from '../../../src/mutate/behaviour.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import type { Model } from '../../../src/model/define.ts';
import chainReplication from '../../../models/chain-replication.ts';
import orderFulfilment from '../../../models/order-fulfilment.ts';
import referenceCheckpointed from '../../../models/reference-checkpointed.ts';

it.each<[Model, Record<string, string>]>([
  [chainReplication, {}],
  [orderFulfilment, { crashes: '0' }],
  [referenceCheckpointed, { steps: '1' }],
])('tells all states and steps apart: %#', (model, set) => {
  const system = model.build(parameterValues(model.parameters, set));
  const { stats } = check(system);
  const { steps } = new Behaviour(system);
  expect(steps.size).toBe(stats.transitions);
});
