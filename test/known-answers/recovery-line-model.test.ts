import { describe, expect, it } from 'vitest';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import recoveryLine from '../../models/recovery-line.ts';
import { spanOf } from './span.ts';

interface Checkpoint {
  readonly sent: number;
  readonly received: number;
}
type Process = Checkpoint & { readonly checkpoints: readonly Checkpoint[] };
/** Of each process where it is, or null while it is down. */
type Ring = readonly (Process | null)[];

function modelOf(set: Readonly<Record<string, string | number>>) {
  const texts = Object.entries(set).map(([name, value]) => [name, String(value)]);
  const { parameters } = recoveryLine;
  return recoveryLine.build(parameterValues(parameters, Object.fromEntries(texts)));
}

const before = <One>(ring: readonly One[], at: number): One => ring.at(at - 1)!;
const isConsistent = (cut: readonly Checkpoint[]): boolean =>
  cut.every(({ received }, at) => received <= before(cut, at).sent);

/** The largest consistent choice of a checkpoint of each, or of now where it is still there. */
function largestLine(ring: readonly Process[], crashed: number): readonly Checkpoint[] {
  const choices = ring.map((one, at) =>
    at === crashed ? one.checkpoints : [...one.checkpoints, one],
  );
  const lines = choices
    .reduce<readonly (readonly number[])[]>(
      (all, own) => all.flatMap((some) => own.map((_, choice) => [...some, choice])),
      [[]],
    )
    .filter((line) => isConsistent(line.map((choice, at) => choices[at]![choice]!)));
  return ring.map((_, at) => {
    const { sent, received } = choices[at]![Math.max(...lines.map((line) => line[at]!))]!;
    return { sent, received };
  });
}

/** Every first crash: the state before it, who it is, and the states in which recovery ends. */
function crashes(set: Readonly<Record<string, string | number>>) {
  const system = modelOf({ crashes: 1, ...set });
  const [compiled, , found] = explored(system, planOf(system));
  const { states, graph } = found;
  const rings = Array.from({ length: states }, (_, state): Ring => {
    const view = compiled.stateView(found.row(state)) as Readonly<
      Record<string, { context?: Process }>
    >;
    return Object.keys(view)
      .filter((name) => name.startsWith('process['))
      .map((name) => view[name]!.context ?? null);
  });
  const next = (state: number): readonly number[] =>
    Array.from(graph.targets.slice(graph.offsets[state], graph.offsets[state + 1]));
  const endsOf = (state: number): readonly number[] => {
    const ring = rings[state]!;
    const isOver = ring.every((one) => one !== null) && isConsistent(ring as readonly Process[]);
    return isOver ? [state] : next(state).flatMap(endsOf);
  };
  return rings.flatMap((ring, state) => {
    if (ring.includes(null)) return [];
    return next(state).flatMap((target) => {
      const crashed = rings[target]!.indexOf(null);
      if (crashed < 0) return [];
      const ends = [...new Set(endsOf(target))].map((end) => rings[end] as readonly Process[]);
      return [{ ring: ring as readonly Process[], crashed, ends }];
    });
  });
}

const where = ({ sent, received }: Checkpoint): Checkpoint => ({ sent, received });

describe('recovery lines', () => {
  it.each([
    { markers: 'none', rounds: 1 },
    { markers: 'none', rounds: 2, processes: 2, messages: 2 },
    { markers: 'ordered', rounds: 1 },
    { markers: 'overtaken', rounds: 1 },
    { pattern: 'domino', messages: 3 },
    { pattern: 'aligned', messages: 3 },
  ])('%o: going back ends, on all ways, where the largest line is', (set) => {
    const all = crashes(set);
    expect(all.length).toBeGreaterThan(10);
    for (const { ring, crashed, ends } of all) {
      expect(ends.map((end) => end.map(where))).toEqual([largestLine(ring, crashed)]);
    }
  });

  /**
   * After a crash behind the last act: the number of the checkpoint at which each is, one more for
   * who did not go back, and how many messages are on their way; as in `recovery-line.test.ts`.
   */
  it.each([1, 2, 3, 4])('after %i rounds, as an independent program has them', (messages) => {
    const lineOf = (pattern: 'domino' | 'aligned', first: number) => {
      const sentInAll = (pattern === 'domino' ? 2 : 1) * messages;
      const last = crashes({ pattern, messages }).find(
        ({ ring, crashed }) =>
          crashed === first &&
          ring.every(({ checkpoints }) => checkpoints.length === messages + 1) &&
          ring.reduce((sum, { sent }) => sum + sent, 0) === sentInAll,
      );
      const { ring, ends } = last!;
      const end = ends[0]!;
      const isBack = (at: number): boolean =>
        at === first || end[at]!.sent < ring[at]!.sent || end[at]!.received < ring[at]!.received;
      return [
        end.map(({ checkpoints }, at) => checkpoints.length - (isBack(at) ? 1 : 0)),
        end.reduce((sum, { sent, received }) => sum + sent - received, 0),
      ];
    };
    expect(lineOf('domino', 0)).toEqual([[0, 0], 0]);
    expect(lineOf('domino', 1)).toEqual([[messages + 1, messages], 0]);
    expect(lineOf('aligned', 0)).toEqual([[messages, messages + 1], 0]);
    expect(lineOf('aligned', 1)).toEqual([[messages + 1, messages], 0]);
  });

  it.each([
    ['domino', [7, 13, 19]],
    ['aligned', [7, 17, 31]],
  ])('%s: consistent cuts', (pattern, cuts) => {
    const found = [1, 2, 3].map(
      (messages) => spanOf(modelOf({ pattern, messages, crashes: 0 })).states,
    );
    expect(found).toEqual(cuts);
  });
});
