import { describe, expect, it } from 'vitest';
import type { PropertyReport, Report, ToleranceRow } from '../../../src/model/verdict.ts';
import { changesBetween } from '../../../src/report/changes.ts';
import { documentOf } from '../../../src/report/document.ts';

const property = (change: Partial<PropertyReport> = {}): PropertyReport => ({
  name: 'p',
  kind: 'always',
  result: 'holds',
  failure: null,
  vacuous: false,
  because: null,
  values: {},
  trace: null,
  replay: null,
  ...change,
});
const row = (times: number, change: Partial<ToleranceRow> = {}): ToleranceRow => ({
  faults: { 'a.crash': times },
  kind: 'node',
  persistence: 'transient',
  class: 'crash',
  tolerates: 'masking',
  atLeast: true,
  values: {},
  witness: null,
  ...change,
});
const document = (change: Partial<Report>): Report => documentOf({ verb: 'check', ...change });

const told = (before: Partial<Report>, after: Partial<Report>): readonly string[] =>
  changesBetween(document(before), document(after)).map(
    ({ of, text, is }) => `${is} ${of} ${text}`,
  );
const ofProperties = (old: readonly PropertyReport[], now: readonly PropertyReport[]) =>
  told({ properties: old }, { properties: now });
const ofRows = (old: readonly ToleranceRow[], now: readonly ToleranceRow[]) =>
  told({ tolerance: old }, { tolerance: now });

describe('between two documents', () => {
  it('nothing is told of what is the same', () => {
    expect(ofProperties([property()], [property()])).toEqual([]);
    expect(ofRows([row(1)], [row(1)])).toEqual([]);
  });

  it('a property is worse, better, new or gone', () => {
    const wrong = property({ result: 'violated', because: 'it broke' });
    const open = property({ result: 'unknown' });
    expect(ofProperties([property()], [wrong])).toEqual(["worse 'p' holds → violated: it broke"]);
    expect(ofProperties([property()], [open])).toEqual(["worse 'p' holds → unknown"]);
    expect(ofProperties([wrong], [open])).toEqual(["better 'p' violated → unknown"]);
    expect(ofProperties([wrong], [property()])).toEqual(["better 'p' violated → holds"]);
    expect(ofProperties([], [property()])).toEqual(["better 'p' is new, and holds"]);
    expect(ofProperties([], [wrong])).toEqual(["other 'p' is new, and violated"]);
    expect(ofProperties([property()], [])).toEqual(["worse 'p' is not asked any more"]);
    expect(ofProperties([wrong], [])).toEqual(["other 'p' is not asked any more"]);
  });

  it('a property is about nothing, or computes something else', () => {
    const empty = property({ vacuous: true });
    expect(ofProperties([property()], [empty])).toEqual(["worse 'p' it is vacuous now"]);
    expect(ofProperties([empty], [property()])).toEqual(["better 'p' it is no longer vacuous"]);
    const [few, many] = [property({ values: { beta: 3 } }), property({ values: { beta: 5 } })];
    expect(ofProperties([few], [many])).toEqual(["other 'p' beta: 3 → 5"]);
  });

  it('a fault is borne worse, better, or otherwise', () => {
    const as = (tolerates: ToleranceRow['tolerates']) => row(1, { tolerates });
    expect(ofRows([as('masking')], [as('fail-safe')])).toEqual([
      'worse a.crash masking → fail-safe',
    ]);
    expect(ofRows([as('intolerant')], [as('nonmasking')])).toEqual([
      'better a.crash intolerant → nonmasking',
    ]);
    expect(ofRows([as('nonmasking')], [as('fail-safe')])).toEqual([
      'other a.crash nonmasking → fail-safe',
    ]);
  });

  it('a fault is borne more or less often', () => {
    const exactly = (times: number) => row(times, { atLeast: false });
    expect(ofRows([row(2)], [exactly(1)])).toEqual(['worse a.crash up to at least 2 → 1']);
    expect(ofRows([exactly(1)], [row(1)])).toEqual(['better a.crash up to 1 → at least 1']);
    expect(ofRows([row(1)], [exactly(1)])).toEqual(['worse a.crash up to at least 1 → 1']);
    const other = row(1, { faults: { 'b.halt': 1 } });
    expect(ofRows([row(1)], [other])).toEqual([
      'worse a.crash is not declared any more',
      'better b.halt is new: masking, up to 1',
    ]);
  });

  it('less of the span was looked at', () => {
    const [all, some] = [{ completeness: 'exhaustive' }, { completeness: 'bounded' }] as const;
    expect(told(all, some)).toEqual(['worse span completeness: exhaustive → bounded']);
    expect(told(some, all)).toEqual(['better span completeness: bounded → exhaustive']);
  });
});
