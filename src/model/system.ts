import type { AnyStateMachine, InputFrom, SnapshotFrom } from 'xstate';
import type { EffectFault, Failure, FaultNature, NodeFault } from './failure.ts';
import type { RecoveryTable } from './recovery.ts';
import type { AnyOf, EventOf, InvokedBy, Part, Parts, SourceName, TagOf } from './part.ts';
import type { Names, NamesOf } from './names.ts';
import type { Property } from './property.ts';
import type { View } from './view.ts';

type MachineOf<P> =
  P extends Part<infer M extends AnyStateMachine, string, number | null> ? M : never;
type SaveOf<P> = P extends Part<AnyStateMachine, infer Save, number | null> ? Save : never;
type Sources<P> = P extends Parts ? InvokedBy<MachineOf<P[keyof P]>> : never;
type SingleName<P extends Parts> = {
  [K in keyof P & string]: P[K]['count'] extends null ? K : never;
}[keyof P & string];

/** The invoke sources of all actors, but for those that save checkpoints. */
export type EffectName<P extends Parts> = Exclude<
  SourceName<MachineOf<P[keyof P]>>,
  SaveOf<P[keyof P]>
>;
type LogicOf<P extends Parts, E> =
  Extract<Sources<P>, { src: E }> extends { logic: infer L } ? L : never;
type EffectInput<P extends Parts, E> = InputFrom<LogicOf<P, E>>;
type EffectOutput<P extends Parts, E> =
  SnapshotFrom<LogicOf<P, E>> extends { output: infer Output } ? Exclude<Output, undefined> : never;

/** What an invoke means in the world: a request to a service actor, and what it answers. */
export type EffectTo<P extends Parts, E, To extends keyof P> = {
  /** The service that is asked. */
  readonly to: To;
  /** The event that the service takes for a request of that input. */
  readonly send: (asked: { input: EffectInput<P, E> }) => EventOf<MachineOf<P[To]>>;
  /** Computed after the request was applied; absent: done without output. */
  readonly reply?: (served: {
    service: SnapshotFrom<MachineOf<P[To]>>;
    input: EffectInput<P, E>;
  }) => EffectOutput<P, E> | Failure | undefined;
};

/** What an invoke means in the world, with any of the services. */
export type Effect<P extends Parts, E> = {
  [To in SingleName<P>]: EffectTo<P, E, To>;
}[SingleName<P>];

/** How often a fault may happen; `Infinity` for no bound, 0 leaves it out of proofs. */
export type Budget = number;

/** How often each fault of a node may happen (spec 2.3); left out: never. */
export type NodeFaults = { readonly [F in NodeFault]?: Budget };
type HalfOf<P extends Parts, E> = {
  readonly times: Budget;
  readonly send: (asked: { input: EffectInput<P, E> }) => EventOf<MachineOf<P[SingleName<P>]>>;
};

/** How often each fault of an effect may happen (spec 2.3); left out: never. */
export type EffectFaults<P extends Parts, E> = {
  readonly [F in Exclude<EffectFault, 'halfDone'>]?: Budget;
} & { readonly halfDone?: HalfOf<P, E> };

/** The fields of an event that has none but its type. */
type NoPayload = Readonly<Record<string, never>>;
type Fields<E> = [Exclude<keyof E, 'type'>] extends [never] ? NoPayload : Omit<E, 'type'>;
type Payload<M extends AnyStateMachine, T> = Fields<Extract<EventOf<M>, { type: T }>>;
/** `true` says: without payload; so it is no answer where the event's type requires one. */
type Unladen<Load> = Record<never, never> extends Load ? true : never;
/** When and with what an event comes from the environment: always, or as a lambda answers. */
export type Trigger<S, Load> =
  | Unladen<Load>
  | ((
      state: S,
      index: number,
    ) => Unladen<Load> | NoInfer<Load> | AnyOf<NoInfer<Load>> | false | undefined);

/** An environment event that is itself a fault (label F). Budget default 1. */
export interface FaultTrigger<S, Load> extends FaultNature {
  readonly is: 'fault';
  readonly budget: Budget;
  readonly when: Trigger<S, Load>;
}
/** An environment event that is nobody's program (label E): weakly fair, without budget. */
export interface ExternalTrigger<S, Load> {
  readonly is: 'external';
  readonly when: Trigger<S, Load>;
}

/**
 * An event that no machine sends: a step of a program (label P, or R while it recovers), a fault
 * (F), or neither (E); spec 1.2.
 */
export type EnvironmentEvent<S, Load> =
  | Trigger<S, Load>
  | FaultTrigger<S, Load>
  | ExternalTrigger<S, Load>;

/** An event that is a fault of that nature. */
export function fault<S, Load>(
  nature: FaultNature & { readonly budget?: Budget },
  when: Trigger<S, Load> = true as Trigger<S, Load>,
): FaultTrigger<S, Load> {
  const { kind, persistence, class: failureClass, budget = 1 } = nature;
  return { is: 'fault', kind, persistence, class: failureClass, budget, when };
}

/** An event that no program decides. */
export function external<S, Load>(
  when: Trigger<S, Load> = true as Trigger<S, Load>,
): ExternalTrigger<S, Load> {
  return { is: 'external', when };
}

/**
 * How messages reach an actor (spec 1.4). `rendezvous`: in the sender's step. `set`: delivery never
 * removes. `bag` and `fifo` remove; `capacity` (messages, default 4) exceeded is a coded error.
 */
