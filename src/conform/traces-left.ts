import type { Local } from '../machine/local.ts';
import { RESTART } from '../machine/rules-node.ts';
import type { Action } from '../model/integer-system.ts';
import type { Span } from './span.ts';

/**
 * What a step may leave in a recording: itself, a checkpoint of an actor, a recovery of one. `text`
 * is the snapshot, canonical.
 */
export type Mark =
  | { readonly kind: 'step' }
  | {
      readonly kind: 'checkpoint';
      readonly actor: number;
      readonly text: string;
      readonly final: boolean;
    }
  | { readonly kind: 'recovery'; readonly actor: number; readonly text: string };

/** Marks in the order in which they are left. */
export type Marks = readonly Mark[];

const NONE: readonly Marks[] = [[]];

const isDone = ({ body }: Local): boolean => body?.snapshot.status === 'done';

/**
 * A crash decides what is pending, and of a save that stores what is stored already nobody can tell
 * whether it took place (spec 5.4).
 */
function ofCrash(actor: number, before: Local, after: Local): readonly Marks[] {
  const { saved } = after;
  const isPending = before.body?.requests.some(({ save }) => save !== null && save === saved);
  if (saved === null || isPending !== true) return NONE;
  const mark: Mark = { kind: 'checkpoint', actor, text: saved, final: false };
  return before.saved === saved ? [[], [mark]] : [[mark]];
}

/** The save that a step acknowledges, and the one of a final state: two rows, one step. */
function ofSaves(actor: number, action: Action, before: Local, after: Local): readonly Marks[] {
  const marks: Mark[] = [];
  const acknowledged = before.body?.requests.find(
    ({ id, save }) => save !== null && action.event.type === `xstate.done.actor.${id}`,
  );
  if (acknowledged?.save !== undefined && acknowledged.save !== null && action.actor === actor)
    marks.push({ kind: 'checkpoint', actor, text: acknowledged.save, final: false });
  if (isDone(after) && !isDone(before) && after.saved !== null)
    marks.push({ kind: 'checkpoint', actor, text: after.saved, final: true });
  return [marks];
}

/**
 * The marks of a checkpointed actor that one step leaves, in each way in which it may (spec 6.6).
 */
export function marksOf(span: Span, from: number, edge: number, actor: number): readonly Marks[] {
  const action = span.action(edge);
  const to = span.targets[edge] as number;
  const [before, after] = [span.local(actor, from), span.local(actor, to)];
  if (before === after && action.actor !== actor) return NONE;
  if (before.body !== null && after.body === null) return ofCrash(actor, before, after);
  if (before.body === null && after.body !== null) {
    const isRestart = action.event.type === RESTART && after.saved !== null;
    return isRestart ? [[{ kind: 'recovery', actor, text: after.saved }]] : NONE;
  }
  return ofSaves(actor, action, before, after);
}

/** All ways to leave out some of them. */
function thinned(marks: Marks): readonly Marks[] {
  return marks.reduceRight<readonly Marks[]>(
    (rest, mark) => rest.flatMap((tail) => [tail, [mark, ...tail]]),
    NONE,
  );
}

/** One of each, one after the other. */
function joined(first: readonly Marks[], second: readonly Marks[]): readonly Marks[] {
  return first.flatMap((head) => second.map((tail) => [...head, ...tail]));
}

/** How a recording was made, in numbers. */
export interface Recorded {
  /** Actors with a checkpoint, and whether all of their checkpoints and recoveries left a row. */
  readonly savers: readonly { readonly actor: number; readonly isAlways: boolean }[];
  /** Whether a step is never taken without a row, by action. */
  readonly isObserved: (action: number) => boolean;
}

/** Every sequence of rows that a step may have left: its checkpoints first, then itself. */
export function rowsLeft(
  span: Span,
  { savers, isObserved }: Recorded,
  from: number,
  edge: number,
): readonly Marks[] {
  const self: readonly Marks[] = isObserved(span.actions[edge] as number)
    ? [[{ kind: 'step' }]]
    : [[], [{ kind: 'step' }]];
  const saves = savers.reduce((all, { actor, isAlways }) => {
    const marks = marksOf(span, from, edge, actor);
    return marks === NONE ? all : joined(all, isAlways ? marks : marks.flatMap(thinned));
  }, NONE);
  return saves === NONE ? self : joined(saves, self);
}
