import { describe, expect, it } from 'vitest';
import { closeNames } from '../../src/cli/close-names.ts';
import { commandText, givenParameters, shellWord } from '../../src/report/command.ts';
import { differences } from '../../src/report/difference.ts';
import { documentOf, documentText } from '../../src/report/document.ts';
import { modelHash } from '../../src/report/hash.ts';
import { coloured, plain } from '../../src/report/paint.ts';
import { eventText, shortJson, stateName } from '../../src/report/shorten.ts';
import { reportText } from '../../src/report/text.ts';
import ring from '../../models/token-ring.ts';

describe('commands to copy', () => {
  it.each([
    ['plain', 'plain'],
    ['k=v-1.2', 'k=v-1.2'],
    ['two words', '"two words"'],
    ["it's", '"it\'s"'],
    ['$HOME', "'$HOME'"],
    ["it's $5", "'it'\\''s $5'"],
    ['', '""'],
  ])('writes %j as %s', (word, quoted) => {
    expect(shellWord(word)).toBe(quoted);
  });

  it('leaves defaults out', () => {
    const { parameters } = ring;
    const values = Object.fromEntries(Object.keys(parameters).map((k) => [k, 2]));
    expect(commandText('check', 'a b.ts', givenParameters(parameters, values))).toBe(
      'npx reconverge check "a b.ts" --set processes=2 --set values=2',
    );
  });
});

describe('what a step changed', () => {
  const actor = { value: { forward: 'a' }, context: { tries: 0, list: [1, 2] } };

  it('tells only what differs, the own actor first and unnamed', () => {
    const before = {
      stock: { value: {}, context: { n: 0 } },
      order: { ...actor, pending: ['f: answered'] },
    };
    const after = {
      stock: { value: {}, context: { n: 1 } },
      order: {
        value: { forward: 'b' },
        context: { tries: 1, list: [1, 2, 3] },
        pending: ['g: asked'],
      },
    };
    expect(differences(before, after, 'order')).toEqual([
      '→ forward.b',
      'tries 0 → 1',
      'list +3',
      'asks g',
      'stock.n 0 → 1',
    ]);
  });

  it('says no more of a crash than that it is down', () => {
    const before = { order: { ...actor, pending: ['f: asked'] }, 'budget order.crash': 1 };
    const after = { order: { mode: 'down' }, 'budget order.crash': 0 };
    expect(differences(before, after, 'order')).toEqual(['down', '0 left of order.crash']);
  });

  it('tells messages that come and go', () => {
    const before = { a: {}, 'b.inbox': [{ type: 'X' }, { type: 'Y', n: 1 }] };
    const after = { a: {}, 'b.inbox': [{ type: 'Y', n: 1 }, { type: 'Z' }] };
    expect(differences(before, after, 'a')).toEqual(['b.inbox −X +Z']);
  });

  it('has nothing to say of a step that changes nothing', () => {
    expect(differences({ order: actor }, { order: actor }, 'order')).toEqual([]);
  });
});

describe('short texts', () => {
  it.each([
    [{ type: 'GO' }, 'GO'],
    [{ type: 'VOTE', from: 0 }, 'VOTE {from: 0}'],
    [{ type: 'xstate.done.actor.0.order.forward.charging' }, 'done forward.charging'],
    [{ type: 'xstate.done.actor.0.order.a', output: { r: 1 } }, 'done a {r: 1}'],
    [
      { type: 'xstate.error.actor.0.order.a', error: { kind: 'data', persistence: 'partial' } },
      'failed a: partial data',
    ],
    [{ type: 'xstate.after.backoff.order.retrying' }, 'after backoff'],
    [{ type: 'reconverge.crash', of: 'order' }, 'crash'],
  ])('an event %j', (event, text) => {
    expect(eventText(event)).toBe(text);
  });

  it('of states and values', () => {
    expect(stateName({ forward: 'a', side: { deep: {} } })).toBe('forward.a, side.deep');
    expect(shortJson({ a: [1, 'b c', null], d: 'e,f' })).toBe('{a: [1, b c, null], d: "e,f"}');
  });
});

describe('reports', () => {
  const report = documentOf({
    verb: 'check',
    model: { name: 'order', parameters: { crashes: 1 }, hash: '' },
    bounds: { component: 'order', growing: 'order.context.n (50000 distinct values)' },
  });

  it('say what grows', () => {
    const text = reportText(report, { width: 80, paint: plain });
    expect(text).toContain('order.context.n seems to grow without bound: 50,000 distinct values');
    expect(text).toContain('hint: bound it');
  });

  it('are coloured only where that is asked for', () => {
    expect(reportText(report, { width: 80, paint: plain })).not.toContain('\u001b');
    expect(coloured('bad', 'x')).toContain('x');
  });

  it('end in a newline, and are one JSON value', () => {
    expect(documentText(report)).toMatch(/\}\n$/);
    expect(JSON.parse(documentText(report))).toEqual(report);
  });
});

describe('the hash of a model', () => {
  const hash = (values: { readonly [name: string]: string | number }, name = 'ring'): string =>
    modelHash(name, values, ring.build(values));

  it('is the same for the same model, and another for another', () => {
    const values = { processes: 3, values: 3, bug: 'none' };
    expect(hash(values)).toBe(hash(values));
    expect(hash({ ...values, processes: 4 })).not.toBe(hash(values));
    expect(hash(values, 'bell')).not.toBe(hash(values));
  });

  it('changes with a lambda', () => {
    const values = { processes: 3, values: 3, bug: 'none' };
    const system = ring.build(values);
    const other = { ...system, tolerance: { ...system.tolerance, consistent: () => true } };
    expect(modelHash('ring', values, other)).not.toBe(modelHash('ring', values, system));
  });
});

describe('names that may have been meant', () => {
  it('are close ones only', () => {
    const names = ['two-phase-commit', 'token-ring', 'order-fulfilment'];
    expect(closeNames('tokenring', names)).toEqual(['token-ring']);
    expect(closeNames('order', names)).toEqual(['order-fulfilment']);
    expect(closeNames('zzz', names)).toEqual([]);
  });
});
