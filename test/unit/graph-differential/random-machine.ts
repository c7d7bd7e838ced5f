import { fc } from '@fast-check/vitest';

/** The events of a random machine. */
export const TYPES = ['A', 'B', 'C'] as const;

/** The context of a random machine: `n` counts from 0 to 3 and starts over. */
export interface Counting {
  readonly n: number;
}

type Type = (typeof TYPES)[number];

interface Arrow {
  readonly on: Type;
  /** Which node it leads to, counted over all nodes and taken modulo their number; null: none. */
  readonly to: number | null;
  readonly guard: 'isLow' | 'isEven' | null;
  readonly counts: boolean;
}

interface Tree {
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final';
  readonly remembers: 'shallow' | 'deep' | null;
  readonly arrows: readonly Arrow[];
  readonly inner: readonly Tree[];
}

const arrow: fc.Arbitrary<Arrow> = fc.record({
  on: fc.constantFrom(...TYPES),
  to: fc.option(fc.nat(40), { freq: 4 }),
  guard: fc.option(fc.constantFrom('isLow', 'isEven'), { freq: 1 }),
  counts: fc.boolean(),
});
const arrows = fc.array(arrow, { minLength: 1, maxLength: 3 });

const leaf: fc.Arbitrary<Tree> = fc.record({
  type: fc.constantFrom('atomic', 'atomic', 'atomic', 'final'),
  remembers: fc.constant(null),
  arrows,
  inner: fc.constant([]),
});

const branch = (inner: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> =>
  fc.record({
    type: fc.constantFrom('compound', 'compound', 'parallel'),
    remembers: fc.constantFrom(null, 'shallow', 'deep'),
    arrows: fc.array(arrow, { maxLength: 2 }),
    inner: fc.array(inner, { minLength: 2, maxLength: 3 }),
  });

const outer = branch(fc.oneof(leaf, branch(leaf)));

function configOf(tree: Tree, id: string, ids: readonly string[]): object {
  if (tree.type === 'final') return { id, type: 'final' };
  const transitions = tree.arrows.map(({ on, to, guard, counts }) => ({
    type: on,
    transition: {
      ...(guard === null ? {} : { guard }),
      ...(counts ? { actions: 'count' } : {}),
      ...(to === null ? {} : { target: `#${ids[to % ids.length]}` }),
    },
  }));
  const on = Object.fromEntries(
    TYPES.map((type) => [
      type,
      transitions.filter((one) => one.type === type).map(({ transition }) => transition),
    ]),
  );
  if (tree.type === 'atomic') return { id, on };
  const states = Object.fromEntries(
    tree.inner.map((inner, index) => [`s${index}`, configOf(inner, `${id}-${index}`, ids)]),
  );
  const { remembers } = tree;
  const memory =
    remembers === null ? {} : { last: { id: `${id}-last`, type: 'history', history: remembers } };
  const shape = tree.type === 'parallel' ? { type: 'parallel' } : { initial: 's0' };
  return { id, on, ...shape, states: { ...states, ...memory } };
}

/** The ids of everything inside a node that an arrow may lead to. */
function idsIn({ inner, remembers }: Tree, id: string): readonly string[] {
  const own = remembers === null ? [] : [`${id}-last`];
  return [...own, ...inner.flatMap((tree, i) => [`${id}-${i}`, ...idsIn(tree, `${id}-${i}`)])];
}

/** Machines of up to three levels, with parallel regions, history, final states, guards, a counter. */
export const machineConfig: fc.Arbitrary<object> = outer.map((tree) => ({
  ...configOf(tree, 'n', idsIn(tree, 'n')),
  context: { n: 0 },
}));