export type Channel =
  | 'rendezvous'
  | 'set'
  | 'bag'
  | 'fifo'
  | { readonly kind: 'bag' | 'fifo'; readonly capacity?: number; readonly volatile?: boolean }
  | { readonly kind: 'set'; readonly volatile?: boolean };

/** What a custom action means: `ignore()` promises that it has no outside effect. */
export interface ActionMeaning {
  readonly is: 'ignored';
}

/** An action of the machine that means nothing to the model: logging, say. */
export function ignore(): ActionMeaning {
  return { is: 'ignored' };
}

/** The machines' tags; any string where no machine was set up with tags. */
type RecoveryTag<P extends Parts> = [TagOf<MachineOf<P[keyof P]>>] extends [never]
  ? string
  : TagOf<MachineOf<P[keyof P]>>;
type RecoveryPart<P extends Parts> = [EffectName<P>] extends [never]
  ? { readonly recovery?: RecoveryTable<RecoveryTag<P>> }
  : { readonly recovery: RecoveryTable<RecoveryTag<P>> };
type EffectsPart<P extends Parts> = [EffectName<P>] extends [never]
  ? { readonly effects?: { readonly [name: string]: never } }
  : { readonly effects: { readonly [E in EffectName<P>]: Effect<P, E> } };

/** A fault as the tolerance table names it: `order.crash`, `charge.late`, `workflow.PARTIAL`. */
export type FaultName<P extends Parts, Hosts extends string = never> =
  | `${(keyof P & string) | NoInfer<Hosts>}.${NodeFault}`
  | `${EffectName<P>}.${EffectFault}`
  | { [K in keyof P & string]: `${K}.${EventOf<MachineOf<P[K]>>['type']}` }[keyof P & string];

/** Everything of a system but its actors: the argument of `faultTolerant`. */
export type FaultTolerance<P extends Parts, Hosts extends string> = RecoveryPart<P> &
  EffectsPart<P> & {
    readonly faults?: { readonly [K in (keyof P & string) | NoInfer<Hosts>]?: NodeFaults } & {
      readonly [E in EffectName<P>]?: EffectFaults<P, E>;
    };
    readonly environment?: {
      readonly [K in keyof P]?: {
        readonly [T in EventOf<MachineOf<P[K]>>['type']]?: EnvironmentEvent<
          View<P>,
          Payload<MachineOf<P[K]>, T>
        >;
      };
    };
    readonly channels?: { readonly [K in keyof P]?: Channel };
    readonly actions?: { readonly [name: string]: ActionMeaning };
    /** Faults that share one budget. */
    readonly pools?: {
      readonly [name: string]: {
        readonly budget: Budget;
        readonly faults: readonly FaultName<P, Hosts>[];
      };
    };
    /** Actors that crash together, in one step. */
    readonly hosts?: { readonly [H in Hosts]: readonly (keyof P & string)[] };
    readonly escalates?: {
      /** Where a retry is exhausted, and may be answered as what is permanent (spec 3.6). */
      readonly transient?: (state: View<P>) => boolean;
    };
    /** C: the states in which nothing is amiss, to which recovery must lead (spec 3). */
    readonly consistent?: (state: View<P>) => boolean;
    readonly properties?: { readonly [name: string]: Property<View<P>> };
  };

/** Actors together with what may fail and how they recover: what the checker explores. */
export interface System<N extends Names = Names> {
  readonly parts: Parts;
  readonly tolerance: AnyFaultTolerance;
  /** For the compiler alone: it is never there. */
  readonly '~names'?: N;
}

/** `FaultTolerance` as the engine reads it: names to look up, lambdas to call with views. */
export interface AnyFaultTolerance {
  readonly effects?: { readonly [name: string]: AnyEffect };
  readonly faults?: { readonly [name: string]: AnyFaults };
  readonly recovery?: RecoveryTable<string>;
  readonly environment?: {
    readonly [actor: string]: { readonly [type: string]: AnyEnvironmentEvent };
  };
  readonly channels?: { readonly [actor: string]: Channel };
  readonly actions?: { readonly [name: string]: ActionMeaning };
  readonly pools?: { readonly [name: string]: { budget: Budget; faults: readonly string[] } };
  readonly hosts?: { readonly [name: string]: readonly string[] };
  readonly escalates?: { readonly transient?: (state: AnyView) => boolean };
  readonly consistent?: (state: AnyView) => boolean;
  readonly properties?: { readonly [name: string]: Property<AnyView> };
}
export type AnyView = Readonly<Record<string, unknown>>;
export type AnyEnvironmentEvent = EnvironmentEvent<AnyView, object>;
export interface AnyEffect {
  readonly to: string;
  readonly send: (asked: { input: unknown }) => { type: string };
  readonly reply?: (served: { service: unknown; input: unknown }) => unknown;
}
export type AnyFaults = NodeFaults & {
  readonly [F in Exclude<EffectFault, 'halfDone'>]?: Budget;
} & {
  readonly halfDone?: { times: Budget; send: (asked: { input: unknown }) => { type: string } };
};

/**
 * The actors of a system. A call of its own, so that all of `faultTolerant` is typed by them.
 * Effects, faults, environment, consistency and properties: spec 1 to 3.
 */
export function actors<const P extends Parts>(
  parts: P,
): {
  /** The system of these actors, with what may fail and how they recover (spec 1 to 3). */
  faultTolerant<const Hosts extends string = never>(
    tolerance: FaultTolerance<P, Hosts>,
  ): System<NamesOf<P, EffectName<P>>['names']>;
} {
  return {
    faultTolerant: (tolerance) => ({ parts, tolerance: tolerance as unknown as AnyFaultTolerance }),
  };
}
