import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { historyOfLines } from '../../../src/conform/history-file.ts';
import { ReconvergeError } from '../../../src/model/error.ts';
import { Dice } from '../../oracle/dice.ts';
import { type Schema, wrongWith } from '../export/schema.ts';

const HEAD = '{"history":"reconverge/history@1"}';
const ROW = '{"actor":"a","event":"GO","time":12,"note":"by hand"}';

function refusal(text: string): Pick<ReconvergeError, 'code' | 'at'> & { text: string } {
  try {
    historyOfLines(text, 'h.jsonl');
  } catch (thrown) {
    if (!(thrown instanceof ReconvergeError)) throw thrown;
    expect(thrown.hint).not.toBeNull();
    return { code: thrown.code, at: thrown.at, text: `${thrown.message}; ${thrown.hint}` };
  }
  throw new Error('it was read');
}

describe('a history as JSON lines', () => {
  it('has a header, rows, and their number at the end', () => {
    const { rows, cut } = historyOfLines(`${HEAD}\n${ROW}\n\n{"end":1}\n`, 'h');
    expect(rows).toMatchObject([
      { at: 'h:2', kind: 'step', step: { actor: 'a', event: { type: 'GO' } }, state: {} },
    ]);
    expect(cut).toBeNull();
  });

  it('takes a step of a trace as it stands', () => {
    const fault = { name: 'a.crash', kind: 'node', persistence: 'transient', class: 'crash' };
    const step = { actor: 'a', event: { type: 'GO', n: 1 }, label: 'F', fault, guards: ['g'] };
    const line = JSON.stringify({ ...step, state: { a: { value: 'b' } } });
    const { rows } = historyOfLines(`${HEAD}\n${line}\n{"end":1}`, 'h');
    expect(rows).toMatchObject([
      { step: { actor: 'a', fault: 'a.crash', label: 'F', event: { type: 'GO', n: 1 } } },
    ]);
  });

  it.each([
    ['without its end', `${HEAD}\n${ROW}\n`, 'no line {"end":1}'],
    ['in the middle of a line', `${HEAD}\n${ROW}\n{"actor":"a","ev`, 'h:3 ends in the middle'],
  ])('that ends %s is cut off', (_, text, cut) => {
    const history = historyOfLines(text, 'h');
    expect(history.cut).toContain(cut);
    expect(history.rows).toHaveLength(1);
  });

  it('may say that it can end anywhere', () => {
    const head = '{"history":"reconverge/history@1","prefix":true}';
    expect(historyOfLines(`${head}\n${ROW}\n`, 'h').cut).toBeNull();
  });

  it.each([
    ['nothing', '', 'h.jsonl', 'no line'],
    ['no header', `${ROW}\n`, 'h.jsonl:1', 'begin with'],
    ['another version', '{"history":"reconverge/history@2"}\n', 'h.jsonl:1', 'begin with'],
    ['no JSON', `${HEAD}\nnot json\n{"end":1}\n`, 'h.jsonl:2', 'no JSON'],
    ['no object', `${HEAD}\n[1]\n{"end":1}\n`, 'h.jsonl:2', 'no JSON object'],
    ['a strange key', `${HEAD}\n{"actr":"a"}\n`, 'h.jsonl:2', "'actr'"],
    ['a wrong value', `${HEAD}\n{"actor":3}\n`, 'h.jsonl:2', 'the name of an actor'],
    ['a wrong label', `${HEAD}\n{"label":"X"}\n`, 'h.jsonl:2', 'P, R, F or E'],
    ['nothing observed', `${HEAD}\n{"time":3}\n`, 'h.jsonl:2', 'nothing was observed'],
    ['a wrong number of rows', `${HEAD}\n${ROW}\n{"end":2}\n`, 'h.jsonl:3', 'rows are missing'],
    ['rows behind the end', `${HEAD}\n{"end":0}\n${ROW}\n`, 'h.jsonl:3', 'behind the end'],
    ['a torn line behind the end', `${HEAD}\n{"end":0}\n{"act`, 'h.jsonl:3', 'no JSON'],
    [
      'a wrong pattern',
      '{"history":"reconverge/history@1","observed":[{"x":1}]}\n',
      'line 1, observed',
      "'x'",
    ],
  ])('refuses %s, and says where', (_, text, at, words) => {
    expect(refusal(text)).toMatchObject({ code: 'RCV603', at });
    expect(refusal(text).text).toContain(words);
  });
});

describe('the schema of a line', () => {
  const file = new URL('../../../spec/schemas/history-line.json', import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  const format = 'reconverge/history@1';
  /** Values of which some are right for a key, and some are not. */
  const VALUES: Readonly<Record<string, readonly unknown[]>> = {
    history: [format, 'reconverge/history@2', 1],
    observed: [[], [{ event: 'GO' }], [{ x: 1 }], [1], {}],
    checkpoints: [['a'], [], [1], 'a'],
    whole: [true, 'no'],
    suffix: [true, 1],
    prefix: [false, 'no'],
    actor: ['a', 1, null],
    event: ['GO', { type: 'GO', n: 1 }, { n: 1 }, null],
    fault: [null, 'a.crash', { name: 'a.crash' }, { kind: 'node' }, 3],
    label: ['P', 'X', null],
    state: [{ a: { value: 'b' } }, {}, [], 'b'],
    start: ['a', 1],
    checkpoint: ['a', {}],
    recovery: ['a', null],
    saved: [{ value: 'b' }, {}, 'b'],
    final: [true, 'yes'],
    time: [1, 'noon'],
    strange: [1],
  };

  /** Whether the line stands where it belongs without a complaint. */
  function isRead(line: object): boolean {
    const lines = 'history' in line ? [line] : [{ history: format }, line, { end: 1 }];
    const text = lines.map((one) => JSON.stringify(one)).join('\n');
    try {
      historyOfLines(text, 'h');
      return true;
    } catch (thrown) {
      if (thrown instanceof ReconvergeError && thrown.code === 'RCV603') return false;
      throw thrown;
    }
  }

  it('allows exactly the lines that are read', () => {
    const dice = new Dice(11);
    const seen = { read: 0, refused: 0 };
    for (let round = 0; round < 5_000; round += 1) {
      const keys = Object.keys(VALUES).filter(() => dice.chance(1, 8));
      const line = Object.fromEntries(keys.map((key) => [key, dice.pick(VALUES[key]!)]));
      const isAllowed = wrongWith(line, schema).length === 0;
      expect(isRead(line), JSON.stringify(line)).toBe(isAllowed);
      seen[isAllowed ? 'read' : 'refused'] += 1;
    }
    expect(seen.read).toBeGreaterThan(300);
    expect(seen.refused).toBeGreaterThan(300);
  });
});
