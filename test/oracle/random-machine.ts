/** Small random machines for random systems: all are deterministic functions of the dice. */
import { assign, createMachine, sendTo } from 'xstate';
import type { AnyStateMachine, EventObject } from 'xstate';
import type { Dice } from './dice.ts';
import { peer } from '../../src/model/peer.ts';

/** Numbers in a context are counted modulo this. */
export const MODULUS = 3;

/** Events from outside, and messages between actors. */
export const OUTSIDE = ['GO', 'TURN', 'HURT'] as const;
export const MESSAGES = ['PING', 'PONG'] as const;

export const TAGS = ['retry', 'rollback', 'compensate', 'down'] as const;

interface Shown {
  readonly x: number;
  readonly sent: number;
}

interface Told {
  readonly context: Shown;
  readonly event: EventObject & { readonly by?: number };
}

/** Whom a machine may send to, and how: a copy may be kept for ever, so sending needs a bound. */
export interface Receiver {
  readonly name: string;
  readonly bounded: boolean;
}

type Config = { readonly [key: string]: unknown };

function machineOf(config: Config): AnyStateMachine {
  return createMachine(config as Parameters<typeof createMachine>[0]) as AnyStateMachine;
}

/** The events by index may carry a number `by`; without it they count as 1. */
function count(by: number) {
  return assign({
    x: ({ context, event }: Told) => (context.x + by * (event.by ?? 1)) % MODULUS,
  });
}

function sending(receiver: Receiver, type: string): unknown[] {
  const send = sendTo(peer<EventObject>(receiver.name), { type });
  const counted = assign({ sent: ({ context }: Told) => context.sent + 1 });
  return receiver.bounded ? [send, counted] : [send];
}

function transition(dice: Dice, states: readonly string[], receivers: readonly Receiver[]): Config {
  const receiver = dice.chance(1, 2) && receivers.length > 0 ? dice.pick(receivers) : null;
  const by = dice.roll(MODULUS);
  const threshold = dice.roll(MODULUS);
  const guarded = dice.chance(1, 3);
  const guard = ({ context }: Told): boolean =>
    (!guarded || context.x !== threshold) && (receiver?.bounded !== true || context.sent < 1);
  const type = dice.pick(MESSAGES);
  return {
    ...(dice.chance(2, 3) && { target: `.${dice.pick(states)}`, reenter: dice.chance(1, 4) }),
    ...((guarded || receiver?.bounded) && { guard }),
    actions: [...(by === 0 ? [] : [count(by)]), ...(receiver ? sending(receiver, type) : [])],
  };
}

/**
 * A state's own reactions to outside events; targets are siblings, so the root's dot is cut off.
 */
function reactions(dice: Dice, states: readonly string[], receivers: readonly Receiver[]): Config {
  const own = OUTSIDE.filter(() => dice.chance(1, 2));
  return Object.fromEntries(
    own.map((type) => {
      const { target, ...rest } = transition(dice, states, receivers);
      return [type, typeof target === 'string' ? { ...rest, target: target.slice(1) } : rest];
    }),
  );
}

function delays(dice: Dice, states: readonly string[]): Config {
  const first = { 10: { target: dice.pick(states) } };
  if (dice.chance(1, 2)) return first;
  return { ...first, 20: { target: dice.pick(states), actions: [count(1)] } };
}

/**
 * An actor that reacts to outside events and to messages. Every message type is handled in every
 * state (perhaps refused by a guard), so that rendezvous never finds a receiver without an answer.
 */
export function randomReactor(dice: Dice, receivers: readonly Receiver[]): AnyStateMachine {
  const states = ['a', 'b', 'c', 'd'].slice(0, 2 + dice.roll(3));
  const canEnd = dice.chance(1, 3);
  const nodes = states.map((name, position) => {
    const last = position === states.length - 1;
    if (last && canEnd) return [name, { type: 'final' }] as const;
    const state = {
      ...(dice.chance(1, 3) && position > 0 && { tags: [dice.pick(TAGS)] }),
      ...(dice.chance(1, 4) && { after: delays(dice, states) }),
      on: reactions(dice, states, receivers),
    };
    return [name, state] as const;
  });
  const forwarded = receivers.filter(() => dice.chance(1, 3));
  const messages = MESSAGES.map((type) => [type, transition(dice, states, forwarded)]);
  return machineOf({
    id: 'reactor',
    initial: 'a',
    context: ({ input }: { input?: { readonly x?: number } }) => ({ x: input?.x ?? 0, sent: 0 }),
    states: Object.fromEntries(nodes),
    on: Object.fromEntries(messages) as Config,
  });
}

/** A service: it counts what it does, may refuse once it was undone, and never ends. */
export function randomService(dice: Dice): AnyStateMachine {
  const tombstone = dice.chance(1, 2);
  const most = 1 + dice.roll(2);
  return machineOf({
    id: 'service',
    context: { x: 0, gone: false },
    on: {
      DO: {
        guard: ({ context }: { context: { gone: boolean } }) => !context.gone,
        actions: assign({ x: ({ context }: Told) => Math.min(most, context.x + 1) }),
      },
      HALF: { actions: assign({ x: ({ context }: Told) => (context.x === 0 ? 1 : context.x) }) },
      UNDO: { actions: assign({ x: 0, gone: tombstone }) },
    },
  });
}
