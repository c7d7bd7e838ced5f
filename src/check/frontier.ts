/** How many of each fault, by axis. */
export type Point = readonly number[];

/** The border between what is tolerated and what is not: two antichains that decide every point. */
export interface Frontier {
  /** Tolerated, and nothing above within the box is. */
  readonly maximal: readonly Point[];
  /** Not tolerated, but everything below is. */
  readonly minimal: readonly Point[];
}

const isBelow = (a: Point, b: Point): boolean => a.every((value, i) => value <= b[i]!);

/** All points of the box. */
function* pointsOf(box: Point): Generator<Point> {
  const point = box.map(() => 0);
  for (;;) {
    yield [...point];
    let i = 0;
    while (i < point.length && point[i] === box[i]) point[i++] = 0;
    if (i === point.length) return;
    point[i]! += 1;
  }
}

/** The point moved along each axis in turn, as far as it may. */
function moved(from: Point, by: 1 | -1, box: Point, mayGo: (point: Point) => boolean): Point {
  let at = from;
  for (const axis of from.keys()) {
    for (;;) {
      const value = at[axis]! + by;
      if (value < 0 || value > box[axis]!) break;
      const next = at.with(axis, value);
      if (!mayGo(next)) break;
      at = next;
    }
  }
  return at;
}

/**
 * The frontier of a property of points that holds below every point at which it holds. `alone`: for
 * each axis how far it holds with all others at 0, -1 if not even there. What follows from what is
 * known is not asked.
 */
export function frontierOf(
  box: Point,
  alone: Point,
  isTolerated: (point: Point) => boolean,
): Frontier {
  if (alone.some((count) => count < 0)) return { maximal: [], minimal: [box.map(() => 0)] };
  const maximal: Point[] = [];
  const minimal: Point[] = box.flatMap((most, axis) =>
    alone[axis]! < most ? [box.map((_, i) => (i === axis ? alone[axis]! + 1 : 0))] : [],
  );
  const known = (point: Point): boolean | null => {
    if (maximal.some((other) => isBelow(point, other))) return true;
    return minimal.some((other) => isBelow(other, point)) ? false : null;
  };
  const asked = (point: Point): boolean => known(point) ?? isTolerated(point);
  const settle = (point: Point): void => {
    if (known(point) !== null) return;
    if (isTolerated(point)) maximal.push(moved(point, 1, box, asked));
    else minimal.push(moved(point, -1, box, (next) => !asked(next)));
  };
  settle(alone);
  for (const point of pointsOf(alone)) settle(point);
  return { maximal, minimal };
}
