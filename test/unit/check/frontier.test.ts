import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frontierOf, type Point } from '../../../src/check/frontier.ts';

const isBelow = (a: Point, b: Point): boolean => a.every((value, i) => value <= b[i]!);

function pointsOf([most, ...others]: Point): Point[] {
  if (most === undefined) return [[]];
  const rest = pointsOf(others);
  return Array.from({ length: most + 1 }, (_, value) => value).flatMap((value) =>
    rest.map((point) => [value, ...point]),
  );
}

/** The same by definition: every point is looked at. */
function byDefinition(box: Point, isTolerated: (point: Point) => boolean) {
  const points = pointsOf(box);
  const [tolerated, broken] = [points.filter(isTolerated), points.filter((p) => !isTolerated(p))];
  const isOnly = (point: Point, others: readonly Point[], above: boolean): boolean =>
    others.every((o) => o === point || !(above ? isBelow(point, o) : isBelow(o, point)));
  return {
    maximal: tolerated.filter((point) => isOnly(point, tolerated, true)),
    minimal: broken.filter((point) => isOnly(point, broken, false)),
  };
}

function aloneIn(box: Point, isTolerated: (point: Point) => boolean): Point {
  return box.map((most, axis) => {
    let count = -1;
    while (count < most && isTolerated(box.map((_, i) => (i === axis ? count + 1 : 0)))) count += 1;
    return count;
  });
}

const sorted = (points: readonly Point[]): string[] =>
  points.map((point) => point.join()).toSorted();

/** A box, and points that with all above them are not tolerated. */
const antitone = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 })
  .chain((box) =>
    fc.record({
      box: fc.constant(box),
      broken: fc.array(fc.tuple(...box.map((most) => fc.integer({ min: 0, max: most }))), {
        maxLength: 4,
      }),
    }),
  );

describe('the frontier of budgets', () => {
  it('is what the definition says', () => {
    fc.assert(
      fc.property(antitone, ({ box, broken }) => {
        const holds = (point: Point): boolean => !broken.some((low) => isBelow(low, point));
        const found = frontierOf(box, aloneIn(box, holds), holds);
        const expected = byDefinition(box, holds);
        expect(sorted(found.maximal)).toEqual(sorted(expected.maximal));
        expect(sorted(found.minimal)).toEqual(sorted(expected.minimal));
      }),
      { numRuns: 2000 },
    );
  });

  it('asks once where all is tolerated', () => {
    let asked = 0;
    const frontier = frontierOf([3, 3, 3, 3, 3], [3, 3, 3, 3, 3], () => {
      asked += 1;
      return true;
    });
    expect(frontier).toEqual({ maximal: [[3, 3, 3, 3, 3]], minimal: [] });
    expect(asked).toBe(1);
  });
});
