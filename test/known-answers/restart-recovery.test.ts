import { assign, setup } from 'xstate';
import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { actor, anyOf } from '../../src/model/part.ts';
import { always } from '../../src/model/property.ts';
import { actors, fault, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

/** Redo does not look at the page's LSN; undo writes nothing to the log. */
type Bug = 'none' | 'redoes everything' | 'logs no undo';

interface Page {
  readonly value: number;
  readonly lsn: number;
}
/** What the log says about the page; `undoNext` is that of a compensation record, 0 at the end. */
interface Logged {
  readonly change: number;
  readonly undoNext?: number;
}
interface Memory {
  readonly log: readonly Logged[];
  readonly disk: Page;
  readonly pool: Page;
  /** The LSN to be redone or undone next. */
  readonly next: number;
}

/** One transaction adds 1 and commits, another adds 10 and then 100 and does not. */
const BEFORE: readonly Logged[] = [{ change: 1 }, { change: 0 }, { change: 10 }, { change: 100 }];
const LOSER = { last: 4, first: 3 };
/** Its page as it may have been written, before and after each of the changes. */
const ON_DISK: readonly Page[] = [
  { value: 0, lsn: 0 },
  { value: 1, lsn: 1 },
  { value: 11, lsn: 3 },
  { value: 111, lsn: 4 },
];

/**
 * Restart after a crash, and after crashes during restart, of one page whose log is forced: history
 * is repeated, then the loser is undone, each step with a compensation log record (Mohan et al.,
 * "ARIES", ACM TODS 17(1), 1992).
 */
function restart(crashes: number, bug: Bug): System {
  const changeOf = ({ log, next }: Memory): number => log[next - 1]!.change;
  const redone = (memory: Memory): Partial<Memory> => {
    const { pool, next } = memory;
    const applies = bug === 'redoes everything' || pool.lsn < next;
    return {
      ...(applies && { pool: { value: pool.value + changeOf(memory), lsn: next } }),
      next: next + 1,
    };
  };
  const undone = (memory: Memory): Partial<Memory> => {
    const { log, pool, next } = memory;
    const undoNext = next === LOSER.first ? 0 : next - 1;
    const value = pool.value - changeOf(memory);
    if (bug === 'logs no undo') return { pool: { ...pool, value }, next: undoNext };
    const record = { change: -changeOf(memory), undoNext };
    return { log: [...log, record], pool: { value, lsn: log.length + 1 }, next: undoNext };
  };
  const machine = setup({
    types: {} as {
      context: Memory;
      input: Page;
      events: { type: 'REDO' | 'UNDO' | 'FLUSH' | 'CRASH' };
    },
    guards: {
      isRedone: ({ context }) => context.next > context.log.length,
      isUndone: ({ context }) => context.next === 0,
      isDirty: ({ context: { disk, pool } }) => disk.value !== pool.value || disk.lsn !== pool.lsn,
    },
    actions: {
      redo: assign(({ context }) => redone(context)),
      toUndo: assign({ next: ({ context: { log } }) => log.at(-1)?.undoNext ?? LOSER.last }),
      undo: assign(({ context }) => undone(context)),
      flush: assign({ disk: ({ context }) => context.pool }),
      reread: assign({ pool: ({ context }) => context.disk, next: 1 }),
    },
  }).createMachine({
    id: 'restart',
    context: ({ input }) => ({ log: BEFORE, disk: input, pool: input, next: 1 }),
    initial: 'redoing',
    on: {
      FLUSH: { guard: 'isDirty', actions: 'flush' },
      CRASH: { target: '.redoing', actions: 'reread' },
    },
    states: {
      redoing: {
        on: {
          REDO: [{ guard: 'isRedone', target: 'undoing', actions: 'toUndo' }, { actions: 'redo' }],
        },
      },
      undoing: { on: { UNDO: [{ guard: 'isUndone', target: 'done' }, { actions: 'undo' }] } },
      done: {},
    },
  });
  const crash = { kind: 'node', persistence: 'transient', class: 'crash' } as const;
  return actors({ restart: actor(machine, { input: anyOf(ON_DISK) }) }).faultTolerant({
    environment: {
      restart: { REDO: true, UNDO: true, FLUSH: true, CRASH: fault({ ...crash, budget: crashes }) },
    },
    properties: {
      'the winner, and nothing of the loser': always(
        (s) => !s.restart.matches('done') || s.restart.context.pool.value === 1,
      ),
    },
  });
}

const memo = new Map<string, CheckReport>();
function report(crashes: number, bug: Bug = 'none'): CheckReport {
  const key = `${crashes} ${bug}`;
  const known = memo.get(key) ?? check(restart(crashes, bug));
  memo.set(key, known);
  return known;
}
const shortest = (crashes: number, bug?: Bug) =>
  report(crashes, bug).properties[0]?.trace?.steps.length ?? null;

/** The most compensation records there ever are in the log. */
function compensations(crashes: number): number {
  const system = restart(crashes, 'none');
  const [compiled, , found] = explored(system, planOf(system));
  const logs = Array.from({ length: found.states }, (_, state) => {
    const { restart: seen } = compiled.stateView(found.row(state)) as unknown as {
      readonly restart: { readonly context: Memory };
    };
    return seen.context.log.length;
  });
  return Math.max(...logs) - BEFORE.length;
}

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
function add(name: string, value: unknown, found: () => unknown): void {
  answers.push({ name, value });
  worked[name] = found;
}
for (const [crashes, ...value] of [
  [0, 48, 72],
  [1, 183, 315],
  [2, 318, 645],
  [3, 453, 975],
] as const) {
  add(`${crashes} crashes: states, steps`, value, () => {
    const { states, transitions } = report(crashes).stats;
    return [states, transitions];
  });
  add(`${crashes} crashes: steps until a wrong value is recovered`, null, () => shortest(crashes));
  add(`${crashes} crashes: compensation records at most`, 2, () => compensations(crashes));
}
for (const [bug, crashes, ...value] of [
  ['redoes everything', 0, 160, 8],
  ['redoes everything', 1, 1304, 8],
  ['logs no undo', 0, 48, null],
  ['logs no undo', 1, 126, 16],
] as const) {
  add(`${bug}, ${crashes} crashes: states, steps until a wrong value`, value, () => [
    report(crashes, bug).stats.states,
    shortest(crashes, bug),
  ]);
}

answered('restart recovery', answers, worked);
