import { fc, test } from '@fast-check/vitest';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { itfTrace } from '../../../src/export/itf.ts';
import type { Json, StateView } from '../../../src/model/verdict.ts';
import { type Schema, wrongWith } from './schema.ts';

const read = (path: string): Json =>
  JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as Json;
const schema = read('spec/schemas/itf.json') as Schema;
const wrong = (document: unknown): readonly string[] => wrongWith(document, schema);

/** What a reader of the format makes of a value. */
function meaning(value: Json): Json {
  if (Array.isArray(value)) return (value as Json[]).map(meaning);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as StateView;
  if (fields['tag'] === 'None') return null;
  if (typeof fields['#bigint'] === 'string') return Number(fields['#bigint']);
  const pairs = (fields['#map'] ?? Object.entries(fields)) as [string, Json][];
  return Object.fromEntries(pairs.map(([key, one]) => [key, meaning(one)]));
}

describe('a trace in the Informal Trace Format', () => {
  it('is what the format allows', () => {
    const document = read('test/cli/golden/token-ring-lasso.itf');
    expect(wrong(document)).toEqual([]);
  });

  it.each<[what: string, document: object]>([
    ['no variables', { states: [{}] }],
    ['no state', { vars: [], states: [] }],
    ['null', { vars: ['x'], states: [{ x: null }] }],
    ['a fraction', { vars: ['x'], states: [{ x: { y: [0.5] } }] }],
    ['a large number', { vars: ['x'], states: [{ x: 2 ** 53 }] }],
    ['no whole number', { vars: ['x'], states: [{ x: { '#bigint': '1.5' } }] }],
    ['an unknown mark', { vars: ['x'], states: [{ x: { '#list': [] } }] }],
    ['half a pair', { vars: ['x'], states: [{ x: { '#map': [[1]] } }] }],
    ['a loop before the start', { vars: [], states: [{}], loop: -1 }],
  ])('is told from what it does not: %s', (_what, document) => {
    expect(wrong(document)).not.toEqual([]);
  });

  const json = fc.jsonValue() as fc.Arbitrary<Json>;
  const key = fc.constantFrom('a', '#a', '#map', '', 'tag', 'value');
  const odd = fc.constantFrom('None', 1e21, 2 ** 60, -0);
  const values = fc.oneof(json, fc.dictionary(key, fc.oneof(json, odd)) as fc.Arbitrary<Json>);

  test.prop([fc.array(values, { minLength: 1, maxLength: 4 })])(
    'says what the states hold, whatever that is',
    (held) => {
      const [initial, ...more] = held.map((value): StateView => ({ actor: { held: value } }));
      const steps = more.map((state) => ({
        actor: 'actor',
        event: { type: 'GO' },
        label: 'P' as const,
        fault: null,
        state,
      }));
      const document = itfTrace({ initial: initial!, steps, loop: null }, 'any') as StateView;
      expect(wrong(document)).toEqual([]);
      const states = document['states'] as readonly StateView[];
      for (const [index, { actor }] of states.entries()) {
        const told = (meaning(actor as Json) as { readonly held: Json }).held;
        const asTold = JSON.parse(JSON.stringify(held[index]), (_key, one: Json) =>
          typeof one === 'number' && !Number.isInteger(one) ? String(one) : one,
        ) as Json;
        expect(told).toEqual(asTold);
      }
    },
  );
});
