import { ReconvergeError } from '../model/error.ts';
import type { SpanBounds } from '../explore/span-search.ts';
import type { System } from '../model/system.ts';
import type { Divergence } from '../model/verdict.ts';
import { Beliefs, type Belief } from './belief.ts';
import { divergenceAt } from './explain-history.ts';
import type { History, Row, SeenState, StepPattern } from './history.ts';
import { Reader } from './reader.ts';
import { ACTOR_KEYS, matches } from './seen.ts';
import { Span } from './span.ts';

/** What is to be said of one recorded history. */
export interface Judged {
  readonly name: string;
  /** `unknown`: it says nothing, is cut off, or more states would have to be explored. */
  readonly result: 'holds' | 'violated' | 'unknown';
  readonly because: string | null;
  readonly rows: number;
  /** Rows that some behaviour of the model has. */
  readonly taken: number;
  /** In how many states the model may be behind the last of them. */
  readonly states: number;
  /** The workflow was not done when it was read. */
  readonly isRunning: boolean;
  /** States of the span that were explored. */
  readonly explored: number;
  readonly divergence: Divergence | null;
}

function refuse(at: string, message: string, hint: string): never {
  throw new ReconvergeError('RCV604', message, { at, hint });
}

/** @throws ReconvergeError RCV604 for names that the model does not have */
function checkNames(span: Span, { name, rows, observed, checkpoints }: History): void {
  const { compiled } = span;
  const { world, actorNames } = compiled;
  const known = Object.keys(compiled.stateView(span.row(0)));
  const components = [...known, ...actorNames.map((actor) => `${actor}.adrift`)];
  const actor = (at: string, asked: string | undefined): void => {
    if (asked === undefined || actorNames.includes(asked)) return;
    refuse(at, `the model has no actor '${asked}'`, `actors: ${actorNames.join(', ')}`);
  };
  const saver = (at: string, asked: string): void => {
    actor(at, asked);
    if (world.instance(asked, at).part.checkpoint !== null) return;
    refuse(at, `'${asked}' saves no checkpoints`, 'name an actor that has a checkpoint');
  };
  const state = (at: string, seen: SeenState): void => {
    for (const [component, view] of Object.entries(seen)) {
      if (!components.includes(component))
        refuse(at, `no state has '${component}'`, `a state has: ${components.join(', ')}`);
      if (!actorNames.includes(component)) continue;
      const keys = typeof view === 'object' && view !== null ? Object.keys(view) : [''];
      const strange = keys.find((key) => !ACTOR_KEYS.includes(key));
      if (strange !== undefined)
        refuse(at, `'${component}' has no '${strange}'`, `it has: ${ACTOR_KEYS.join(', ')}`);
    }
  };
  for (const pattern of observed) actor(`${name}: observed`, pattern.actor);
  for (const asked of checkpoints) saver(`${name}: checkpoints`, asked);
  for (const row of rows) {
    if ('state' in row) state(row.at, row.state);
    else saver(row.at, row.actor);
    if (row.kind === 'step') actor(row.at, row.step.actor);
  }
}

/** Whether an action is one of those that the patterns mean, by number. */
function anyOf(span: Span, patterns: readonly StepPattern[]): (action: number) => boolean {
  const known: boolean[] = [];
  const { compiled } = span;
  return (number) =>
    (known[number] ??= patterns.some((one) => matches(compiled, compiled.action(number), one)));
}

function beliefsOf(span: Span, { observed, checkpoints }: History): Beliefs {
  const savers = span.compiled.world.instances
    .filter(({ part }) => part.checkpoint !== null)
    .map(({ index, name }) => ({ actor: index, isAlways: checkpoints.includes(name) }));
  return new Beliefs(span, { savers, isObserved: anyOf(span, observed) });
}

const isEmpty = ({ states, midway }: Belief): boolean => states.length + midway.length === 0;

/** What stops the judgement in front of a row, other than the model. */
function damagedAt({ damage }: History, index: number, row: Row | undefined): Divergence | null {
  if (damage === null || damage.before !== index) return null;
  const { because } = damage;
  const shown = row?.shown ?? null;
  return { point: row?.at ?? 'the end', step: index + 1, expected: null, observed: shown, because };
}

/** The systems of one span may be judged by many histories: exploring is what takes time. */
export class HistoryJudge {
  readonly span: Span;

  constructor(system: System, bounds: SpanBounds) {
    this.span = new Span(system, bounds);
  }

  /**
   * Decides whether the model has a behaviour with these observations in this order.
   * @throws ReconvergeError RCV604 for names that the model does not have
   */
  judge(history: History): Judged {
    const { span } = this;
    checkNames(span, history);
    const beliefs = beliefsOf(span, history);
    const { name, rows, isRunning } = history;
    let belief = history.isSuffix ? beliefs.anywhere : beliefs.initial;
    const said = { name, rows: rows.length, isRunning, explored: span.expanded };
    const end = (taken: number): Pick<Judged, 'taken' | 'states'> => ({
      taken,
      states: belief.states.length + belief.midway.length,
    });
    const broken = (taken: number, divergence: Divergence): Judged => {
      const { because } = divergence;
      const all = { ...said, ...end(taken), because: `${divergence.point}: ${because}` };
      return { ...all, result: 'violated', divergence };
    };
    const open = (taken: number, because: string): Judged => {
      return { ...said, ...end(taken), result: 'unknown', because, divergence: null };
    };
    for (const [index, row] of rows.entries()) {
      const damaged = damagedAt(history, index, row);
      if (damaged !== null) return broken(index, damaged);
      const reader = new Reader(beliefs, row);
      const reached = beliefs.closed(belief);
      const next = reader.read(reached);
      if (isEmpty(next)) {
        if (!beliefs.isCut) return broken(index, divergenceAt(beliefs, reached, reader, index + 1));
        const bound = `the exploration ended at a bound (${span.incomplete})`;
        return open(index, `${row.at}: ${bound} behind which the row may be`);
      }
      belief = next;
    }
    const damaged = damagedAt(history, rows.length, undefined);
    if (damaged !== null) return broken(rows.length, damaged);
    if (rows.length === 0) return open(0, 'nothing was recorded');
    if (history.cut !== null) return open(rows.length, `the recording is cut off: ${history.cut}`);
    return { ...said, ...end(rows.length), result: 'holds', because: null, divergence: null };
  }
}
