import { always, closed, deterministicRecovery, everyStep } from './property.ts';
import { resumes, totalRecovery, withinSteps } from './property.ts';
import type { Predicate, Property } from './property.ts';

/** Where a workflow is; `rollingBack` and `compensating` are decisions that survive a crash. */
export type Phase = 'forward' | 'rollingBack' | 'compensating' | 'done' | 'halted' | 'aborted';

/** What the laws have to know of a model (spec 4): where in its states the parts are. */
export interface LawParts<S> {
  /** The durable phase: it can be told while the workflow is down, too. */
  readonly phase: (state: S) => Phase;
  /** By step how often its effect has happened; between 0 and 1: a part of it has. */
  readonly effects: (state: S) => readonly number[];
  /** How many steps, from the first, are checkpointed. */
  readonly checkpoint: (state: S) => number;
  /** The step (from 0) that comes next; null while there is none, as when down. For L13. */
  readonly position?: (state: S) => number | null;
  /** What every state is. For L2. */
  readonly typed?: Predicate<S>;
  /** Steps without faults that recovery may take. For L6. */
  readonly bound?: number;
  /** The name of the fault that recovery must survive: `order.crash`. For L7. */
  readonly crash?: string;
  /** The epoch that may write, and by actor the one it writes with; null: none. For L14. */
  readonly fencing?: {
    /** The epoch in force: what the storage accepts. */
    readonly epoch: (state: S) => number;
    /** Who may write, and the epoch that each presents; null: it has none. */
    readonly writers: Readonly<Record<string, (state: S) => number | null>>;
  };
}

const isUndoing = (phase: Phase): boolean => phase === 'rollingBack' || phase === 'compensating';

type Effects = readonly number[];

const changed = (before: Effects, after: Effects): readonly number[] =>
  after.flatMap((times, step) => (times === before[step] ? [] : [step]));

/** What holds of a checkpoint wherever it is taken up again: all before it is done (L8, L13). */
function holdsBehind<S>(
  { checkpoint, effects }: LawParts<S>,
  isAsked: (state: S) => boolean,
): Property<S> {
  const isBehind = (state: S): boolean =>
    effects(state)
      .slice(0, checkpoint(state))
      .every((times) => times === 1);
  return always(isBehind, { when: (state) => checkpoint(state) > 0 && isAsked(state) });
}

function ofWholeSaga<S>({ phase, effects }: LawParts<S>): Property<S> {
  const isWhole = (state: S): boolean => {
    const times = phase(state) === 'done' ? 1 : 0;
    return effects(state).every((own) => own === times);
  };
  return always(isWhole, { when: (state) => ['done', 'aborted'].includes(phase(state)) });
}

function ofUndo<S>({ phase, effects }: LawParts<S>): Property<S> {
  return everyStep({
    of: (state: S) => ({ phase: phase(state), effects: effects(state) }),
    when: (before, after, { label }) =>
      label === 'R' && isUndoing(before.phase) && changed(before.effects, after.effects).length > 0,
    keeps: (before, after) =>
      changed(before.effects, after.effects).every((step) => after.effects[step] === 0),
  });
}

function ofCheckpoints<S>({ phase, checkpoint }: LawParts<S>): Property<S> {
  return everyStep({
    of: (state: S) => ({ isForward: phase(state) === 'forward', checkpoint: checkpoint(state) }),
    when: (before, after) => before.isForward && after.isForward,
    keeps: (before, after) => after.checkpoint >= before.checkpoint,
  });
}

function ofFencing<S>(
  effects: LawParts<S>['effects'],
  { epoch, writers }: NonNullable<LawParts<S>['fencing']>,
): Property<S> {
  const tokens = Object.entries(writers);
  return everyStep({
    of: (state: S) => ({
      effects: effects(state),
      epoch: epoch(state),
      tokens: Object.fromEntries(tokens.map(([actor, token]) => [actor, token(state)])),
    }),
    when: (before, after) => changed(before.effects, after.effects).length > 0,
    keeps: (before, _, { actor }) => before.tokens[actor] === before.epoch,
  });
}

/**
 * The laws of fault tolerance (spec 4) as properties of a model that says where its parts are. L5
 * is the property `converges`, which comes with `consistent`; L2, L6, L7, L13 and L14 are stated
 * where what they are about is given.
 */
export function laws<S>(given: LawParts<NoInfer<S>>): { readonly [law: string]: Property<S> } {
  const parts: LawParts<S> = given;
  const { phase, effects, checkpoint, position, typed, bound, crash, fencing } = parts;
  return {
    'L1 total': totalRecovery(),
    ...(typed && { 'L2 typed': always(typed) }),
    'L3 deterministic': deterministicRecovery(),
    'L4 closed': closed(),
    ...(bound !== undefined && { 'L6 bounded': withinSteps(bound) }),
    ...(crash !== undefined && {
      'L7 idempotent': resumes({
        after: crash,
        when: (state: S) => isUndoing(phase(state)),
        ends: (state: S) => [phase(state), checkpoint(state), effects(state)],
      }),
    }),
    'L8 nothing lost': holdsBehind(parts, (state) => ['forward', 'done'].includes(phase(state))),
    'L9 nothing twice': always((state) => effects(state).every((times) => times <= 1), {
      when: (state) => effects(state).some((times) => times > 0),
    }),
    'L10 all or nothing': ofWholeSaga(parts),
    'L11 undo undoes': ofUndo(parts),
    'L12 checkpoints grow': ofCheckpoints(parts),
    ...(position && {
      'L13 no orphan': holdsBehind(
        parts,
        (state) => phase(state) === 'forward' && position(state) === checkpoint(state),
      ),
    }),
    ...(fencing && { 'L14 fenced': ofFencing(effects, fencing) }),
  };
}
