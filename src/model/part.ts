import type {
  AnyStateMachine,
  EventFromLogic,
  InputFrom,
  SnapshotFrom,
  StateMachine,
} from 'xstate';

/** Several values at once: as an input, each is an initial state; as a payload, each is a step. */
export interface AnyOf<V> {
  readonly anyOf: readonly V[];
}

/** Any of these values: the checker tries each. */
export function anyOf<V>(values: readonly V[]): AnyOf<V> {
  return { anyOf: values };
}

/** The async sources (`invoke.src`) a machine was set up with, with their inputs and outputs. */
export type InvokedBy<M> =
  M extends StateMachine<
    infer _Context,
    infer _Event,
    infer _Children,
    infer Actor,
    infer _Action,
    infer _Guard,
    infer _Delay,
    infer _Value,
    infer _Tag,
    infer _Input,
    infer _Output,
    infer _Emitted,
    infer _Meta,
    infer _Schema
  >
    ? Actor
    : never;

/** The tags a machine was set up with; never without any, where XState allows every string. */
export type TagOf<M> =
  M extends StateMachine<
    infer _Context,
    infer _Event,
    infer _Children,
    infer _Actor,
    infer _Action,
    infer _Guard,
    infer _Delay,
    infer _Value,
    infer Tag,
    infer _Input,
    infer _Output,
    infer _Emitted,
    infer _Meta,
    infer _Schema
  >
    ? string extends Tag
      ? never
      : Tag
    : never;

type SourceOf<Actor> = Actor extends { src: infer Src extends string } ? Src : never;

/** The names (`src`) of what a machine invokes; never where it invokes nothing. */
export type SourceName<M> = SourceOf<InvokedBy<M>>;

/** The context of a machine. */
export type ContextOf<M extends AnyStateMachine> = SnapshotFrom<M>['context'];

/** The events that a machine takes. */
export type EventOf<M extends AnyStateMachine> = EventFromLogic<M>;

/** What an actor is apart from its machine. `Save` is the source of its checkpoint, or never. */
export interface PartOptions<M extends AnyStateMachine, Save extends string> {
  /** The `invoke.src` that saves a checkpoint; its durable part is then its last saved snapshot. */
  readonly checkpoint?: Save;
  /** What survives a crash of an actor without a checkpoint: the input it restarts with. */
  readonly durable?: (context: ContextOf<M>) => InputFrom<M>;
}

/** One actor, or `count` equal ones (`count` is null for one). Made by `actor` and `replicas`. */
export interface Part<M extends AnyStateMachine, Save extends string, Count extends number | null> {
  /** What the actor runs. */
  readonly machine: M;
  /** How many replicas there are, at least 1; null: one actor, without a number. */
  readonly count: Count;
  /** The `invoke.src` that saves a checkpoint; null: it saves none. */
  readonly checkpoint: Save | null;
  /** What survives a crash of an actor without a checkpoint, as the input of its restart. */
  readonly durable: ((context: ContextOf<M>) => InputFrom<M>) | null;
  /** The input of a replica, numbered from 0; with `anyOf`, one of several. */
  readonly input: (index: number) => InputFrom<M> | AnyOf<InputFrom<M>>;
}

/** The last parameter of `actor` and `replicas`; optional unless the machine requires an input. */
type Options<M extends AnyStateMachine, Save extends string, Input> =
  undefined extends InputFrom<M>
    ? [options?: PartOptions<M, Save> & { readonly input?: Input }]
    : [options: PartOptions<M, Save> & { readonly input: Input }];

/** One actor running `machine`. */
export function actor<M extends AnyStateMachine, Save extends SourceName<M> = never>(
  machine: M,
  ...[options]: Options<M, Save, InputFrom<M> | AnyOf<InputFrom<M>>>
): Part<M, NoInfer<Save>, null> {
  const { checkpoint = null, durable = null, input } = options ?? {};
  return { machine, count: null, checkpoint, durable, input: () => input as InputFrom<M> };
}

/** `count` equal actors, named `name[0]` to `name[count - 1]`. `input` may depend on the index. */
export function replicas<M extends AnyStateMachine, Save extends SourceName<M> = never>(
  count: number,
  machine: M,
  ...[options]: Options<M, Save, (index: number) => InputFrom<M> | AnyOf<InputFrom<M>>>
): Part<M, NoInfer<Save>, number> {
  const { checkpoint = null, durable = null, input } = options ?? {};
  return { machine, count, checkpoint, durable, input: input ?? (() => undefined as InputFrom<M>) };
}

/** An actor of any machine. */
// eslint-disable-next-line typescript/no-explicit-any -- any machine, as in XState's own Any* types
export type AnyPart = Part<any, string, number | null>;

/** The actors of a system, by name. */
export type Parts = Readonly<Record<string, AnyPart>>;

/** The system ids of replicas: `names('rm', 2)` is `['rm[0]', 'rm[1]']`. */
export function names(part: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${part}[${index}]`);
}
