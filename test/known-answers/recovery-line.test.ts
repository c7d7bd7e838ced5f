import { assign, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { replicas } from '../../src/model/part.ts';
import { always } from '../../src/model/property.ts';
import { actors, fault, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

/** What a process does: it saves a checkpoint, or sends or receives a message. */
type Act = 'save' | { readonly send: string } | { readonly receive: string };
type Program = readonly Act[];

const participant = setup({
  types: {} as {
    context: { program: Program; position: number };
    input: { program: Program };
    events: { type: 'ACT' | 'CRASH' | 'ROLL_BACK' };
  },
  guards: { isUnfinished: ({ context }) => context.position < context.program.length },
  actions: {
    advance: assign({ position: ({ context }) => context.position + 1 }),
    /** To the checkpoint before: the last one, if what came after it is there, too. */
    restore: assign({
      position: ({ context: { program, position } }) =>
        program.slice(0, position).lastIndexOf('save') + 1,
    }),
    restoreEarlier: assign({
      position: ({ context: { program, position } }) =>
        program.slice(0, Math.max(0, position - 1)).lastIndexOf('save') + 1,
    }),
  },
}).createMachine({
  context: ({ input: { program } }) => ({ program, position: 0 }),
  initial: 'running',
  states: {
    running: {
      on: {
        ACT: { guard: 'isUnfinished', actions: 'advance' },
        CRASH: { target: 'restored', actions: 'restore' },
        ROLL_BACK: { target: 'restored', actions: 'restore' },
      },
    },
    restored: { on: { ROLL_BACK: { actions: 'restoreEarlier' } } },
  },
});

interface Sight {
  readonly value: unknown;
  readonly context: { readonly program: Program; readonly position: number };
}

const past = ({ context: { program, position } }: Sight): Program => program.slice(0, position);
const sent = (processes: readonly Sight[]): readonly string[] =>
  processes
    .flatMap(past)
    .flatMap((act) => (typeof act === 'object' && 'send' in act ? [act.send] : []));
const received = (processes: readonly Sight[]): readonly string[] =>
  processes
    .flatMap(past)
    .flatMap((act) => (typeof act === 'object' && 'receive' in act ? [act.receive] : []));

/** Whether somebody has received what, as things are, nobody has sent. */
function hasOrphan(receivers: readonly Sight[], processes: readonly Sight[]): boolean {
  const all = new Set(sent(processes));
  return received(receivers).some((message) => !all.has(message));
}

const isOver = ({ context }: Sight): boolean => context.position === context.program.length;

/** Whether its next act is possible: a message is received after it was sent. */
function isPossible(index: number, processes: readonly Sight[]): boolean {
  const { program, position } = processes[index]!.context;
  const act = program[position];
  if (act === undefined) return false;
  return typeof act === 'string' || 'send' in act || sent(processes).includes(act.receive);
}

/**
 * Processes that save checkpoints on their own (Randell, IEEE TSE 1(2), 1975; Elnozahy et al., ACM
 * CSUR 34(3), 2002). Once all of them are through, `failing` loses what it has not saved, and who
 * has received what was never sent goes back by a checkpoint, until nobody has.
 */
function distributed(programs: readonly Program[], failing: number | null): System {
  const input = (index: number) => ({ program: programs[index]! });
  return actors({ processes: replicas(programs.length, participant, { input }) }).faultTolerant({
    environment: {
      processes: {
        ACT: (s, index) => isPossible(index, s.processes),
        ROLL_BACK: (s, index) => hasOrphan([s.processes[index]!], s.processes),
        CRASH: fault(
          {
            kind: 'node',
            persistence: 'transient',
            class: 'crash',
            budget: failing === null ? 0 : 1,
          },
          (s, index) => index === failing && s.processes.every(isOver),
        ),
      },
    },
    consistent: (s) => !hasOrphan(s.processes, s.processes),
    properties: {
      'messages only come from senders': always((s) => !hasOrphan(s.processes, s.processes)),
    },
  });
}

const sends = (message: string): Act => ({ send: message });
const receives = (message: string): Act => ({ receive: message });
const rounds = (count: number, round: (number: number) => Program): Program =>
  Array.from({ length: count }, (_, number) => round(number)).flat();

/** No checkpoint of one is of use without an earlier one of the other, and so on to the start. */
const domino = (count: number): readonly Program[] => [
  rounds(count, (n) => [receives(`b${n}`), 'save', sends(`a${n}`)]),
  rounds(count, (n) => [sends(`b${n}`), receives(`a${n}`), 'save']),
];
const coordinated = (count: number): readonly Program[] => [
  rounds(count, (n) => [sends(`a${n}`), 'save']),
  rounds(count, (n) => [receives(`a${n}`), 'save']),
];
const saves = (count: number): Program => rounds(count, () => ['save']);

const cuts = (programs: readonly Program[]): number =>
  check(distributed(programs, null)).stats.states;

/**
 * Where everybody is when nobody has to go back any more: by its checkpoints, the start is none,
 * and who has not gone back is beyond the last; and how many messages are on their way then.
 */
function line(programs: readonly Program[], failing: number): readonly [readonly number[], number] {
  const system = distributed(programs, failing);
  const [compiled, , found] = explored(system, planOf(system));
  const { offsets } = found.graph;
  const ends = Array.from({ length: found.states }, (_, state) => state).filter(
    (state) => offsets[state] === offsets[state + 1],
  );
  expect(ends).toHaveLength(1);
  const view = compiled.stateView(found.row(ends[0]!)) as unknown as { [name: string]: Sight };
  const processes = programs.map((_, index) => view[`processes[${index}]`]!);
  const saved = processes.map(
    (one) => past(one).filter((act) => act === 'save').length + (one.value === 'running' ? 1 : 0),
  );
  return [saved, sent(processes).length - received(processes).length];
}

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
const add = (name: string, value: unknown, work: () => unknown): void => {
  answers.push({ name, value });
  worked[name] = work;
};
const ROUNDS = [1, 2, 3, 4];
for (const count of ROUNDS) {
  const own = `dominoes, ${count} rounds: the line and what is on its way`;
  add(`${own}, the first fails`, [[0, 0], 0], () => line(domino(count), 0));
  add(`${own}, the second fails`, [[count + 1, count], 0], () => line(domino(count), 1));
  const both = [
    [[count, count + 1], 0],
    [[count + 1, count], 0],
  ];
  add(`coordinated, ${count} rounds: the same, either fails`, both, () =>
    [0, 1].map((failing) => line(coordinated(count), failing)),
  );
}
for (const [first, second, known] of [
  [2, 3, 12],
  [4, 4, 25],
] as const) {
  add(`${first} and ${second} acts without messages: consistent cuts`, known, () =>
    cuts([saves(first), saves(second)]),
  );
}
add('one message, after a checkpoint and before one: consistent cuts', 5, () =>
  cuts([
    ['save', sends('m')],
    [receives('m'), 'save'],
  ]),
);
add('dominoes, 1 to 3 rounds: consistent cuts', [7, 13, 19], () =>
  [1, 2, 3].map((count) => cuts(domino(count))),
);
add('coordinated, 1 to 3 rounds: consistent cuts', [7, 17, 31], () =>
  [1, 2, 3].map((count) => cuts(coordinated(count))),
);
answered('recovery lines', answers, worked);

describe('recovery lines', () => {
  it.each(ROUNDS)('rolling back comes to consistency, %i rounds', (count) => {
    for (const programs of [domino(count), coordinated(count)]) {
      for (const failing of [0, 1]) {
        const system = distributed(programs, failing);
        const verdicts = [{}, { symmetry: true }, { reduce: true }].map(
          (options) => check(system, { ...options, properties: ['converges'] }).result,
        );
        expect(verdicts).toEqual(['holds', 'holds', 'holds']);
      }
    }
  });

  it('without a crash nothing is received that nobody has sent', () => {
    const { result } = check(distributed(domino(3), null));
    expect(result).toBe('holds');
  });

  it('a crash makes orphans, and dominoes fall', () => {
    const { properties } = check(distributed(domino(2), 0));
    expect(properties.map(({ name, result }) => [name, result])).toEqual([
      ['messages only come from senders', 'violated'],
      ['converges', 'holds'],
    ]);
  });
});
