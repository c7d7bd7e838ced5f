import { describe, expect, it } from 'vitest';
import model from '../../models/byzantine-generals.ts';
import { check } from '../../src/check/check.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import { sometimes } from '../../src/model/property.ts';

const ORDERS = ['attack', 'retreat'] as const;
type Order = (typeof ORDERS)[number];

const built = (generals: number, m: number, traitors: number) =>
  model.build(
    parameterValues(model.parameters, {
      generals: String(generals),
      m: String(m),
      traitors: String(traitors),
    }),
  );

/** What a traitor says to whom about what came over a path. */
type Lie = (path: readonly number[], to: number) => Order;

/** OM(m) as the paper defines it, by recursion: what each of the lieutenants takes the order for. */
function taken(
  m: number,
  path: readonly number[],
  lieutenants: readonly number[],
  order: Order,
  lies: (general: number) => Lie | null,
): ReadonlyMap<number, Order> {
  const lie = lies(path.at(-1)!);
  const received = new Map(lieutenants.map((to) => [to, lie === null ? order : lie(path, to)]));
  if (m === 0) return received;
  const relayed = lieutenants.map((one) => {
    const rest = lieutenants.filter((other) => other !== one);
    return taken(m - 1, [...path, one], rest, received.get(one)!, lies);
  });
  return new Map(
    lieutenants.map((one) => {
      const heard = relayed.flatMap((told) => told.get(one) ?? []);
      const votes = [received.get(one)!, ...heard];
      const attacks = votes.filter((vote) => vote === 'attack').length;
      return [one, 2 * attacks > votes.length ? 'attack' : 'retreat'];
    }),
  );
}

/** How runs end, for all lies: one that runs out of them is tried again with one more of each. */
function runs(m: number, count: number, order: Order, traitors: readonly number[]): Set<string> {
  const found = new Set<string>();
  const open: (readonly Order[])[] = [[]];
  for (let lies = open.pop(); lies !== undefined; lies = open.pop()) {
    let used = 0;
    const given = lies;
    const lie: Lie = (_, to) => (traitors.includes(to) ? 'retreat' : (given[used++] ?? 'retreat'));
    const all = Array.from({ length: count - 1 }, (_, index) => index + 1);
    const orders = taken(m, [0], all, order, (one) => (traitors.includes(one) ? lie : null));
    if (used > given.length) {
      open.push([...given, 'attack'], [...given, 'retreat']);
    } else {
      found.add(all.map((one) => (traitors.includes(one) ? 'betrays' : orders.get(one))).join());
    }
  }
  return found;
}

/** All ways of ending with exactly these traitors, some of which nothing leads to. */
function endings(count: number, traitors: readonly number[]): readonly string[] {
  return Array.from({ length: count - 1 }, (_, index) => index + 1)
    .reduce<readonly (readonly string[])[]>(
      (some, one) =>
        (traitors.includes(one) ? ['betrays'] : ['attack', 'retreat']).flatMap((what) =>
          some.map((before) => [...before, what]),
        ),
      [[]],
    )
    .map((ending) => ending.join());
}

const DOES = { attacking: 'attack', retreating: 'retreat', traitor: 'betrays' } as const;
interface Sight {
  readonly general: readonly {
    readonly context: { readonly told: readonly string[] };
    matches(state: string): boolean;
  }[];
}
function endOf({ general: [commander, ...lieutenants] }: Sight): string {
  const does = lieutenants.map((one) =>
    Object.entries(DOES).flatMap(([state, what]) => (one.matches(state) ? [what] : [])),
  );
  return [commander!.context.told[0]?.trim(), commander!.matches('traitor'), ...does].join();
}

describe('OM(m)', () => {
  it.each([
    [3, 1, 1],
    [4, 1, 1],
    [4, 1, 2],
    [5, 1, 1],
    [4, 0, 1],
    [4, 2, 1],
  ])('%i generals, m = %i, up to %i traitors: ends as the recursion does', (count, m, most) => {
    const last = [count - 1, count - 2];
    const groups = [[], [0], [last[0]!], ...(most > 1 ? [[0, last[0]!], last] : [])];
    const expected = groups.flatMap((traitors) =>
      ORDERS.flatMap((order) =>
        [...runs(m, count, order, traitors)].map((end) => [order, traitors[0] === 0, end].join()),
      ),
    );
    const possible = groups.flatMap((traitors) =>
      ORDERS.flatMap((order) =>
        endings(count, traitors).map((end) => [order, traitors[0] === 0, end].join()),
      ),
    );
    const { parts, tolerance } = built(count, m, most);
    const ends = possible.map(
      (end) => [end, sometimes((s) => endOf(s as unknown as Sight) === end)] as const,
    );
    const { properties } = check({
      parts,
      tolerance: { ...tolerance, properties: Object.fromEntries(ends) },
    });
    const met = properties.filter((one) => one.kind === 'sometimes' && one.result === 'holds');
    expect(met.map(({ name }) => name).toSorted()).toEqual(expected.toSorted());
    expect(met.length).toBeLessThan(possible.length);
  });

  it.each([
    [3, 1, 4],
    [4, 1, 9],
    [5, 1, 16],
    [7, 1, 36],
    [4, 2, 15],
    [5, 2, 40],
    [7, 2, 156],
  ])('%i generals, m = %i: %i messages', (count, m, messages) => {
    const { properties } = check(built(count, m, 0), { properties: ['can attack'] });
    const steps = properties[0]?.trace?.steps ?? [];
    const heard = steps.map(({ event }) => (event as { messages?: unknown[] }).messages ?? []);
    expect(heard.flat()).toHaveLength(messages);
  });
});
