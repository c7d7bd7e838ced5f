import { describe, expect, it } from 'vitest';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import type { StateView } from '../../src/model/verdict.ts';
import model from '../../models/reference-orchestration.ts';
import { start, stepsFrom, type Size, type Tuple } from './reference-tuple.ts';

interface Sight {
  readonly value: string | Readonly<Record<string, string>>;
  readonly context: {
    readonly checkpoint: number;
    readonly epoch: number;
    readonly position: number;
    readonly tries: number;
    readonly effects: readonly ('none' | 'half' | 'once' | 'twice')[];
    readonly write: Tuple['zombie'];
  };
}

const MODES = { forward: 'F', rollingBack: 'B', compensating: 'K' } as const;
const ENDS = { done: 'D', halted: 'H', aborted: 'A' } as const;
const NOTICED = { working: null, retrying: 'T', failed: 'P', halved: 'Q' } as const;
const TIMES = { none: 0, half: 0.5, once: 1, twice: 2 } as const;

type Known<T> = keyof T;

/** The state of the machines as the tuple that it stands for. */
function tupleOf(view: StateView, { faults }: Size): Tuple {
  const { worker, storage, zombie } = view as unknown as Readonly<Record<string, Sight>>;
  const { value, context } = worker!;
  const [outer, inner] = typeof value === 'string' ? [value, ''] : Object.entries(value)[0]!;
  const alive = outer !== 'down';
  const mode = alive ? outer : inner;
  expect(storage!.context.epoch).toBe(context.epoch);
  const { write } = zombie!.context;
  return {
    mode: { ...MODES, ...ENDS }[mode as Known<typeof MODES & typeof ENDS>],
    checkpoint: context.checkpoint,
    epoch: context.epoch,
    alive,
    position: context.position,
    tries: context.tries,
    noticed: outer === 'forward' ? NOTICED[inner as Known<typeof NOTICED>] : null,
    effects: storage!.context.effects.map((effect) => TIMES[effect]),
    zombie: write === null ? null : { epoch: write.epoch, step: write.step },
    struck: faults - ((view['budget faults'] as number | undefined) ?? 0),
  };
}

type Graph = readonly [states: readonly string[], steps: readonly string[]];

function byHand(size: Size): Graph {
  const first = start(size);
  const seen = new Map([[JSON.stringify(first), first]]);
  const steps: string[] = [];
  for (const [from, tuple] of seen) {
    for (const { label, to } of stepsFrom(tuple, size)) {
      const text = JSON.stringify(to);
      seen.set(text, seen.get(text) ?? to);
      steps.push(`${from} ${label} ${text}`);
    }
  }
  return [[...seen.keys()].toSorted(), steps.toSorted()];
}

function byMachines(size: Size): Graph {
  const given = { ...size, mutant: size.mutant === 0 ? 'none' : `m${size.mutant}` };
  const texts = Object.entries(given).map(([name, value]) => [name, String(value)]);
  const values = parameterValues(model.parameters, Object.fromEntries(texts));
  const system = model.build(values);
  const [compiled, , found] = explored(system, planOf(system));
  const states = Array.from({ length: found.states }, (_, state) =>
    JSON.stringify(tupleOf(compiled.stateView(found.row(state)), size)),
  );
  const { offsets, targets, actions } = found.graph;
  const steps = states.flatMap((from, state) =>
    Array.from({ length: offsets[state + 1]! - offsets[state]! }, (_, number) => {
      const edge = offsets[state]! + number;
      const { label } = compiled.action(actions[edge]!);
      return `${from} ${label} ${states[targets[edge]!]}`;
    }),
  );
  return [states.toSorted(), steps.toSorted()];
}

const SIZES: readonly (readonly [steps: number, faults: number, retries: number])[] = [
  [1, 1, 0],
  [1, 2, 1],
  [2, 0, 0],
  [2, 1, 1],
  [2, 2, 1],
  [2, 3, 2],
  [3, 2, 1],
  [4, 1, 1],
];

describe('the reference orchestration is the tuple (S, F, R)', () => {
  it.each(SIZES)('%i steps, %i faults, %i retries: state for state', (steps, faults, retries) => {
    const size = { steps, faults, retries, mutant: 0 };
    expect(byMachines(size)).toEqual(byHand(size));
  });

  it.each(Array.from({ length: 14 }, (_, mutant) => mutant + 1))('m%i, too', (mutant) => {
    for (const [steps, faults, retries] of [[2, 2, 1] as const, [1, 3, 0] as const]) {
      const size = { steps, faults, retries, mutant };
      expect(byMachines(size)).toEqual(byHand(size));
    }
  });
});
