import { assign, enqueueActions, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { actor } from '../../src/model/part.ts';
import { peer } from '../../src/model/peer.ts';
import { always } from '../../src/model/property.ts';
import { actors, fault, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

const MODES = ['effect-first', 'offset-first', 'atomic', 'dedup'] as const;
type Mode = (typeof MODES)[number];
type Apply = { type: 'APPLY'; message: number };

/** Nobody looks at how often it is once it is three times. */
const COUNTED_MAX = 3;

const sink = setup({
  types: {} as {
    context: { times: readonly number[]; timesMax: number };
    input: { messages: number; timesMax: number };
    events: Apply;
  },
  actions: {
    apply: assign({
      times: ({ context, event }) =>
        context.times.with(
          event.message,
          Math.min(context.timesMax, (context.times[event.message] ?? 0) + 1),
        ),
    }),
  },
}).createMachine({
  context: ({ input: { messages, timesMax } }) => ({
    times: Array.from({ length: messages }, () => 0),
    timesMax,
  }),
  on: { APPLY: { actions: 'apply' } },
});

interface Progress {
  readonly messages: number;
  /** Durable: the message to go on with after a crash. */
  readonly offset: number;
  /** Volatile: the message that is being worked on. */
  readonly position: number;
}

const working = setup({
  types: {} as {
    context: Progress;
    input: { messages: number };
    events: { type: 'EFFECT' | 'COMMIT' | 'BOTH' | 'CRASH' };
  },
  guards: { hasMessage: ({ context }) => context.position < context.messages },
  actions: {
    apply: enqueueActions(({ context, enqueue }) => {
      enqueue.sendTo(peer<Apply>('sink'), { type: 'APPLY', message: context.position });
    }),
    commit: assign({ offset: ({ context }) => context.position + 1 }),
    advance: assign({ position: ({ context }) => context.position + 1 }),
    goBack: assign({ position: ({ context }) => context.offset }),
  },
});

const common = {
  context: ({ input: { messages } }: { input: { messages: number } }) => ({
    messages,
    offset: 0,
    position: 0,
  }),
  initial: 'ready',
  on: { CRASH: { target: '.ready', actions: 'goBack' } },
} as const;

const effectFirst = working.createMachine({
  ...common,
  states: {
    ready: { on: { EFFECT: { guard: 'hasMessage', target: 'begun', actions: 'apply' } } },
    begun: { on: { COMMIT: { target: 'ready', actions: ['commit', 'advance'] } } },
  },
});
const offsetFirst = working.createMachine({
  ...common,
  states: {
    ready: { on: { COMMIT: { guard: 'hasMessage', target: 'begun', actions: 'commit' } } },
    begun: { on: { EFFECT: { target: 'ready', actions: ['apply', 'advance'] } } },
  },
});
const atomic = working.createMachine({
  ...common,
  states: {
    ready: { on: { BOTH: { guard: 'hasMessage', actions: ['apply', 'commit', 'advance'] } } },
  },
});
const CONSUMERS = {
  'effect-first': effectFirst,
  'offset-first': offsetFirst,
  atomic,
  dedup: effectFirst,
};

/**
 * A consumer with a durable offset, in front of a durable sink; a crash takes back what is not
 * committed. Either the effect comes before the commit, or after it, or both are one step, or the
 * sink knows a message that it has had.
 */
function pipeline(mode: Mode, messages: number, crashes: number): System {
  const timesMax = mode === 'dedup' ? 1 : COUNTED_MAX;
  return actors({
    consumer: actor(CONSUMERS[mode], { input: { messages } }),
    sink: actor(sink, { input: { messages, timesMax } }),
  }).faultTolerant({
    environment: {
      consumer: {
        EFFECT: true,
        COMMIT: true,
        BOTH: true,
        CRASH: fault({ kind: 'node', persistence: 'transient', class: 'crash', budget: crashes }),
      },
    },
    properties: {
      'nothing twice': always((s) => s.sink.context.times.every((times) => times <= 1)),
      'nothing lost': always(
        (s) =>
          !(s.consumer.matches('ready') && s.consumer.context.position === messages) ||
          s.sink.context.times.every((times) => times > 0),
      ),
    },
  });
}

const reports = new Map<string, CheckReport>();
function report(mode: Mode, messages: number, crashes: number): CheckReport {
  const key = `${mode} ${messages} ${crashes}`;
  const known = reports.get(key) ?? check(pipeline(mode, messages, crashes));
  reports.set(key, known);
  return known;
}

/** States, steps to an effect that comes twice, steps to the end of all with one lost. */
const KNOWN = {
  'effect-first': [
    [1, 1, 9, 3, null],
    [2, 1, 18, 3, null],
    [2, 2, 42, 3, null],
    [3, 2, 77, 3, null],
  ],
  'offset-first': [
    [1, 1, 7, null, 2],
    [2, 1, 14, null, 4],
    [2, 2, 24, null, 4],
    [3, 2, 44, null, 6],
  ],
  atomic: [
    [1, 1, 4, null, null],
    [2, 1, 6, null, null],
    [2, 2, 9, null, null],
    [3, 2, 12, null, null],
  ],
  dedup: [
    [1, 1, 7, null, null],
    [2, 1, 12, null, null],
    [2, 2, 19, null, null],
    [3, 2, 27, null, null],
  ],
} as const;

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
for (const mode of MODES) {
  for (const [messages, crashes, ...value] of KNOWN[mode]) {
    const name = `${mode}, ${messages} messages, ${crashes} crashes: states, steps to twice, to lost`;
    answers.push({ name, value });
    worked[name] = () => {
      const { stats, properties } = report(mode, messages, crashes);
      return [stats.states, ...properties.map(({ trace }) => trace?.steps.length ?? null)];
    };
  }
}
answered('a consumer with a durable offset', answers, worked);

describe('a consumer with a durable offset', () => {
  it.each(MODES)('%s: the same verdicts with as few steps as are enough', (mode) => {
    const verdicts = ({ properties }: CheckReport) => properties.map(({ result }) => result);
    const reduced = check(pipeline(mode, 3, 2), { reduce: true });
    expect(verdicts(reduced)).toEqual(verdicts(report(mode, 3, 2)));
  });
});
