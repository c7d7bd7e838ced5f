import { assign, enqueueActions, sendTo, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckOptions, type CheckReport } from '../../src/check/check.ts';
import { actor, anyOf, replicas } from '../../src/model/part.ts';
import { peer } from '../../src/model/peer.ts';
import { always, leadsTo } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';
import { atLeisure } from './at-leisure.ts';
import { spanOf } from './span.ts';

type Node = { readonly isActive: boolean; readonly isBlack: boolean };
type Activate = { type: 'ACTIVATE' };
type Whiten = { type: 'WHITEN' };

const node = setup({
  types: {} as {
    context: Node & { readonly id: number };
    input: Node & { readonly id: number };
    events: { type: 'SEND'; to: number; isNoted: boolean } | { type: 'REST' } | Activate | Whiten;
  },
  guards: { isActive: ({ context }) => context.isActive },
  actions: {
    send: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'SEND') return;
      enqueue.sendTo(peer<Activate>(`node[${event.to}]`), { type: 'ACTIVATE' });
      if (event.isNoted && event.to > context.id) enqueue.assign({ isBlack: true });
    }),
  },
}).createMachine({
  context: ({ input }) => ({ ...input }),
  on: {
    SEND: { guard: 'isActive', actions: 'send' },
    REST: { guard: 'isActive', actions: assign({ isActive: false }) },
    ACTIVATE: { actions: assign({ isActive: true }) },
    WHITEN: { actions: assign({ isBlack: false }) },
  },
});

/** Why the token moves; each reason is a step of its own. */
type Reason = 'rest' | 'black node' | 'black token';

const token = setup({
  types: {} as {
    context: { at: number; isBlack: boolean };
    input: { at: number };
    events:
      | { type: 'BEGIN'; last: number; reason: Reason }
      | { type: 'PASS'; isBlack: boolean; reason: Reason };
  },
  actions: {
    begin: assign(({ context, event }) =>
      event.type === 'BEGIN' ? { at: event.last, isBlack: false } : context,
    ),
    pass: assign(({ context, event }) =>
      event.type === 'PASS'
        ? { at: context.at - 1, isBlack: context.isBlack || event.isBlack }
        : context,
    ),
    whiten: sendTo(({ system, context }) => peer<Whiten>(`node[${context.at}]`)({ system }), {
      type: 'WHITEN',
    }),
  },
}).createMachine({
  context: ({ input }) => ({ at: input.at, isBlack: true }),
  on: { BEGIN: { actions: ['whiten', 'begin'] }, PASS: { actions: ['whiten', 'pass'] } },
});

interface Ring {
  readonly node: readonly { readonly context: Node }[];
  readonly token: { readonly context: { readonly at: number; readonly isBlack: boolean } };
}
const isOver = (s: Ring): boolean => !s.node.some((one) => one.context.isActive);
const isDetected = ({ node: nodes, token: { context } }: Ring): boolean =>
  context.at === 0 && !context.isBlack && !nodes[0]!.context.isBlack && !nodes[0]!.context.isActive;

/** Why the token may leave where it is. */
function reasons({ node: nodes, token: { context } }: Ring): readonly Reason[] {
  const { isActive, isBlack } = nodes[context.at]!.context;
  return [
    ...(context.at > 0 && !isActive ? (['rest'] as const) : []),
    ...(isBlack ? (['black node'] as const) : []),
    ...(context.isBlack ? (['black token'] as const) : []),
  ];
}

/**
 * Termination detection after Dijkstra, Feijen and van Gasteren (EWD 840), and EWD840.tla: a token
 * goes round, and is black once it has passed a node that has sent a message back on its way. With
 * the bug no sender notes that it has.
 */
function detection(count: number, isNoted: boolean): System {
  const flags = [false, true];
  const looks = flags.flatMap((isActive) => flags.map((isBlack) => ({ isActive, isBlack })));
  const all = Array.from({ length: count }, (_, id) => id);
  return actors({
    node: replicas(count, node, { input: (id) => anyOf(looks.map((look) => ({ id, ...look }))) }),
    token: actor(token, { input: anyOf(all.map((at) => ({ at }))) }),
  }).faultTolerant({
    environment: {
      node: {
        SEND: (_s, id) => anyOf(all.filter((to) => to !== id).map((to) => ({ to, isNoted }))),
        REST: true,
      },
      token: {
        BEGIN: (s) =>
          s.token.context.at === 0 &&
          anyOf(reasons(s).map((reason) => ({ last: count - 1, reason }))),
        PASS: (s) => {
          const { at } = s.token.context;
          if (at === 0) return false;
          const { isBlack } = s.node[at]!.context;
          return anyOf(reasons(s).map((reason) => ({ isBlack, reason })));
        },
      },
    },
    properties: {
      'what is detected is over': always((s) => !isDetected(s) || isOver(s)),
      'is detected': leadsTo(isOver, isDetected, { fairness: { weak: ['token'] } }),
      'is detected, without fairness': leadsTo(isOver, isDetected, { fairness: 'none' }),
    },
  });
}

const memo = new Map<string, CheckReport>();
function report(count: number, isNoted = true, options: CheckOptions = {}): CheckReport {
  const key = `${count} ${isNoted} ${JSON.stringify(options)}`;
  const known = memo.get(key) ?? check(detection(count, isNoted), options);
  memo.set(key, known);
  return known;
}
/** Where all may stand still but for what is asked of them. */
const verdict = (name: string) =>
  check(atLeisure(detection(3, true)), { properties: [name] }).result;
const mistaken = (count: number, isNoted: boolean) =>
  report(count, isNoted).properties[0]?.trace?.steps.length ?? 'none';

const answers: Answer[] = [
  { name: '3 nodes: distinct states', value: 302 },
  { name: '3 nodes: generated, once for each reason', value: 2001 },
  { name: '3 nodes: depth', value: 9 },
  { name: '3 nodes: steps to a mistake', value: 'none' },
  { name: 'what is over is detected, where the token is weakly fair', value: 'holds' },
  { name: 'what is over is detected, without fairness', value: 'violated' },
  { name: '2 nodes: distinct states', value: 54 },
  { name: '4 nodes: distinct states', value: 1566 },
];
const worked: Record<string, () => unknown> = {
  '3 nodes: distinct states': () => report(3).stats.states,
  '3 nodes: generated, once for each reason': () => spanOf(detection(3, true)).generated,
  '3 nodes: depth': () => report(3).stats.depth,
  '3 nodes: steps to a mistake': () => mistaken(3, true),
  'what is over is detected, where the token is weakly fair': () => verdict('is detected'),
  'what is over is detected, without fairness': () => verdict('is detected, without fairness'),
  '2 nodes: distinct states': () => report(2).stats.states,
  '4 nodes: distinct states': () => report(4).stats.states,
};
for (const [count, steps] of [
  [2, 4],
  [3, 5],
  [4, 6],
] as const) {
  const name = `${count} nodes that note nothing: steps to a mistake`;
  answers.push({ name, value: steps });
  worked[name] = () => mistaken(count, false);
}
answered('termination detection', answers, worked);

describe('termination detection', () => {
  it.each([true, false])('has the same verdicts by symmetry and by reduction, noted: %s', (is) => {
    const results = (options: CheckOptions) =>
      report(3, is, options).properties.map(({ name, result }) => `${name}: ${result}`);
    expect(results({ symmetry: true })).toEqual(results({}));
    // Who asks for liveness, too, has every state visited.
    const properties = ['what is detected is over'];
    expect(results({ properties, reduce: true })).toEqual(results({ properties }));
  });
});
